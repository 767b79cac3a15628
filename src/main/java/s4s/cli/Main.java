package s4s.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import s4s.model.Devices;

/** The command line {@code ./s4s COMMAND}; every command is a class of its own in this package. */
@Command(name = "s4s", description = "Few-step solvers of the diffusion ODE: run, check and extend them.",
        mixinStandardHelpOptions = true, versionProvider = Versions.class,
        subcommands = {SampleCommand.class, CostCommand.class, FidCommand.class, StatsCommand.class, MetricsCommand.class,
            ClipCommand.class, CaptionsCommand.class, SolversCommand.class, SolverCommand.class, ImportCommand.class,
            BenchmarkCommand.class, TrainCommand.class, CombineCommand.class, EvaluateCommand.class,
            TeacherCommand.class, LearnCommand.class, DoctorCommand.class, CommandLine.HelpCommand.class},
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:done",
            "1:a comparison failed, something is missing, standard output could not be written, or the program has a fault",
            "2:bad input, named in one line on standard error; what was finished before is kept",
            "130:stopped by SIGINT (Ctrl-C)", "143:stopped by SIGTERM"},
        footer = {"", "From the launcher also: s4s notebooks, lab, test, check, spark, build (see s4s --help)."})
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

    /** Entry point; exits with the codes of {@link Faults}. */
    public static void main(String[] args) {
        System.exit(Console.run(commandLine(), args));
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
        return Faults.handledBy(line, () -> main.stackTrace);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(),
                "a command is missing: " + String.join(", ", spec.subcommands().keySet()));
    }
}
