package s4s.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.io.BadFileException;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;
import s4s.solver.published.DyWeight;
import s4s.solver.published.GasCheckpoint;
import s4s.solver.published.LearnedTimes;

/** {@code s4s import}: learned solvers that others published, as solver files. */
@Command(name = "import", mixinStandardHelpOptions = true,
        description = {"Turns learned solvers that others published into solver files.",
            "The originals are pickles and torch files: src/main/python/unpickle.py turns them into the JSON that is read"
            + " here, without running anything that is in them."})
final class ImportCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(),
                "a command is missing: " + String.join(", ", spec.subcommands().keySet()));
    }

    @Command(name = "dyweight", mixinStandardHelpOptions = true, sortOptions = false,
            description = "DyWeight's learned parameters (arXiv:2603.11607), one solver file each.")
    int dyweight(@Parameters(paramLabel = "FILE.json") Path file,
            @Option(names = "--out", defaultValue = "solvers", paramLabel = "DIR",
                    description = "Folder of the solver files (default ${DEFAULT-VALUE}).") Path out)
            throws IOException {
        List<SolverFile> solvers = DyWeight.read(file, CommandText.of(spec));
        for (SolverFile solver : solvers) {
            write(solver, out);
        }
        print(solvers.size() + " solvers; the NFE of each, counted from its numbers, is the one that its file reports"
                + (solvers.stream().anyMatch(s -> s.provenance().recipe().containsKey("guidance"))
                        ? " (with guidance the file counts two network calls for an evaluation)" : ""));
        return 0;
    }

    @Command(name = "ld3", mixinStandardHelpOptions = true, sortOptions = false,
            description = "LD3's learned time steps (arXiv:2405.15506) for a named solver.")
    int ld3(@Parameters(paramLabel = "FILE.json") Path file,
            @Option(names = "--solver", required = true, description = "The base solver, see s4s solvers.") String solver,
            @Option(names = "--schedule", required = true, converter = Schedules.class,
                    description = "The schedule that the times refer to: " + Schedules.NAMES + ".") NoiseSchedule schedule,
            @Option(names = "--name", description = "Name of the solver (default ld3-SOLVER-nfeN).") Optional<String> name,
            @Option(names = "--out", defaultValue = "solvers", paramLabel = "DIR",
                    description = "Folder of the solver file (default ${DEFAULT-VALUE}).") Path out)
            throws IOException {
        write(named(LearnedTimes.read(file, Solvers.named(solver), schedule, CommandText.of(spec)), name),
                schedule, file, out);
        return 0;
    }

    @Command(name = "gas", mixinStandardHelpOptions = true, sortOptions = false,
            description = "A checkpoint of GAS or GS (arXiv:2510.17699).")
    int gas(@Parameters(paramLabel = "FILE.json") Path file,
            @Option(names = "--schedule", required = true, converter = Schedules.class,
                    description = "The schedule that it was learned with: " + Schedules.NAMES + ".") NoiseSchedule schedule,
            @Option(names = "--for-edm", description = "Rewrite it for EDM networks as they are, whose alpha is 1 and whose"
                    + " time is the noise level; with --schedule edm-as-vp, as GAS sees them.") boolean forEdm,
            @Option(names = "--name", description = "Name of the solver (default gas-ORDER-nfeN).") Optional<String> name,
            @Option(names = "--out", defaultValue = "solvers", paramLabel = "DIR",
                    description = "Folder of the solver file (default ${DEFAULT-VALUE}).") Path out)
            throws IOException {
        String command = CommandText.of(spec);
        write(named(forEdm ? GasCheckpoint.readForEdm(file, schedule, command) : GasCheckpoint.read(file, schedule, command),
                name), forEdm ? new Edm() : schedule, file, out);
        return 0;
    }

    private static SolverFile named(SolverFile file, Optional<String> name) {
        return name.isEmpty() ? file
                : new SolverFile(file.solver().named(name.get()), file.schedule(), file.provenance());
    }

    /** Writes what lies in the range of the schedule that it will run on. */
    private void write(SolverFile file, NoiseSchedule schedule, Path from, Path folder) throws IOException {
        try {
            file.solver().requireRange(schedule).ifPresent(note -> spec.commandLine().getErr().println("s4s: " + note));
        } catch (IllegalArgumentException e) {
            throw new BadFileException(from + ": " + e.getMessage(), e);
        }
        write(file, folder);
    }

    private void write(SolverFile file, Path folder) throws IOException {
        Path target = folder.resolve(file.solver().name() + ".json");
        file.write(target);
        print(target + ": " + file.solver());
    }

    private void print(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
