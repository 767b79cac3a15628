package s4s.spark;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import s4s.cli.Console;
import s4s.cli.Main;

/** {@code s4s spark}: commands that Spark's executors do together, beside all others of {@link Main}. */
@Command(name = "spark", mixinStandardHelpOptions = true,
        subcommands = {SparkTeacherCommand.class, SparkSampleCommand.class, SparkFidCommand.class, SparkLearnCommand.class,
            SparkBenchCommand.class},
        description = "Commands whose work Apache Spark deals out to executors, by seeds. Files are the driver's: paths need"
            + " not exist on executors. What is finished when a job is killed is not computed again by the next.")
public final class SparkCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Entry point of the jar for spark-submit: the words of {@code ./s4s}; exit codes as {@link Main#main}. */
    public static void main(String[] args) {
        int code = Console.run(commandLine(), args);
        if (code != 0) {
            System.exit(code);          // not otherwise: YARN takes an exit of a driver in the cluster for a failure
        }
    }

    /** The program's command line with the commands of this package. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.addSubcommand(new SparkCommand());
        return Main.prepare(line);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(),
                "say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }
}
