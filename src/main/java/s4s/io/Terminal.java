package s4s.io;

import java.io.Console;
import java.io.PrintStream;

/** Progress on a terminal, and as plain lines where there is none. */
final class Terminal {

    private static final int COLUMNS = 79;

    private Terminal() {}

    /** Whether someone sits there. */
    static boolean interactive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // since Java 22 there may be a console without a terminal
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJava) {
            return true;
        }
    }

    /** One line, written over. */
    record UpdatedLine(PrintStream out) implements Progress.Sink {
        @Override
        public void show(String text) {
            String line = text.length() > COLUMNS ? text.substring(0, COLUMNS - 1) + "…" : text;
            out.print("\r" + line + "\u001b[K"); // the escape clears what a longer line left
            out.flush();
        }

        @Override
        public void end(String text, String quiet) {
            show(text);
            out.println();
        }
    }

    /** A line for each state. */
    record Lines(PrintStream out) implements Progress.Sink {
        @Override
        public void show(String text) {
            out.println(text);
        }

        @Override
        public void end(String text, String quiet) {
            out.println(text);
        }
    }
}
