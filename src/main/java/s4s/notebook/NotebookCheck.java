package s4s.notebook;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.cli.Console;
import s4s.cli.Faults;

/** Tells whether committed notebooks are what executing them gives: {@code ./s4s check}. */
@Command(name = "s4s check", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Compares the committed notebooks with those that './s4s notebooks' executed.%n",
            "A committed notebook must be executed, without an error, without text on standard error, and with a PNG for "
                    + "every figure. Its code, its tables and its number of figures must be those of the execution. Another "
                    + "processor rounds float32 differently, so numbers in tables may differ by the tolerances below or "
                    + "by one unit of the last digit shown; all other text must be equal.%n",
            "In a notebook <table data-tol=\"0.001\"> or <td data-tol=\"0.5\"> sets another relative tolerance; of a "
                    + "<table data-volatile>, such as one of durations, only the columns are compared.%n"})
public final class NotebookCheck implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "COMMITTED", description = "folder of the committed notebooks")
    private Path committed;

    @Parameters(index = "1", paramLabel = "EXECUTED", description = "folder of the executed notebooks")
    private Path executed;

    @Option(names = "--relative", paramLabel = "R", defaultValue = "2e-2",
            description = "numbers may differ by this part of the larger (default ${DEFAULT-VALUE})")
    private double relative;

    @Option(names = "--absolute", paramLabel = "A", defaultValue = "2e-2",
            description = "or by this much (default ${DEFAULT-VALUE})")
    private double absolute;

    @Spec
    private CommandSpec spec;

    /** Exits with 0 if all is well, 1 after telling the differences, 2 if something cannot be read. */
    public static void main(String[] args) {
        System.exit(Console.run(commandLine(), args));
    }

    static CommandLine commandLine() {
        return Faults.handledBy(new CommandLine(new NotebookCheck()), () -> false);
    }

    @Override
    public Integer call() throws IOException {
        Tolerance usual = new Tolerance(relative, absolute);
        PrintWriter out = spec.commandLine().getOut();
        boolean well = true;
        for (Path file : notebooks()) {
            List<String> problems = problems(file, executed.resolve(file.getFileName()), usual);
            well &= problems.isEmpty();
            out.println((problems.isEmpty() ? "ok      " : "DIFFERS ") + file.getFileName());
            problems.forEach(problem -> out.println("        " + problem));
        }
        out.flush();
        return well ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<Path> notebooks() throws IOException {
        if (!Files.isDirectory(committed)) {
            throw new IOException("there is no folder " + committed);
        }
        try (Stream<Path> files = Files.list(committed)) {
            return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().collect(Collectors.toList());
        }
    }

    private static List<String> problems(Path committed, Path executed, Tolerance usual) throws IOException {
        ExecutedNotebook notebook = ExecutedNotebook.read(committed);
        List<String> problems = new ArrayList<>(notebook.faults());
        if (Files.exists(executed)) {
            problems.addAll(notebook.differences(ExecutedNotebook.read(executed), usual));
        } else {
            problems.add("there is no execution of it, " + executed + ": run ./s4s notebooks");
        }
        return problems;
    }
}
