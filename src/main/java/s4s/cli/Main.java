package s4s.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import s4s.model.Devices;

/** The command line {@code ./s4s COMMAND}; every command is a class of its own in this package. */
@Command(name = "s4s", description = "Few-step solvers of the diffusion ODE: run, check and extend them.",
        mixinStandardHelpOptions = true, versionProvider = Versions.class,
        subcommands = {SampleCommand.class, CostCommand.class, FidCommand.class, StatsCommand.class, MetricsCommand.class,
            ClipCommand.class, CaptionsCommand.class, SolversCommand.class, SolverCommand.class, ImportCommand.class,
            BenchmarkCommand.class, BenchCommand.class, TrainCommand.class, CombineCommand.class, EvaluateCommand.class,
            TeacherCommand.class, LearnCommand.class, VerifyCommand.class, DoctorCommand.class},
        footer = {"", "From the launcher also: s4s notebooks, s4s lab, s4s test (see s4s --help)."})
public final class Main implements Runnable {
    @Option(names = "--stack-trace", scope = CommandLine.ScopeType.INHERIT, hidden = true,
            description = "Show where an error comes from.")
    private boolean stackTrace;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--device", scope = CommandLine.ScopeType.INHERIT, paramLabel = "NAME",
            description = "Where networks compute: cpu (default), cuda, cuda:1; also by the environment variable S4S_DEVICE.")
    private void device(String name) {
        System.setProperty(Devices.PROPERTY, name);
    }

    /** Entry point; exits with 0, 1 (a check failed, or an unexpected error) or 2 (bad input). */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The parser with its error handling. */
    static CommandLine commandLine() {
        return prepare(new CommandLine(new Main()));
    }

    /**
     * Gives a command line of {@link Main}, to which commands may have been added, its error handling.
     *
     * @return the same
     */
    public static CommandLine prepare(CommandLine line) {
        Main main = line.getCommand();
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, args) -> {
            e.getCommandLine().getErr().println("s4s: " + oneLine(e.getMessage()) + " (see s4s "
                    + (e.getCommandLine().getParent() == null ? "" : e.getCommandLine().getCommandName() + " ")
                    + "--help)");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            boolean badInput = e instanceof IllegalArgumentException || e instanceof IOException
                    || e instanceof UncheckedIOException;
            String message = e instanceof UncheckedIOException && e.getCause() != null
                    ? e.getCause().getMessage() : e.getMessage();
            command.getErr().println("s4s: " + Devices.outOfMemory(e)
                    .orElse((badInput ? "" : e.getClass().getSimpleName() + ": ") + oneLine(message)));
            if (main.stackTrace) {
                e.printStackTrace(command.getErr());
            }
            return badInput ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    private static String oneLine(String message) {
        return message == null ? "no message" : message.replaceAll("\\s*\\R\\s*", " ");
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(),
                "a command is missing: " + String.join(", ", spec.subcommands().keySet()));
    }
}
