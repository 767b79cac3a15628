package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command line, run in this process, exited with and wrote. */
record Answer(int code, String out, String err) {
    static Answer of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
        return new Answer(code, out.toString(), err.toString());
    }

    /** The answer of a command that does what it is told. */
    static Answer ok(String... args) {
        Answer answer = of(args);
        assertEquals(0, answer.code, answer.err);
        return answer;
    }

    /** Bad input: one line that says what is expected of it, exit code 2, no stack trace. */
    static void refuses(String expected, String... args) {
        Answer answer = of(args);
        String line = answer.err.strip();
        assertEquals(2, answer.code, line);
        assertTrue(line.lines().count() == 1 && line.startsWith("s4s: ") && line.contains(expected), line);
    }
}
