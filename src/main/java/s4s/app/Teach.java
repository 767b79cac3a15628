package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Condition;
import s4s.io.Progress;
import s4s.learn.SeedRange;
import s4s.learn.Teacher;
import s4s.learn.TeacherPairs;
import s4s.learn.TeacherStore;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.solver.Solver;
import s4s.solver.data.SolverFile;
import s4s.solver.data.SolverSource;

/**
 * Draws a teacher's pairs into a folder.
 *
 * @param task the model, its conditions and its teacher
 * @param other another teacher
 * @param role what the pairs are for
 * @param pairs how many
 * @param shard pairs in a file
 * @param batch samples in a network call
 * @param out the folder
 * @param command what makes the pairs, for provenance
 */
public record Teach(Task task, Other other, SeedRange role, int pairs, int shard, int batch, Path out, String command) {
    private static final String TEACHER = "teacher.json";

    /**
     * Another teacher than the task's, as far as it is said.
     *
     * @param solver name of a method, or the path of a solver file
     * @param grid of the method
     * @param nfe of the method
     * @param student network calls of the students whose teacher the benchmark's is
     */
    public record Other(Optional<String> solver, Optional<String> grid, Optional<Integer> nfe, Optional<Integer> student) {
        private SolverSource source(Benchmark benchmark) throws IOException {
            if (solver.isPresent() && SolverSource.isFile(solver.get())) {
                return SolverSource.of(solver.get(), grid, nfe);
            }
            Teacher usual = student.map(benchmark::teacherOf).orElse(benchmark.teacher());
            return SolverSource.of(solver.orElse(usual.method().name()), Optional.of(grid.orElse(usual.grid().id())),
                    Optional.of(nfe.orElse(usual.nfe())));
        }
    }

    /**
     * Checks the number of pairs and whether one teacher is named.
     *
     * @throws IllegalArgumentException if the range of seeds is too small, or the teacher is said twice
     */
    public Teach {
        role.seeds(pairs);
        if (task.teacher().isPresent() && !other.equals(new Other(Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty()))) {
            throw new IllegalArgumentException("--teacher is a solver with its grid and NFE: give it without --solver, --grid, --nfe"
                    + " and --student");
        }
    }

    /**
     * Draws what is missing.
     *
     * @param models has the model
     * @param manager of its weights
     * @throws IOException if something cannot be read or written
     */
    public void run(Models models, NDManager manager, Backend.Opening opening, Output output) throws IOException {
        Task.Chosen chosen = task.choose(models, Optional.empty());
        Benchmark benchmark = chosen.benchmark();
        ModelCard card = models.card(benchmark.model());
        SolverSource source = other.source(benchmark);
        DiffusionModel model = benchmark.diffusion(models, manager);
        SolverFile teacher = source.file(Optional.of(model.schedule()), model.schedule(), command);
        teacher.solver().requireRange(model.schedule()).ifPresent(output::note);
        TeacherStore store = TeacherStore.open(out, new TeacherStore.Recipe(card.name(), card.weightsSha256(), teacher, role,
                model.sampleShape(), model.conditions()), shard, command);
        try (Progress progress = output.progress("teacher");
                Backend backend = opening.open("s4s teacher", manager, output)) {
            Path folder = models.path(benchmark.model());
            TeacherStore.Drawing drawing = drawing(backend, models, folder, benchmark.condition(), model, store, batch, progress);
            store.to(pairs, (seeds, taker) -> {
                chosen.note("teacher " + source.label()).ifPresent(output::note); // not before the folder is claimed
                drawing.draw(seeds, taker);
            }, output::note);
        }
        output.print(out + " has " + store.count() + " pairs in " + store.shards().size() + " files, " + role.id() + " seeds "
                + role.first() + "-" + (role.first() + store.count() - 1) + ", teacher " + source.label() + " on " + card.name());
    }

    /** A model under the conditions of its seeds, and a teacher. */
    private record Taught(DiffusionModel model, Solver teacher) {}

    /** Draws the shards of a store, each a piece of work. */
    static TeacherStore.Drawing drawing(Backend backend, Models models, Path folder, Condition condition, DiffusionModel model,
            TeacherStore store, int batch, Progress progress) {
        String name = folder.getFileName().toString();
        Optional<Path> list = condition.file();
        String asked = list.map(file -> file.getFileName().toString()).orElse(condition.id());
        double guidance = condition.guidance();
        SeedRange role = store.role();
        Shared<Taught> taught = new Shared<>(name + ", conditions " + asked + ", guidance " + guidance,
                () -> new Taught(model, store.teacher().solver()), () -> {
                    Parcel parcel = new Parcel().withModel(models, folder.toString()).with(TEACHER, store.teacher().json());
                    return list.isPresent() ? parcel.with(asked, list.get()) : parcel;
                }, (files, own) -> {
                    Models there = new Models(files);
                    Condition here = Condition.named(asked, guidance).in(files);
                    return new Taught(there.load(name, own).given(here.of(there, name), guidance),
                            SolverFile.read(files.resolve(TEACHER)).solver());
                });
        return (seeds, taker) -> {
            long work = seeds.stream().mapToLong(some -> some.length).sum();
            backend.run(taught, seeds, (own, some, site) -> {
                TeacherPairs drawn = TeacherPairs.draw(site.scope(), own.model, own.teacher, role, some, batch, site.progress());
                return drawn.samples(0, drawn.count());
            }, taker::take, some -> some.length, done -> progress.update(done, work, "pairs"));
        };
    }
}
