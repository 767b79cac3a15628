package s4s.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;

/**
 * The standard streams of a program that is run by itself: text is UTF-8 whatever the locale, and what could not be written to
 * standard output is an error. Java's writers keep such a failure to themselves, and a table would be lost with exit code 0.
 */
public final class Console {
    private Console() {}

    /**
     * Runs a command line on this process' standard streams.
     *
     * @param line with its handlers, see {@link Faults#handledBy}
     * @param args as the user gave them
     * @return exit code: the command's; 1 if that is 0 and its output could not be written; 2 if an argument did not arrive whole
     */
    public static int run(CommandLine line, String... args) {
        // the one for progress and for libraries, too
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        PrintWriter err = new PrintWriter(System.err, true);
        Optional<String> mangled = mangled(Charset.forName(System.getProperty("native.encoding", "UTF-8")), args);
        if (mangled.isPresent()) {
            err.println("s4s: " + mangled.get());
            return CommandLine.ExitCode.USAGE;
        }
        return run(line.setErr(err), new FileOutputStream(FileDescriptor.out), args);
    }

    /**
     * Runs a command line that writes its output to {@code stream}.
     *
     * @param line has the writer for messages
     * @param stream where output goes
     */
    static int run(CommandLine line, OutputStream stream, String... args) {
        Checked checked = new Checked(stream);
        PrintWriter out = new PrintWriter(new OutputStreamWriter(checked, StandardCharsets.UTF_8), true);
        int code = line.setOut(out).execute(args);
        out.flush();
        if (checked.failure.isEmpty()) {
            return code;
        }
        IOException failure = checked.failure.get();
        // a reader that has seen enough, such as head -1, is told nothing, as by other tools
        if (!String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
            line.getErr().println("s4s: cannot write the standard output: " + failure.getMessage()
                    + "; what was printed is lost, files that were written are not");
        }
        return code == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : code;
    }

    /**
     * What is wrong with arguments that Java decoded by a locale that is not UTF-8: letters which it does not know are question
     * marks or U+FFFD by now, and a text that is drawn would silently be another one.
     *
     * @param locale the encoding of the locale
     */
    static Optional<String> mangled(Charset locale, String... args) {
        return Arrays.stream(args)
                .filter(arg -> arg.indexOf('\ufffd') >= 0 || !locale.equals(StandardCharsets.UTF_8) && arg.indexOf('?') >= 0)
                .findFirst()
                .map(arg -> "the argument '" + arg + "' did not arrive whole: it is not UTF-8, or this system's locale ("
                        + locale + ") lacks its letters; set LC_ALL to a UTF-8 locale (locale -a lists them)");
    }

    /** Keeps the first failure. */
    private static final class Checked extends OutputStream {
        private final OutputStream stream;
        private Optional<IOException> failure = Optional.empty();

        private Checked(OutputStream stream) {
            this.stream = stream;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                stream.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure.or(() -> Optional.of(e));
                throw e;
            }
        }
    }
}
