package s4s.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.benchmark.Convergence;
import s4s.display.TableView;
import s4s.grid.GridType;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.data.SolverDiff;
import s4s.solver.data.SolverFile;
import s4s.solver.data.SolverSource;
import s4s.solver.data.SolverTable;
import tech.tablesaw.api.Table;

/** {@code s4s solver}: a solver's numbers, shown, compared, saved and measured. */
@Command(name = "solver", mixinStandardHelpOptions = true,
        description = "Shows, compares, saves and measures solvers: names (see s4s solvers) or files that hold one.")
final class SolverCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(),
                "a command is missing: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** What turns a name into numbers. */
    static final class Build {
        @Option(names = "--grid", description = "Grid of a named solver (default logsnr).")
        private Optional<String> grid;

        @Option(names = "--nfe", description = "Evaluations of a named solver (default 5).")
        private Optional<Integer> nfe;

        @Option(names = "--schedule", converter = Schedules.class,
                description = "Schedule: " + Schedules.NAMES + " (default edm for a named solver, its own for a file).")
        private Optional<NoiseSchedule> schedule;

        private SolverFile file(String text, String command) throws IOException {
            return SolverSource.of(text, grid, nfe).file(schedule, new Edm(), command);
        }

        /** One of two, where grid and NFE are meant for the one that has a name. */
        private SolverFile oneOf(String text, String command) throws IOException {
            return SolverSource.isFile(text) ? SolverSource.of(text).file(schedule, new Edm(), command) : file(text, command);
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Prints a solver: noise levels, where the network is asked, weights, consistency defect.")
    int show(@Parameters(paramLabel = "SOLVER", description = "A name, or a FILE.json.") String text, @Mixin Build build)
            throws IOException {
        SolverFile file = build.file(text, CommandText.of(spec));
        Solver solver = file.solver();
        print(solver.name() + ": " + solver.evaluations() + " NFE, " + solver.stages().size() + " nodes, prediction "
                + solver.prediction() + ", schedule " + file.schedule().name() + ", largest defect "
                + String.format(Locale.ROOT, "%.2g", Arrays.stream(solver.defect()).max().orElse(0)));
        print(TableView.of(SolverTable.of(file)).digits("sigma", 6).digits("defect", 2).text());
        print("");
        print(TableView.of(file.provenance().toTable()).text());
        return 0;
    }

    @Command(name = "diff", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Compares two solvers number by number in canonical form; exit code 1 if they differ.")
    int diff(@Parameters(paramLabel = "A", description = "A name, or a FILE.json.") String a,
            @Parameters(paramLabel = "B", description = "Likewise.") String b, @Mixin Build build) throws IOException {
        String command = CommandText.of(spec);
        SolverDiff diff = SolverDiff.of(build.oneOf(a, command).solver(), build.oneOf(b, command).solver());
        print(TableView.of(diff.table()).text());
        print("");
        print(diff.verdict());
        return diff.same() ? 0 : 1;
    }

    @Command(name = "save", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Writes a solver to a JSON file.")
    int save(@Parameters(paramLabel = "SOLVER", description = "A name, or a FILE.json.") String text, @Mixin Build build,
            @Option(names = "--out", required = true, paramLabel = "FILE.json", description = "Where it goes.") Path out)
            throws IOException {
        if (!SolverSource.isFile(out.toString())) {
            throw new IllegalArgumentException("a solver file's name ends in .json, " + out + " does not");
        }
        SolverFile file = build.file(text, CommandText.of(spec));
        file.write(out);
        print("wrote " + file.solver() + " to " + out);
        return 0;
    }

    @Command(name = "order", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Measures a method's errors against the exact ODE of a Gaussian mixture, and their order.")
    int order(@Parameters(paramLabel = "NAME", description = "See s4s solvers.") String name,
            @Option(names = "--grid", defaultValue = "logsnr", description = "Grid (default ${DEFAULT-VALUE}).") String grid,
            @Option(names = "--nfe", split = ",", defaultValue = "10,20,40,80,160",
                    description = "Evaluations (default ${DEFAULT-VALUE}); those that the method cannot spend are left out.")
                    List<Integer> nfes,
            @Option(names = "--schedule", converter = Schedules.class, defaultValue = "edm",
                    description = "Schedule: " + Schedules.NAMES + " (default ${DEFAULT-VALUE}).") NoiseSchedule schedule) {
        Method method = Solvers.named(name);
        List<Integer> sorted = nfes.stream().sorted().distinct().toList();
        GridType type = GridType.named(grid);
        Table table = new Convergence(schedule).table(List.of(method), List.of(type), sorted);
        if (table.isEmpty()) {
            method.on(type, schedule, sorted.get(0));       // says why not
        }
        print(TableView.of(table).text());
        print("order " + String.format(Locale.ROOT, "%.2f", table.doubleColumn("slope").getDouble(0)) + " (published: "
                + method.order()
                + "), the slope of log error over log NFE at the last three sizes");
        return 0;
    }

    private void print(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
