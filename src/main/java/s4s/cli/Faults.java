package s4s.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import s4s.model.Devices;

/**
 * What an exception or error means to whoever runs a command: one line and an exit code.
 *
 * @param code {@link ExitCode#USAGE} (2) for bad input, {@link ExitCode#SOFTWARE} (1) for everything else
 * @param line what is wrong and what to do
 */
public record Faults(int code, String line) {
    /**
     * Gives a command line one line for everything that a command throws, errors of Java included.
     *
     * @param stackTrace whether to show where it comes from, asked when something is thrown
     * @return the same
     */
    public static CommandLine handledBy(CommandLine line, BooleanSupplier stackTrace) {
        line.setParameterExceptionHandler((e, args) -> {
            e.getCommandLine().getErr().println("s4s: " + oneLine(e.getMessage()) + " (see "
                    + e.getCommandLine().getCommandSpec().qualifiedName() + " --help)");
            return ExitCode.USAGE;
        });
        line.setExecutionStrategy(parsed -> {
            try {
                return Resumable.execute(parsed);
            } catch (Error e) {     // which picocli would let through, with a stack trace of many lines
                throw new CommandLine.ExecutionException(line, "an error", e);
            }
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            Throwable thrown = e instanceof CommandLine.ExecutionException && e.getCause() != null ? e.getCause() : e;
            Faults fault = of(thrown);
            command.getErr().println("s4s: " + fault.line);
            if (stackTrace.getAsBoolean()) {
                thrown.printStackTrace(command.getErr());
            }
            return fault.code;
        });
        return line;
    }

    /** What {@code thrown} means. */
    static Faults of(Throwable thrown) {
        Optional<String> device = Devices.outOfMemory(thrown);
        if (thrown instanceof OutOfMemoryError) {
            return new Faults(ExitCode.USAGE, "Java's memory (" + (Runtime.getRuntime().maxMemory() >> 20) + " MiB) is too small"
                    + " for this: ask for less at once, such as fewer calls, images or a smaller --batch, or give more by the"
                    + " environment variable S4S_JAVA_OPTS=-Xmx8g");
        }
        if (device.isPresent()) {
            return new Faults(ExitCode.USAGE, device.get());
        }
        Optional<String> engine = Devices.notLoaded(thrown);
        if (engine.isPresent()) {
            return new Faults(ExitCode.USAGE, engine.get());
        }
        if (thrown instanceof UncheckedIOException e) {
            return of(e.getCause());
        }
        if (thrown instanceof IOException e) {
            return new Faults(ExitCode.USAGE, oneLine(message(e)));
        }
        // numbers that leave the finite range come from what was given: weights, coefficients, guidance
        if (thrown instanceof IllegalArgumentException || thrown instanceof IllegalStateException && own(thrown)) {
            return new Faults(ExitCode.USAGE, oneLine(thrown.getMessage()));
        }
        return new Faults(ExitCode.SOFTWARE, "a fault of this program: " + thrown.getClass().getSimpleName() + ": "
                + oneLine(thrown.getMessage()) + " (the same command with --stack-trace shows where)");
    }

    /** The messages of {@code java.nio.file} are often a path alone. */
    private static String message(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof NoSuchFileException) {
            return "no such file: " + message + "; check the path";
        }
        if (e instanceof AccessDeniedException) {
            return message + ": permission denied; check the rights of the file and its folder";
        }
        if (e instanceof FileAlreadyExistsException) {
            return message + " exists already, and is no folder; give another path";
        }
        return message;
    }

    /** Whether the program itself threw it, not a library. */
    private static boolean own(Throwable thrown) {
        return Stream.of(thrown.getStackTrace()).findFirst().filter(frame -> frame.getClassName().startsWith("s4s.")).isPresent();
    }

    private static String oneLine(String message) {
        return message == null ? "no message" : message.replaceAll("\\s*\\R\\s*", " ");
    }
}
