package s4s.solver.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import s4s.grid.GridType;
import s4s.io.Provenance;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.Solvers;

/** Where a solver comes from: the name of a method, with a grid and a number of evaluations, or a file with its numbers. */
public sealed interface SolverSource {

    /** The grid of a named method where none is asked for. */
    GridType GRID = GridType.LOGSNR;

    /** The evaluations of a named method where none are asked for. */
    int NFE = 5;

    /** Whether a text is the path of a solver file: it ends in {@code .json}. Every other text is a name. */
    static boolean isFile(String text) {
        return text.endsWith(".json");
    }

    /**
     * Understands what a user writes: the path of a solver file ({@link #isFile}) or a name of {@link Solvers}. All that
     * can be refused without a model is refused here.
     *
     * @param text a name or a path
     * @param grid name of a grid, only with a method; empty: {@link #GRID}
     * @param nfe number of evaluations; empty: {@link #NFE}, or the file's
     * @throws IllegalArgumentException if there is no such method or grid, the method cannot run with the evaluations, or a
     *     file is given together with a grid or other evaluations than its own
     * @throws IOException if the file cannot be read
     */
    static SolverSource of(String text, Optional<String> grid, Optional<Integer> nfe) throws IOException {
        return of(text, grid, nfe, List.of());
    }

    /**
     * {@link #of(String, Optional, Optional)}, with methods of one's own.
     *
     * @param own methods that are known by name as well
     */
    static SolverSource of(String text, Optional<String> grid, Optional<Integer> nfe, List<Method> own) throws IOException {
        if (isFile(text)) {
            Stored stored = new Stored(Path.of(text), SolverFile.read(Path.of(text)));
            if (grid.isPresent()) {
                throw new IllegalArgumentException(text + " holds a solver with its own noise levels; leave out the grid "
                        + grid.get() + ".");
            }
            int spent = stored.file.solver().evaluations();
            if (nfe.isPresent() && nfe.get() != spent) {
                throw new IllegalArgumentException(text + " holds a solver of " + spent + " evaluations, it cannot run with NFE "
                        + nfe.get() + ".");
            }
            return stored;
        }
        Method method = Solvers.named(text, own);
        Named named = new Named(method, grid.isPresent() ? GridType.named(grid.get()) : GRID, nfe.orElse(NFE));
        method.layout(named.nfe);
        return named;
    }

    /** {@link #of(String, Optional, Optional)} with the usual grid and evaluations. */
    static SolverSource of(String text) throws IOException {
        return of(text, Optional.empty(), Optional.empty());
    }

    /**
     * The numbers for a model.
     *
     * @param schedule the model's schedule
     * @throws IllegalArgumentException if a stored solver was made for another schedule, or a method cannot be built on
     *     this one
     */
    Solver on(NoiseSchedule schedule);

    /**
     * The numbers with all that is known of them, to be shown or saved.
     *
     * @param schedule a schedule; empty: the file's own, or {@code usual} for a named method
     * @param usual the schedule of a named method where none is asked for
     * @param command what is asking, for the provenance of what is made now
     */
    SolverFile file(Optional<NoiseSchedule> schedule, NoiseSchedule usual, String command);

    /** One line for titles: solver, grid where there is one, evaluations. */
    String label();

    /**
     * A method of the catalogue.
     *
     * @param method the method
     * @param grid the grid
     * @param nfe number of evaluations
     */
    record Named(Method method, GridType grid, int nfe) implements SolverSource {
        @Override
        public Solver on(NoiseSchedule schedule) {
            return method.on(grid, schedule, nfe);
        }

        @Override
        public SolverFile file(Optional<NoiseSchedule> schedule, NoiseSchedule usual, String command) {
            NoiseSchedule chosen = schedule.orElse(usual);
            return SolverFile.of(on(chosen), chosen, Provenance.of(command).with("method", method.name())
                    .with("reference", method.reference()).with("grid", grid.id()).with("nfe", nfe));
        }

        @Override
        public String label() {
            return method.name() + " " + grid.id() + " " + nfe + " NFE";
        }
    }

    /**
     * A solver file.
     *
     * @param path where it was
     * @param file what it held
     */
    record Stored(Path path, SolverFile file) implements SolverSource {
        @Override
        public Solver on(NoiseSchedule schedule) {
            return file.on(schedule);
        }

        @Override
        public SolverFile file(Optional<NoiseSchedule> schedule, NoiseSchedule usual, String command) {
            schedule.ifPresent(file::on);
            return file;
        }

        @Override
        public String label() {
            return file.solver().name() + " " + file.solver().evaluations() + " NFE";
        }
    }
}
