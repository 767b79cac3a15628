package s4s.spark;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import s4s.cli.Console;
import s4s.cli.FidCommand;
import s4s.cli.LearnCommand;
import s4s.cli.Main;
import s4s.cli.SampleCommand;
import s4s.cli.TeacherCommand;

/** {@code s4s spark}: commands that Spark's executors do together, beside all others of {@link Main}. */
@Command(name = "spark", mixinStandardHelpOptions = true,
        subcommands = SparkBenchCommand.class,
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
        CommandLine spark = new CommandLine(new SparkCommand());
        add(spark, options -> new TeacherCommand((name, manager, output) -> options.open(name)));
        add(spark, options -> new SampleCommand((name, manager, output) -> options.open(name)));
        add(spark, options -> new FidCommand((name, manager, output) -> options.open(name)));
        add(spark, options -> new LearnCommand((name, manager, output) -> options.openForWholeExecutors(name)));
        CommandLine line = new CommandLine(new Main());
        line.addSubcommand(spark);
        return Main.prepare(line);
    }

    /** A command of the program whose work is done by a cluster, with the options of that. */
    private static void add(CommandLine spark, Function<ClusterOptions, Object> command) {
        ClusterOptions options = new ClusterOptions();
        CommandLine line = new CommandLine(command.apply(options));
        line.getCommandSpec().addMixin("cluster", CommandSpec.forAnnotatedObject(options));
        spark.addSubcommand(line);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(),
                "say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }
}
