package s4s.benchmark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import s4s.grid.GridType;
import s4s.io.BadFileException;
import s4s.io.Provenance;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.Teacher;
import s4s.metric.Features;
import s4s.metric.Reference;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/**
 * Everything that decides a benchmark's numbers, as values: a file of data/benchmarks, see {@link Benchmarks}, or what is usual
 * for a model of which there is no file.
 *
 * @param name on the command line
 * @param title in tables and figures
 * @param source what is drawn from
 * @param teaching whom students learn from, and by which distance
 * @param extent solvers and images of its tables
 * @param metric what Frechet distances are computed with; empty: tables have distances to the teacher alone
 * @param published key of its published numbers in data/paper/paper-fid.csv; empty: there are none
 * @see <a href="https://arxiv.org/abs/2502.17423">Frankel et al. 2025</a>
 */
public record Benchmark(String name, String title, Source source, Teaching teaching, Extent extent, Optional<Metric> metric,
        Optional<String> published) {

    /** What a model draws. */
    public enum Space {
        /** Images. */
        PIXEL,
        /** Latents, which an autoencoder decodes. */
        LATENT;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Space of(ModelCard card) {
            return card.latent() ? LATENT : PIXEL;
        }
    }

    /**
     * What is drawn from.
     *
     * @param model a model of data/models by name, or the path of a model's folder
     * @param space what it draws
     * @param condition what each seed asks it for
     */
    public record Source(String model, Space space, Condition condition) {}

    /**
     * Whom students learn from, and by what.
     *
     * @param teacher whose images tables compare with, and students learn from unless they have a teacher of their own
     * @param byNfe teachers of students of some NFE alone
     * @param distance name of the distance, see {@link NamedDistance}
     */
    public record Teaching(Teacher teacher, Map<Integer, Teacher> byNfe, String distance) {
        /** Copies the map. */
        public Teaching {
            byNfe = Map.copyOf(byNfe);
        }
    }

    /**
     * Solvers and images of a table.
     *
     * @param nfes student sizes; a guided evaluation is one NFE and a batch of two, as papers count it
     * @param grids time grids
     * @param images images of a row
     * @param block images of a block, of which a row has its own spread
     */
    public record Extent(List<Integer> nfes, List<GridType> grids, int images, int block) {
        private static final List<GridType> GRIDS =
                List.of(GridType.TIME_UNIFORM, GridType.TIME_QUADRATIC, GridType.LOGSNR, GridType.EDM);

        /** Copies the lists. */
        public Extent {
            nfes = List.copyOf(nfes);
            grids = List.copyOf(grids);
        }

        /** What tables have where nothing is said. */
        static Extent usual() {
            return new Extent(List.of(3, 4, 5, 6, 8, 10), GRIDS, 1000, 100);
        }
    }

    /**
     * What is usual for a model of which there is no benchmark: the teacher {@link Teacher#usual()}, l2, all its classes or
     * prompts in turn without guidance, and the real images whose moments are in its folder, if there are any.
     *
     * @param models where it is
     * @param model its name or its folder's path
     * @throws IOException if it is no model, or its reference is damaged
     */
    public static Benchmark usual(Models models, String model) throws IOException {
        ModelCard card = models.card(model);
        Path own = models.path(model).resolve(Metric.OWN);
        Optional<Metric> metric = Files.exists(own) ? Optional.of(new Metric(Reference.read(own).features(), Optional.empty()))
                : Optional.empty();
        return new Benchmark(models.path(model).getFileName().toString(), card.name(),
                new Source(model, Space.of(card), Condition.usual(card)), new Teaching(Teacher.usual(), Map.of(), "l2"),
                Extent.usual(), metric, Optional.empty());
    }

    /**
     * Reads a benchmark's file, in the profile mini.
     *
     * @param file see {@link Benchmarks}
     * @throws IOException if it is no benchmark; one line names file and key
     */
    public static Benchmark read(Path file) throws IOException {
        return BenchmarkFile.read(file).in(Profile.MINI);
    }

    /** The text of a file that {@link #read} reads as this benchmark. */
    public String json() {
        return BenchmarkFile.json(this);
    }

    /** Name of the model, or its folder's path. */
    public String model() {
        return source.model;
    }

    /** What the model draws. */
    public Space space() {
        return source.space;
    }

    /** What each seed asks the model for. */
    public Condition condition() {
        return source.condition;
    }

    /** Whose images tables compare with. */
    public Teacher teacher() {
        return teaching.teacher;
    }

    /** Whom a student learns from. */
    public Teacher teacherOf(int nfe) {
        return teaching.byNfe.getOrDefault(nfe, teaching.teacher);
    }

    /** Student sizes. */
    public List<Integer> nfes() {
        return extent.nfes;
    }

    /** Time grids. */
    public List<GridType> grids() {
        return extent.grids;
    }

    /** Images of a table's rows. */
    public int images() {
        return extent.images;
    }

    /** The same protocol with the model of another folder. */
    public Benchmark withModel(String model) {
        return new Benchmark(name, title, new Source(model, source.space, source.condition), teaching, extent, metric, published);
    }

    /** The same protocol under other conditions. */
    public Benchmark withCondition(Condition condition) {
        return new Benchmark(name, title, new Source(source.model, source.space, condition), teaching, extent, metric, published);
    }

    /** The same protocol with one teacher for all students. */
    public Benchmark withTeacher(Teacher teacher) {
        return new Benchmark(name, title, source, new Teaching(teacher, Map.of(), teaching.distance), extent, metric, published);
    }

    /** The same protocol with another distance to learn by. */
    public Benchmark withDistance(String distance) {
        return new Benchmark(name, title, source, new Teaching(teaching.teacher, teaching.byNfe, distance), extent, metric,
                published);
    }

    /** The same protocol, measured with other features or against other images. */
    public Benchmark withMetric(Metric other) {
        return new Benchmark(name, title, source, teaching, extent, Optional.of(other), published);
    }

    /**
     * Everything that the benchmark's numbers are computed with, in memory.
     *
     * @param model what is drawn from
     * @param metric what Frechet distances are computed with, if there is a metric
     */
    public record Loaded(DiffusionModel model, Optional<Metric.Loaded> metric) {

        /** With a metric. */
        public Loaded(DiffusionModel model, Features features, Reference reference) {
            this(model, Optional.of(new Metric.Loaded(features, reference)));
        }
    }

    /**
     * Loads model, features and reference into {@code manager}.
     *
     * @throws IOException if a file is missing or does not fit
     */
    public Loaded load(Models models, NDManager manager) throws IOException {
        Optional<Metric.Loaded> measure =
                metric.isPresent() ? Optional.of(metric.get().load(models, model(), manager)) : Optional.empty();
        return new Loaded(diffusion(models, manager), measure);
    }

    /**
     * Loads the model alone, with its conditions, guidance and decoder.
     *
     * @throws IOException if a file is missing, or the model is of another kind than this benchmark's
     */
    public DiffusionModel diffusion(Models models, NDManager manager) throws IOException {
        ModelCard card = models.card(model());
        Space drawn = Space.of(card);
        if (drawn != space() || !condition().fits(card)) {
            throw new BadFileException("the benchmark " + name + " needs a model of " + space().id() + ", condition "
                    + condition().id() + "; '" + model() + "' is of " + drawn.id() + ", condition " + Condition.of(card));
        }
        return models.load(model(), manager).given(condition().of(models, model()), condition().guidance());
    }

    /**
     * The distance that students learn by.
     *
     * @param diffusion its model
     * @param manager of a perceptual network's weights
     * @throws IOException if there is no such distance, or its network cannot be read
     */
    public NamedDistance distance(Models models, DiffusionModel diffusion, NDManager manager) throws IOException {
        return NamedDistance.of(teaching.distance, metric.flatMap(Metric::mini), space() == Space.LATENT, models, diffusion, manager);
    }

    /**
     * What is to be learned from each teacher.
     *
     * @param model that all recipes must fit, those that are not due as well
     * @param due which of them are to be learned
     * @throws IllegalArgumentException for a recipe that cannot be learned on the model
     */
    public Map<Teacher, List<Recipe>> byTeacher(DiffusionModel model, List<Recipe> recipes, Predicate<Recipe> due) {
        Map<Teacher, List<Recipe>> courses = new LinkedHashMap<>();
        for (Recipe recipe : recipes) {
            recipe.family(model);                            // what cannot be learned is refused before anything is drawn
            if (due.test(recipe)) {
                courses.computeIfAbsent(teacherOf(recipe.nfe()), teacher -> new ArrayList<>()).add(recipe);
            }
        }
        return courses;
    }

    /**
     * What makes this benchmark's numbers.
     *
     * @param loaded the networks
     * @param seeds which seeds are used, in words
     * @param command what computes them
     */
    public Provenance provenance(Loaded loaded, String seeds, String command) {
        Provenance provenance = Provenance.of(command).with("benchmark", name)
                .with("metric", loaded.metric.map(metric -> metric.features().metric()).orElse("none"))
                .with("model", model()).with("model sha256", loaded.model.sha256());
        if (loaded.metric.isPresent()) {
            Reference reference = loaded.metric.get().reference();
            provenance = provenance.with("features", reference.features()).with("features sha256", reference.featuresSha256())
                    .with("reference", reference.moments().count() + " images of " + reference.data())
                    .with("reference sha256", reference.dataSha256());
        }
        Provenance all = provenance.with("teacher", teacher().label() + " NFE").with("seeds", seeds);
        return loaded.model.conditions().map(rule -> all.with("conditions", rule)).orElse(all);
    }

    /** Which results. */
    public enum Results {
        /** Of the fixed solvers. */
        FIXED(""),
        /** Of the learned solvers. */
        LEARNED("-learned");

        private final String suffix;

        Results(String suffix) {
            this.suffix = suffix;
        }
    }

    /** Where results are stored: data/results/MODEL.csv of the fixed solvers, MODEL-learned.csv of the learned ones. */
    public Path file(Path repository, Results which) {
        return repository.resolve("data/results/" + modelName() + which.suffix + ".csv");
    }

    /** Where the model's learned solvers are: data/solvers/MODEL, whatever name is in the model's card. */
    public Path solvers(Path repository) {
        return repository.resolve("data/solvers/" + modelName());
    }

    /** The model's folder without the way to it. */
    Path modelName() {
        return Path.of(model()).toAbsolutePath().normalize().getFileName();
    }

    /** Every baseline solver on {@code grid} with {@code nfe} evaluations. */
    public List<Entry> entries(DiffusionModel from, GridType grid, int nfe) {
        return Entry.of(Solvers.baselines(), grid, from.schedule(), nfe);
    }

    /** Every baseline solver on every grid with every NFE, in groups of one grid and NFE, and the teacher, a group of its own. */
    public Map<String, List<Entry>> fixed(DiffusionModel from) {
        Map<String, List<Entry>> groups = new LinkedHashMap<>();
        for (int nfe : nfes()) {
            for (GridType grid : grids()) {
                groups.put(nfe + "-" + grid.id(), entries(from, grid, nfe));
            }
        }
        groups.put(Scores.TEACHER, List.of(new Entry(Scores.TEACHER, teacher().grid().id(), teacher().solver(from))));
        return groups;
    }

    /**
     * The learned solvers that ship with the model, in groups of one family and NFE; sorted.
     *
     * @param folder of solver files that {@code s4s learn} made; may be missing: then there are none
     * @throws IOException if a file is not a solver file
     */
    public static Map<String, List<Entry>> learned(Path folder, DiffusionModel from) throws IOException {
        Map<String, List<Entry>> groups = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                    Entry entry = Entry.of(SolverFile.read(file), from.schedule());
                    String family = entry.solver().split(" ")[0];
                    groups.computeIfAbsent(family + "-nfe" + entry.nfe(), key -> new ArrayList<>()).add(entry);
                }
            }
        }
        return groups;
    }

    /** Seeds 0 to {@code count - 1}, the ones that every table uses. */
    public static long[] seeds(int count) {
        long[] seeds = new long[count];
        Arrays.setAll(seeds, i -> i);
        return seeds;
    }
}
