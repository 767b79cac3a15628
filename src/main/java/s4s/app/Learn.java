package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Condition;
import s4s.benchmark.Metric;
import s4s.grid.GridType;
import s4s.io.AtomicFiles;
import s4s.io.Claim;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.learn.Families;
import s4s.learn.Learner;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.SeedRange;
import s4s.learn.Suite;
import s4s.learn.Teacher;
import s4s.learn.TeacherStore;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.solver.data.SolverFile;

/**
 * Learns a solver, or every solver that ships with a model.
 *
 * @param task the model, its conditions and its teacher
 * @param what is learned
 * @param suite a model or a benchmark, all of whose solvers are learned; empty: one solver
 * @param distance to the teacher's images; empty: the benchmark's
 * @param how the optimization
 * @param count training and validation pairs
 * @param pairs where they come from
 * @param again whether a suite's solvers that are there are learned again
 * @param out a file, of a suite a folder; empty: named by what is learned
 * @param command what learns, for provenance
 */
public record Learn(Task task, What what, Optional<String> suite, Optional<String> distance, Lesson.How how, Count count,
        Pairs pairs, boolean again, Optional<Path> out, String command) {
    private static final String BENCHMARK = "benchmark.json";
    private static final int SHARD = 100;

    /**
     * What is learned, as far as it is said.
     *
     * @param families of {@link Families}; of a suite only these
     * @param init the solver that it starts from
     * @param grid the grid that it starts from
     * @param nfe network calls; of a suite only these
     * @param order outputs that a step weighs
     * @param brief of a suite only what notebooks sum up
     */
    public record What(List<String> families, Optional<String> init, Optional<String> grid, Optional<Integer> nfe,
            Optional<Integer> order, boolean brief) {}

    /** How many training and validation pairs. */
    public record Count(int training, int validation) {}

    /** A lesson, and the file of its solver in the process that asked. */
    private record Piece(Lesson lesson, String file) implements Serializable {}

    /** What a lesson gives. */
    private record Answer(String json, double validation, double start, double seconds, Learner.Outcome outcome, String ended)
            implements Serializable {}

    /** Everything that is there before learning. */
    private record School(Models models, NDManager manager, Benchmark benchmark, DiffusionModel model, NamedDistance distance,
            Path folder, Backend backend, Output output) {}

    /**
     * Learns what is missing.
     *
     * @param models has the model
     * @param manager parent of everything
     * @return whether everything can be used
     * @throws IOException if something cannot be read or written
     */
    public boolean run(Models models, NDManager manager, Backend.Opening opening, Output output) throws IOException {
        what.families.forEach(name -> Families.note(name).ifPresent(output::note));
        requireSense();
        Task.Chosen chosen = suite.isPresent() ? task.chooseSuite(models, suite.get()) : task.choose(models, Optional.empty());
        Benchmark benchmark = distance.map(chosen.benchmark()::withDistance).orElse(chosen.benchmark());
        GridType grid = what.grid.map(GridType::named).orElse(chosen.base().teacher().grid());
        List<Recipe> usual = suite.isPresent() ? ofSuite(benchmark, grid) : List.of(one(grid));
        DiffusionModel model = benchmark.diffusion(models, manager);
        chosen.note("teacher " + benchmark.teacher().id(), "start " + (suite.isPresent() ? "of each family"
                : usual.get(0).init().name()) + " on " + grid.id(), "distance " + benchmark.teaching().distance())
                .ifPresent(output::note);
        List<Recipe> recipes = usual.stream().map(recipe -> lesson(recipe).recipe(model)).toList();
        Path folder = out.orElse(benchmark.solvers(Models.repository()));
        Map<Teacher, List<Recipe>> due =
                benchmark.byTeacher(model, recipes, recipe -> suite.isEmpty() || isDue(file(recipe.name(), folder)));
        if (due.isEmpty()) {
            output.print("all " + recipes.size() + " solvers are in " + folder);
            return true;
        }
        List<String> failed = new ArrayList<>();
        NamedDistance loaded = benchmark.distance(models, model, manager);
        try (Claim claim = suite.isPresent() ? Claim.ofFolder(folder) : Claim.ofFile(file(recipes.get(0).name(), folder));
                Backend backend = opening.open("s4s learn", manager, output)) {
            School school = new School(models, manager, benchmark, model, loaded, folder, backend, output);
            for (Map.Entry<Teacher, List<Recipe>> course : due.entrySet()) {
                failed.addAll(learn(school, course.getKey(), course.getValue()));
            }
        }
        if (suite.isPresent() && !failed.isEmpty()) {
            output.note("diverged, or learned nothing: " + String.join(", ", failed));
        }
        return failed.isEmpty();
    }

    /** What is learned by a recipe, of which this says the optimization and the pairs. */
    private Lesson lesson(Recipe recipe) {
        return Lesson.of(recipe, how, count.training, count.validation);
    }

    private void requireSense() {
        if (what.order.isPresent() && what.order.get() < 1) {
            throw new IllegalArgumentException("--order is at least 1, not " + what.order.get());
        }
        if (suite.isPresent() && (task.model().isPresent() || what.init.isPresent() || what.grid.isPresent()
                || what.order.isPresent())) {
            throw new IllegalArgumentException("--suite has a model, starts, grids and orders of its own: give it without --model,"
                    + " --init, --grid and --order");
        }
    }

    private Recipe one(GridType grid) {
        Families kind = Families.named(what.families.isEmpty() ? Families.S4S_JOINT.id() : String.join(",", what.families));
        Recipe usual = Recipe.usual(kind, what.init.orElse(kind.init()), grid, what.nfe.orElse(5));
        return what.order.isPresent() ? usual.withOrder(what.order.get()) : usual;
    }

    private List<Recipe> ofSuite(Benchmark benchmark, GridType grid) {
        List<Families> families = what.families.stream().map(Families::named).toList();
        List<Recipe> all = what.brief ? Suite.brief(benchmark.nfes(), grid) : Suite.recipes(benchmark.nfes(), grid);
        List<Recipe> some = all.stream()
                .filter(recipe -> families.isEmpty() || families.contains(recipe.family()))
                .filter(recipe -> what.nfe.isEmpty() || recipe.nfe() == what.nfe.get()).toList();
        if (some.isEmpty()) {
            throw new IllegalArgumentException("the suite has no such solver; its NFE are " + benchmark.nfes()
                    + (what.brief ? ", its families s4s-joint, ld3, s4s-lms, gs" : ""));
        }
        return some;
    }

    /** Learns what is due from a teacher, and writes it, but no start of a suite under the name of what was to be learned. */
    private List<String> learn(School school, Teacher teacher, List<Recipe> due) throws IOException {
        List<String> failed = new ArrayList<>();
        Path drawn = school.folder.resolve("pairs.parts");
        List<Piece> pieces =
                due.stream().map(recipe -> new Piece(lesson(recipe), file(recipe.name(), school.folder).toString())).toList();
        String text = command;
        school.backend.run(shared(school, teacher, due, drawn), pieces, (lessons, piece, site) -> {
            Recipe recipe = piece.lesson.recipe(lessons.model());
            long start = System.nanoTime();
            try (Progress progress = site.output().progress(recipe.name())) {
                Recipe.Result result = recipe.learn(lessons,
                        site.here() ? Optional.of(checkpoint(Path.of(piece.file))) : Optional.empty(), text, progress,
                        site.output()::note);
                return new Answer(result.file().json(), result.learned().validation(),
                        result.learned().history().get(0).validation(), (System.nanoTime() - start) * 1e-9,
                        result.learned().outcome(), result.learned().ended());
            }
        }, (i, answer) -> {
            Path file = Path.of(pieces.get(i).file);
            if (suite.isEmpty() || answer.outcome != Learner.Outcome.NOTHING) {
                AtomicFiles.write(file, answer.json.getBytes(StandardCharsets.UTF_8));
            }
            Files.deleteIfExists(checkpoint(file));
            if (!answer.outcome.usable()) {
                failed.add(due.get(i).name());
            }
            school.output.print(String.format(Locale.ROOT, "%s: validation %.5g, the start's %.5g; %.0f s. %s", file,
                    answer.validation, answer.start, answer.seconds, answer.ended));
        });
        Folders.delete(drawn);
        return failed;
    }

    /** What a teacher's lessons share. Elsewhere it is made of files, for which the pairs are drawn into a folder. */
    private Shared<LearningTask> shared(School school, Teacher teacher, List<Recipe> due, Path drawn) throws IOException {
        String name = school.models.path(school.benchmark.model()).getFileName().toString();
        Condition condition = school.benchmark.condition();
        Optional<Path> script = Optional.of(school.benchmark.teaching().distance()).filter(d -> d.endsWith(".pt")).map(Path::of);
        Benchmark there = school.benchmark.withCondition(condition.in(Path.of(""))).withModel(name)
                .withDistance(script.map(file -> file.getFileName().toString()).orElse(school.benchmark.teaching().distance()));
        boolean isScript = script.isPresent();
        int nfe = due.get(0).nfe();
        List<Lesson> lessons = due.stream().map(this::lesson).toList();
        return new Shared<>("solvers of " + name + " by " + there.teaching().distance(), () -> {
            try (Progress progress = school.output.progress("pairs")) {
                return pairs.task(school.manager, teacher, due, school.model, school.distance, progress);
            }
        }, () -> {
            Parcel parcel = withDistance(new Parcel().withModel(school.models, school.benchmark.model()), school)
                    .withFolder("training", stored(school, teacher, due, SeedRange.TRAINING, pairs.training(), drawn))
                    .withFolder("validation", stored(school, teacher, due, SeedRange.VALIDATION, pairs.validation(), drawn))
                    .with(BENCHMARK, there.json());
            return condition.file().isPresent()
                    ? parcel.with(condition.file().get().getFileName().toString(), condition.file().get()) : parcel;
        }, (folder, own) -> {
            Benchmark read = Benchmark.read(folder.resolve(BENCHMARK));
            Models models = new Models(folder);
            Benchmark here =
                    isScript ? read.withDistance(folder.resolve(read.teaching().distance()).toString()) : read;
            DiffusionModel model = here.diffusion(models, own);
            Pairs stored = new Pairs(Optional.of(folder.resolve("training")), Optional.of(folder.resolve("validation")));
            List<Recipe> recipes = lessons.stream().map(lesson -> lesson.recipe(model)).toList();
            return stored.task(own, here.teacherOf(nfe), recipes, model, here.distance(models, model, own), Progress.none());
        });
    }

    /** The parcel with the network of the distance, if it has one. */
    private static Parcel withDistance(Parcel parcel, School school) throws IOException {
        String distance = school.benchmark.teaching().distance();
        if (distance.endsWith(".pt")) {
            return parcel.with(Path.of(distance).getFileName().toString(), Path.of(distance));
        }
        Optional<String> mini = school.benchmark.metric().flatMap(Metric::mini);
        if (mini.isPresent()) {
            return parcel.withModel(school.models, mini.get());
        }
        String name = NamedDistance.LPIPS.getParent().toString();
        Path folder = school.models.folder().resolve(name);
        return Files.isDirectory(folder) ? parcel.withFolder(name, folder) : parcel;
    }

    /** A folder with the teacher's pairs. */
    private Path stored(School school, Teacher teacher, List<Recipe> due, SeedRange role, Optional<Path> from, Path drawn)
            throws IOException {
        if (from.isPresent()) {
            return from.get();
        }
        DiffusionModel model = school.model;
        SolverFile solver = SolverFile.of(teacher.solver(model), model.schedule(), Provenance.of(command));
        TeacherStore store = TeacherStore.open(drawn.resolve(teacher.label().replace(' ', '-')).resolve(role.id()),
                new TeacherStore.Recipe(school.model.name(), school.model.sha256(), solver, role, model.sampleShape(),
                        model.conditions()), SHARD, command);
        try (Progress progress = school.output.progress(role.id() + " pairs")) {
            store.to(Pairs.most(due, role), Teach.drawing(school.backend, school.models,
                    school.models.path(school.benchmark.model()), school.benchmark.condition(), model, store, SHARD, progress),
                    school.output::note);
        }
        return store.folder();
    }

    /** Where a solver goes. */
    private Path file(String name, Path folder) {
        return suite.isPresent() ? folder.resolve(name + ".json") : out.orElse(Path.of(name + ".json"));
    }

    /** Where an interrupted learning stands. */
    private static Path checkpoint(Path file) {
        return file.resolveSibling(file.getFileName() + ".npz");
    }

    /**
     * Whether a solver of a suite is still to be learned. One that is there may have its checkpoint beside it, if a kill came
     * between the writing of the one and the removal of the other; it is removed.
     */
    private boolean isDue(Path file) {
        if (again || !Files.exists(file)) {
            return true;
        }
        try {
            Path checkpoint = checkpoint(file);
            if (Files.exists(checkpoint)
                    && Files.getLastModifiedTime(checkpoint).compareTo(Files.getLastModifiedTime(file)) <= 0) {
                Files.delete(checkpoint);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return false;
    }
}
