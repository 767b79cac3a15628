package s4s.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code s4s bench}: what this library costs beside the networks; one sub-command a subject. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        subcommands = {BenchSamplingCommand.class, BenchLearningCommand.class, BenchFidCommand.class},
        description = "Measures what this library costs beside the network calls.")
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(),
                "say what to measure: " + String.join(", ", spec.subcommands().keySet()));
    }
}
