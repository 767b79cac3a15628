package s4s.notebook;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.CostEstimate;
import s4s.benchmark.Metric;
import s4s.benchmark.Profile;
import s4s.benchmark.Published;
import s4s.grid.GridType;
import s4s.image.Colours;
import s4s.image.ImageSet;
import s4s.image.ImageSource;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.metric.Extraction;
import s4s.metric.Frechet;
import s4s.metric.Moments;
import s4s.metric.PartialSums;
import s4s.metric.Reference;
import s4s.metric.ScriptFeatures;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.Catalogue;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.sampling.ImageStore;
import s4s.sampling.Program;
import s4s.sampling.Sampling;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A published network with the Inception and statistics that its FID is measured with: short calls for a notebook. In the paper
 * profile these are the user's exported files; otherwise small random networks of the same contracts stand for them, so that
 * every step runs, and its numbers mean nothing.
 */
public final class CheckpointBench implements AutoCloseable {

    /** What a profile is made of. */
    private record Setup(Path models, String model, Path inception, Optional<Path> reference, Path images, String benchmark,
            int count, int shard, Duration probe) {}

    private static final int BATCH = 50;
    /** Pixels of a batch of images, about: 250 of 32x32. */
    private static final int PIXELS = 250 * 32 * 32;

    private final NDManager manager = Devices.manager();
    private final Path repository;
    private final boolean paper;
    private final Setup setup;
    private final DiffusionModel model;
    private final CostEstimate.Picture picture;
    private final ScriptFeatures features;

    private CheckpointBench(boolean paper, String benchmark, double guidance) throws IOException {
        this.repository = Models.repository();
        this.paper = paper;
        this.setup = paper ? paper(repository, benchmark) : standIn(repository, benchmark);
        try {
            this.model = new Models(setup.models).load(setup.model, guidance, manager);
            this.picture = CostEstimate.Picture.of(manager, model);
            this.features = ScriptFeatures.load(setup.inception, manager.getDevice());
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static Setup paper(Path repository, String name) throws IOException {
        Benchmark benchmark = Benchmarks.ofRepository().named(name, Profile.PAPER);
        Path models = repository.resolve("data/models");
        Catalogue.required(models.resolve(benchmark.model()));
        Metric metric = benchmark.metric().orElseThrow();
        return new Setup(models, benchmark.model(), Catalogue.required(models.resolve(metric.features())),
                Optional.of(Catalogue.required(repository.resolve("data/references").resolve(metric.reference().orElseThrow()))),
                repository.resolve("data/images/paper"), name, benchmark.images(), 1000, Duration.ofSeconds(10));
    }

    private static Setup standIn(Path repository, String benchmark) {
        Path standIns = repository.resolve("data/stand-ins");
        return new Setup(standIns, "edm-small", standIns.resolve("inception-small.pt"), Optional.empty(),
                repository.resolve("target/checkpoints"), benchmark, 200, 50, Duration.ofSeconds(1));
    }

    /**
     * Opens the published network of a benchmark, or a small stand-in, by S4S_PROFILE.
     *
     * @param benchmark for instance {@code cifar10}; see {@link Benchmarks}
     * @param guidance scale of a network with classes, which come equally often; 1 without
     * @throws IOException in the paper profile if a file is missing; {@code ./s4s doctor --profile paper} says which and what to
     *     do
     */
    public static CheckpointBench open(String benchmark, double guidance) throws IOException {
        return new CheckpointBench(Profile.ofEnvironment() == Profile.PAPER, benchmark, guidance);
    }

    /** Whether these are the user's published networks. */
    public boolean paper() {
        return paper;
    }

    /** The network. */
    public DiffusionModel model() {
        return model;
    }

    /** How many images a number is made of here. */
    public int count() {
        return setup.count;
    }

    /** What the number is called: FID with the official Inception alone. */
    public String metric() {
        return features.metric();
    }

    /** The published networks and statistics: columns name, state, what was found. */
    public Table catalogue() throws IOException {
        StringColumn name = StringColumn.create("name");
        StringColumn state = StringColumn.create("state");
        StringColumn found = StringColumn.create("what");
        Catalogue catalogue = Catalogue.of(repository);
        for (Catalogue.Entry entry : catalogue.entries()) {
            Catalogue.Finding finding = catalogue.look(entry);
            name.append(entry.name());
            state.append(finding.state().toString().toLowerCase(Locale.ROOT));
            found.append(finding.line());
        }
        return Table.create("catalogue", name, state, found);
    }

    /** What to do to get one entry of the catalogue, line by line. */
    public String steps(String name) throws IOException {
        Catalogue catalogue = Catalogue.of(repository);
        Catalogue.Entry entry = catalogue.entries().stream().filter(e -> e.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the catalogue has no '" + name + "'"));
        return String.join("\n", catalogue.look(entry).steps());
    }

    /** What the cards say of network and Inception. */
    public Table about() throws IOException {
        ModelCard card = new Models(setup.models).card(setup.model);
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("network", card.name());
        rows.put("parameters", String.format(Locale.ROOT, "%,d", card.parameters()));
        rows.put("sample", model.sampleShape().toString());
        rows.put("schedule", model.schedule().toString());
        rows.put("predicts", model.prediction().toString().toLowerCase(Locale.ROOT));
        rows.put("sha256", card.weightsSha256());
        rows.put("Inception", features.network());
        rows.put("numbers are called", features.metric() + features.notFid().map(why -> ", not FID: " + why).orElse(""));
        StringColumn what = StringColumn.create("what");
        StringColumn value = StringColumn.create("value");
        rows.forEach((name, text) -> {
            what.append(name);
            value.append(text);
        });
        return Table.create("about", what, value);
    }

    /** A catalogue solver on a named grid. */
    public Solver solver(String method, String grid, int nfe) {
        return Solvers.named(method).on(GridType.named(grid), model.schedule(), nfe);
    }

    /** EDM's own sampler: Heun on N levels and 0, 2N - 1 network evaluations. */
    public Solver edm(int steps) {
        double[] levels = GridType.EDM.levels(model.schedule(), model.schedule().sigmaMax(), model.schedule().sigmaMin(),
                steps - 1);
        double[] ended = Arrays.copyOf(levels, steps + 1);
        return Solvers.named("heun").build(ended);
    }

    /** What all images of a solver will take on this machine. */
    public CostEstimate cost(Solver solver) {
        return CostEstimate.probe(manager, model, program(solver), setup.count, batch(), setup.probe);
    }

    /** Some images, from seed 0 on. */
    public ImageSet some(Solver solver, int count) {
        return Sampling.pictures(manager, model, program(solver), IntStream.range(0, count).asLongStream().toArray(),
                batch(), solver.name(), done -> {});
    }

    /**
     * All images of a solver in a folder; goes on where an earlier run stopped.
     *
     * @param first first seed; {@link #count()} seeds are drawn
     * @return the folder
     */
    public Path fill(Solver solver, long first, Progress progress) throws IOException {
        ModelCard card = new Models(setup.models).card(setup.model);
        Path folder = setup.images.resolve(card.name() + "-" + solver.name() + "-" + solver.evaluations() + "-" + first);
        Provenance recipe = Provenance.of("notebook").with("model", card.name()).with("model sha256", card.weightsSha256())
                .with("solver", solver.name() + " " + solver.evaluations() + " NFE");
        ImageStore.open(folder, recipe, first, setup.shard).to(setup.count, (seeds, done) -> Sampling.pictures(manager, model,
                program(solver), seeds, batch(), solver.name(), done), progress, line -> {});
        return folder;
    }

    /** Mean and covariance of the Inception's features of all images in a folder; goes on where an earlier run stopped. */
    public Moments.Gaussian moments(Path folder, Progress progress) throws IOException {
        try (ImageSource images = ImageSource.open(folder, Colours.RGB_ONLY);
                PartialSums partial = new PartialSums(folder.resolveSibling("state"), 2000)) {
            int[] all = IntStream.range(0, images.count()).toArray();
            Moments.Gaussian moments = new Extraction(features, images, all, BATCH)
                    .moments(manager, partial, done -> progress.update(done, all.length, "images"));
            partial.delete();
            return moments;
        }
    }

    /**
     * The published statistics; in the other profile those of images of other seeds, drawn with many steps.
     */
    public Moments.Gaussian reference(Progress progress) throws IOException {
        return setup.reference.isPresent() ? published(setup.reference.get())
                : moments(fill(edm(18), 500_000, progress), progress);
    }

    private Moments.Gaussian published(Path file) throws IOException {
        Reference known = Reference.read(file);
        known.require(features, file.toString());
        return known.moments();
    }

    /**
     * The distance of each solver's images to the reference: columns solver, network calls, images, and the number.
     *
     * @param moments of the images of each solver
     */
    public Table distances(Map<Solver, Moments.Gaussian> moments, Moments.Gaussian reference) {
        Frechet frechet = new Frechet(reference);
        StringColumn solver = StringColumn.create("solver");
        IntColumn nfe = IntColumn.create("NFE");
        IntColumn images = IntColumn.create("images");
        DoubleColumn distance = DoubleColumn.create(features.metric());
        moments.forEach((key, gaussian) -> {
            solver.append(key.name());
            nfe.append(key.evaluations());
            images.append((int) gaussian.count());
            distance.append(frechet.to(gaussian));
        });
        return Table.create("distances", solver, nfe, images, distance);
    }

    /** Published FIDs of the benchmark with a number of network evaluations. */
    public Table published(int nfe) throws IOException {
        Table all = Published.fid(repository, setup.benchmark);
        return all.where(all.numberColumn("nfe").isEqualTo(nfe));
    }

    private int batch() {
        return Math.max(4, Math.min(250, PIXELS / (picture.height() * picture.width())));
    }

    private Program program(Solver solver) {
        return Program.of(solver, model);
    }

    @Override
    public void close() {
        features.close();
        manager.close();
    }
}
