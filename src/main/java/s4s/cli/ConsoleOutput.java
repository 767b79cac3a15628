package s4s.cli;

import picocli.CommandLine.Model.CommandSpec;
import s4s.app.Output;
import s4s.io.Progress;

/**
 * The streams of a command.
 *
 * @param spec of the command
 */
record ConsoleOutput(CommandSpec spec) implements Output {
    @Override
    public void print(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    @Override
    public void note(String line) {
        spec.commandLine().getErr().println("s4s: " + line);
    }

    @Override
    public Progress progress(String label) {
        return Progress.terminal(System.err, label);
    }
}
