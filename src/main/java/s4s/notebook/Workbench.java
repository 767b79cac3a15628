package s4s.notebook;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Comparison;
import s4s.benchmark.Condition;
import s4s.benchmark.Entry;
import s4s.benchmark.Metric;
import s4s.benchmark.Profile;
import s4s.benchmark.Published;
import s4s.benchmark.Scores;
import s4s.benchmark.Surface;
import s4s.benchmark.TeacherImages;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.io.ResultsFile;
import s4s.learn.NamedDistance;
import s4s.learn.Teacher;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.model.Conditions;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.Vocabulary;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.sampling.Sampling;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;
import s4s.solver.data.SolverSource;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A benchmark opened for work in a notebook: its model, features, teacher and tables, and short
 * calls that draw and measure. It holds native memory until closed.
 */
public final class Workbench implements AutoCloseable {
    private static final int BATCH = 100;

    private final NDManager manager = Devices.manager();
    private final Path repository;
    private final Models models;
    private final Benchmark benchmark;
    private final Benchmark.Loaded loaded;
    private final List<Method> own = new ArrayList<>();

    private Workbench(Path repository, Benchmark benchmark) throws IOException {
        this.repository = repository;
        this.models = new Models(repository.resolve("data").resolve("models"));
        this.benchmark = benchmark;
        this.loaded = benchmark.load(models, manager);
    }

    /**
     * Opens a benchmark in the profile of S4S_PROFILE; mini unless set.
     *
     * @param name one of data/benchmarks, for instance {@code cifar10}, or the path of any such file, X.json
     * @throws IllegalArgumentException if there is no such benchmark or profile
     */
    public static Workbench open(String name) throws IOException {
        return open(Models.repository(), Benchmarks.ofRepository().named(name, Profile.ofEnvironment()));
    }

    /** Opens any benchmark with the models and results of a repository. */
    public static Workbench open(Path repository, Benchmark benchmark) throws IOException {
        return new Workbench(repository, benchmark);
    }

    /** What is opened. */
    public Benchmark benchmark() {
        return benchmark;
    }

    /** Its model, with conditions, guidance and decoder. */
    public DiffusionModel diffusion() {
        return loaded.model();
    }

    /** Parent of all tensors here. */
    public NDManager manager() {
        return manager;
    }

    /** Hash of the network's weights. */
    public String modelSha256() {
        return loaded.model().sha256();
    }

    /** The repository's root. */
    public Path repository() {
        return repository;
    }

    /** Makes a method of one's own known here by its name, in place of an earlier one of that name. */
    public void add(Method method) {
        own.removeIf(other -> other.name().equals(method.name()));
        own.add(method);
    }

    /** A solver of the catalogue, or one that was {@link #add added}, on a named grid. */
    public Solver solver(String method, String grid, int nfe) {
        Method found = Solvers.named(method, own);
        return found.on(GridType.named(grid), diffusion().schedule(), nfe);
    }

    /**
     * A solver from a file, {@code bench.solver("file.json")}, or a method by name on the usual grid and NFE.
     *
     * @throws IllegalArgumentException if the file's solver was made for another schedule than the network's
     * @see SolverSource
     */
    public Solver solver(String source) throws IOException {
        return SolverSource.of(source, Optional.empty(), Optional.empty(), own).on(diffusion().schedule());
    }

    /**
     * The solver files of a folder that fit this benchmark's network, by file name.
     *
     * @param folder may be missing: then there are none
     * @param nfe keeps solvers with this many calls
     * @throws IOException if a file is not a solver
     */
    public Map<String, Solver> solversIn(Path folder, int nfe) throws IOException {
        Map<String, Solver> solvers = new LinkedHashMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                    SolverFile stored = SolverFile.read(file);
                    if (stored.solver().evaluations() == nfe && stored.fits(diffusion().schedule())) {
                        solvers.put(file.getFileName().toString().replaceFirst("\\.json$", ""), stored.solver());
                    }
                }
            }
        }
        return solvers;
    }

    /** The teacher as a solver. */
    public Solver teacher() {
        return benchmark.teacher().solver(diffusion());
    }

    /** Images of seeds 0 to {@code count - 1}. */
    public ImageSet draw(Solver solver, int count, LongConsumer progress) {
        return Sampling.pictures(manager, diffusion(), Program.of(solver, diffusion()),
                Benchmark.seeds(count), BATCH, solver.name(), progress);
    }

    /** The noise levels of every grid of the benchmark, for {@code steps} steps. */
    public Map<String, double[]> grids(int steps) {
        Map<String, double[]> grids = new LinkedHashMap<>();
        for (GridType grid : benchmark.grids()) {
            grids.put(grid.id(), grid.levels(diffusion().schedule(), steps));
        }
        return grids;
    }

    /** What the model is: architecture, data, training. */
    public Table model() throws IOException {
        ModelCard card = models.card(benchmark.model());
        StringColumn key = StringColumn.create("network");
        StringColumn value = StringColumn.create(card.name());
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("parameters", String.format(Locale.ROOT, "%,d", card.parameters()));
        if (card.kind() == ModelCard.Kind.SCRIPT) {
            rows.put("made from", card.origin());
        } else {
            rows.put("trained on", card.fact("dataImages") + " images of " + card.fact("data"));
            card.startedFrom().ifPresent(network -> rows.put("started from", network));
            List<String> parts = card.combines();
            for (int i = 0; i < parts.size(); i++) {
                rows.put("part " + (i + 1) + " of the combination", parts.get(i));
            }
            rows.put("images seen", String.format(Locale.ROOT, "%,d", Long.parseLong(card.fact("imagesSeen"))));
            rows.put("training time", Math.round(Double.parseDouble(card.fact("seconds")) / 60) + " minutes");
        }
        if (benchmark.space() == Benchmark.Space.LATENT) {
            rows.put("draws", "latents " + diffusion().sampleShape());
        }
        diffusion().conditions().ifPresent(rule -> rows.put("conditions", rule));
        rows.put("sha256 of the weights", card.weightsSha256());
        rows.forEach((name, text) -> {
            key.append(name);
            value.append(text);
        });
        return Table.create(card.name(), key, value);
    }

    /**
     * What seeds 0 to {@code count - 1} ask for, in the order of {@link #draw}: the names of their classes (numbers, if the model
     * does not say its names), or their texts; empty texts where there are no conditions.
     */
    public List<String> conditions(int count) throws IOException {
        Optional<Conditions> conditions = benchmark.condition().of(models, benchmark.model());
        List<String> asked = conditions.map(c -> c.of(Benchmark.seeds(count))).orElse(Collections.nCopies(count, ""));
        Optional<Vocabulary> names = models.card(benchmark.model()).vocabulary();
        if (benchmark.condition().kind() != Condition.Kind.CLASS || names.isEmpty()) {
            return asked;
        }
        return asked.stream().map(number -> names.get().entries().get(Integer.parseInt(number))).toList();
    }

    /**
     * How often a classifier finds in an image the class that it was drawn for (of a text: the class of the real image with
     * that text): without guidance, with it, in unseen real images themselves, and by chance; as far as the card says, a published
     * model's card does not.
     */
    public Table classAccuracy() throws IOException {
        StringColumn images = StringColumn.create("images");
        DoubleColumn share = DoubleColumn.create("class found");
        Optional.ofNullable(models.card(benchmark.model()).evaluation().get("classFound"))
                .ifPresent(found -> found.getAsJsonObject().entrySet().forEach(entry -> {
                    images.append(entry.getKey());
                    share.append(entry.getValue().getAsDouble());
                }));
        return Table.create("class accuracy", images, share);
    }

    /** What its Frechet distances are called: FD (mini features), or FID where the features are the official Inception's. */
    public String metric() {
        return features().metric();
    }

    /**
     * How good the model is: the distance of the teacher's samples (of a conditional model also without guidance), of real test
     * images and of a Gaussian, as far as the card says; a published model's card does not.
     */
    public Table quality() throws IOException {
        ModelCard card = models.card(benchmark.model());
        StringColumn images = StringColumn.create("images");
        DoubleColumn fd = DoubleColumn.create(metric());
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("fdTest", "real test images");
        rows.put("fdTeacher", "teacher, " + benchmark.teacher().label() + " NFE");
        rows.put("fdUnguided", "teacher without guidance");
        rows.put("fdGaussian", "Gaussian with the data's pixel mean and covariance");
        rows.forEach((name, label) -> {
            if (card.evaluation().containsKey(name)) {
                images.append(label);
                fd.append(card.evaluation().get(name).getAsDouble());
            }
        });
        return Table.create("quality", images, fd);
    }

    /** Published FIDs of this benchmark; see {@link Published}. */
    public Table published() throws IOException {
        return Published.of(repository, benchmark);
    }

    /**
     * Measures every catalogue solver on some grids and sizes with one block of images.
     *
     * @param images number of images, the block size of the stored table
     * @return as {@link Scores} describes
     */
    public Table measure(int images, List<GridType> grids, List<Integer> nfes, LongConsumer progress) {
        List<Entry> entries = new ArrayList<>();
        for (GridType grid : grids) {
            for (int nfe : nfes) {
                entries.addAll(benchmark.entries(diffusion(), grid, nfe));
            }
        }
        return measure(images, entries, progress);
    }

    /** Measures any solvers with one block of images. */
    public Table measure(int images, List<Entry> entries, LongConsumer progress) {
        return Scores.table(comparison(images).run(manager, entries, progress), images);
    }

    /**
     * Some solvers side by side, on the same seeds: calls, Frechet distance, and the mean distances to the teacher's images.
     * FD falls with the number of images; compare only numbers of equal counts.
     *
     * @param images number of images
     * @param solvers names to solvers, in the order of the rows
     */
    public Table compare(int images, Map<String, Solver> solvers, LongConsumer progress) {
        List<Entry> entries = new ArrayList<>();
        solvers.forEach((name, solver) -> entries.add(new Entry(name, "", solver)));
        Table scores = measure(images, entries, progress).selectColumns("solver", "nfe", "fd", "rmse", "perceptual");
        scores.column("nfe").setName("NFE");
        scores.column("fd").setName(metric());
        scores.column("rmse").setName("RMS difference to teacher");
        scores.column("perceptual").setName("perceptual difference");
        return scores;
    }

    /**
     * Measures a solver that depends on two numbers, over a grid of them.
     *
     * @param images number of images
     * @param first values of the first number
     * @param second values of the second number
     * @param variation the solver
     */
    public Surface surface(int images, double[] first, double[] second, Surface.Variation variation, LongConsumer progress) {
        return Surface.of(comparison(images), manager, first, second, variation, progress);
    }

    /**
     * Pairs of the benchmark's teacher to learn from, on seeds that no table uses, with the benchmark's usual distance to it.
     *
     * @param training pairs to learn from
     * @param validation pairs that decide
     */
    public LearningBench learning(int training, int validation, Progress progress) throws IOException {
        return learning(benchmark.teacher(), benchmark.teaching().distance(), training, validation, progress);
    }

    /**
     * Pairs of any teacher, and any distance to it.
     *
     * @param teacher for instance {@link Benchmark#teacherOf}
     * @param distance see {@link NamedDistance#of}
     * @param training pairs to learn from
     * @param validation pairs that decide
     * @throws IllegalArgumentException for another distance
     */
    public LearningBench learning(Teacher teacher, String distance, int training, int validation, Progress progress)
            throws IOException {
        NamedDistance named = benchmark.withDistance(distance).distance(models, diffusion(), manager);
        return new LearningBench(manager, diffusion(), teacher, named, training, validation, progress);
    }

    /** Its features. */
    public Features features() {
        return measure().features();
    }

    private Metric.Loaded measure() {
        return loaded.metric().orElseThrow(() ->
                new IllegalStateException("the benchmark " + benchmark.name() + " names no real images to compare with"));
    }

    /** Questions to the benchmark's Frechet distance. */
    public EvaluationBench evaluation() {
        return new EvaluationBench(manager, features(), measure().reference());
    }

    /**
     * Features of the same network before anyone trained it.
     *
     * @param seed of its random weights
     */
    public Features untrained(long seed) throws IOException {
        String classifier = benchmark.metric().flatMap(Metric::mini).orElseThrow(() ->
                new IllegalStateException("the benchmark " + benchmark.name() + " has no mini features"));
        FeatureNet.Config config = models.features(classifier, manager).config();
        return new MiniFeatures(new FeatureNet(config, FeatureNet.initial(config, manager, seed)), manager,
                classifier + ", untrained", "none");
    }

    /** The learned solvers that ship with this benchmark's model, by file name, with so many calls. */
    public Map<String, Solver> learned(int nfe) throws IOException {
        return solversIn(benchmark.solvers(repository), nfe);
    }

    /**
     * The fixed solver with the lowest FD in the stored table.
     *
     * @param nfe among those with so many calls
     * @throws IllegalArgumentException if the table has none
     */
    public Solver bestFixed(int nfe) throws IOException {
        Table table = results().table();
        Table rows = table.where(table.intColumn("nfe").isEqualTo(nfe)).sortAscendingOn("fd");
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("the table has no solver of " + nfe + " NFE");
        }
        Row best = rows.row(0);
        return solver(best.getString("solver"), best.getString("grid"), nfe);
    }

    private Comparison comparison(int images) {
        TeacherImages teacher =
                TeacherImages.draw(manager, diffusion(), benchmark.teacher(), Benchmark.seeds(images), BATCH, d -> {});
        return new Comparison(diffusion(), loaded.metric().map(Metric.Loaded::yardstick), teacher,
                Math.min(images, 250), images);
    }

    /**
     * The stored table of this benchmark's fixed solvers and what made it: data/results/MODEL.csv, without the teacher.
     *
     * @throws IOException if it is missing, changed by hand, or of other weights than the ones loaded
     */
    public ResultsFile.Results results() throws IOException {
        ResultsFile.Results all = results(Benchmark.Results.FIXED);
        return new ResultsFile.Results(Scores.students(all.table()), all.provenance());
    }

    /** What the teacher's own images score in that table: columns solver, grid, nfe, images, fd; no row in an older table. */
    public Table teacherScore() throws IOException {
        return Scores.teacher(results(Benchmark.Results.FIXED).table()).selectColumns("solver", "grid", "nfe", "images", "fd");
    }

    /** The stored table of the learned solvers; see {@link #results()}. */
    public ResultsFile.Results learnedResults() throws IOException {
        return results(Benchmark.Results.LEARNED);
    }

    private ResultsFile.Results results(Benchmark.Results which) throws IOException {
        Path csv = benchmark.file(repository, which);
        ResultsFile.Results results = ResultsFile.read(csv);
        String made = results.provenance().recipe().getOrDefault("model sha256", "none");
        if (!made.equals(modelSha256())) {
            throw new IOException(csv + " was made with other weights of " + benchmark.model() + " (sha256 " + made
                    + ") than those here: make it again with s4s benchmark");
        }
        return new ResultsFile.Results(Scores.current(results.table()), results.provenance());
    }

    /** What makes numbers of this notebook from seeds 0 to {@code images - 1}. */
    public Provenance provenance(String command, int images) {
        return benchmark.provenance(loaded, "0-" + (images - 1), command);
    }

    /** Writes a table and its provenance to target/notebooks/NAME.csv and .json, in place of earlier ones. */
    public Path save(String name, Table table, Provenance provenance) throws IOException {
        Path folder = repository.resolve("target").resolve("notebooks");
        Path csv = folder.resolve(name + ".csv");
        Files.createDirectories(folder);
        Files.deleteIfExists(csv);
        Files.deleteIfExists(folder.resolve(name + ".json"));
        ResultsFile.open(csv, table.emptyCopy(), provenance).replace(table);
        return repository.relativize(csv);
    }

    /** Releases all tensors. */
    @Override
    public void close() {
        manager.close();
    }
}
