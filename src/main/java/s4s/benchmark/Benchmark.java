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
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import s4s.data.Hashes;
import s4s.eval.Features;
import s4s.eval.MiniFeatures;
import s4s.eval.Reference;
import s4s.eval.ScriptFeatures;
import s4s.io.Provenance;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.Teacher;
import s4s.model.Catalogue;
import s4s.model.DiffusionModel;
import s4s.model.ModelCard;
import s4s.model.Models;
import s4s.schedule.GridType;
import s4s.schedule.PublishedGrids;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/**
 * A benchmark of the literature in a profile: everything that decides its numbers, as values. A further benchmark is another
 * record.
 *
 * @param name on the command line and in data/paper/paper-fid.csv
 * @param title in tables and figures
 * @param profile whose networks
 * @param model the diffusion model, in data/models
 * @param space what the model draws
 * @param condition what each seed asks the model for
 * @param features the feature network: a model of data/models, or a TorchScript file there, {@code NAME/FILE.pt}
 * @param reference moments of real images: a file of data/references; empty for the model's own
 * @param teacher whose images tables compare with, and students learn from unless they have a teacher of their own
 * @param lessons teachers that are only for students of a certain NFE, by that NFE
 * @param nfes student sizes; a guided evaluation is one NFE and a batch of two, as papers count it
 * @param grids time grids
 * @param images images of a table's rows
 * @see <a href="https://arxiv.org/abs/2502.17423">Frankel et al. 2025</a>
 */
public record Benchmark(String name, String title, Profile profile, String model, Space space, Condition condition,
        String features, String reference, Teacher teacher, Map<Integer, Teacher> lessons, List<Integer> nfes,
        List<GridType> grids, int images) {
    private static final String INCEPTION = "inception-nvidia/inception.pt";
    private static final List<GridType> GRIDS =
            List.of(GridType.TIME_UNIFORM, GridType.TIME_QUADRATIC, GridType.LOGSNR, GridType.EDM);

    /** Whose networks. */
    public enum Profile {
        /** Small networks that this project trained; they run everywhere. */
        MINI,
        /** The networks of the papers. */
        PAPER;

        /** The one of S4S_PROFILE; mini unless set. */
        public static Profile ofEnvironment() {
            String id = System.getenv("S4S_PROFILE");
            return id == null || id.isBlank() ? MINI : named(id);
        }

        /** The name on the command line. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The profile called {@code id}.
         *
         * @throws IllegalArgumentException if there is none; the message lists the names
         */
        public static Profile named(String id) {
            return Arrays.stream(values()).filter(p -> p.id().equals(id)).findFirst().orElseThrow(() ->
                    new IllegalArgumentException("there is no profile '" + id + "'; known are "
                            + Arrays.stream(values()).map(Profile::id).collect(Collectors.joining(", "))));
        }
    }

    /** What a model draws. */
    public enum Space {
        /** Pictures. */
        PIXEL,
        /** Latents, which an autoencoder decodes. */
        LATENT
    }

    /**
     * What each seed asks for; see {@link Models#diffusion}.
     *
     * @param kind of condition
     * @param guidance scale; 1 for the model as it is
     */
    public record Condition(Kind kind, double guidance) {

        /** Kinds of condition. */
        public enum Kind {
            /** None. */
            NONE,
            /** A class, all equally often. */
            CLASS,
            /** A text, the lines of the model's prompts in turn. */
            TEXT
        }

        /** No condition. */
        public static final Condition NONE = new Condition(Kind.NONE, 1);

        private static Kind of(ModelCard card) {
            return !card.conditional() ? Kind.NONE : card.conditionClasses() > 0 ? Kind.CLASS : Kind.TEXT;
        }
    }

    /** Copies the lists. */
    public Benchmark {
        lessons = Map.copyOf(lessons);
        nfes = List.copyOf(nfes);
        grids = List.copyOf(grids);
    }

    /**
     * CIFAR-10, 32x32, unconditional. Teacher as in LD3 and GAS: UniPC-3, logSNR, 20 NFE, which draws CIFAR-10 at FID 2.03 with
     * the original network.
     */
    public static Benchmark cifar10() {
        return pixel("cifar10", "CIFAR-10").with(Profile.MINI, "cifar10-mini", "cifar10-features", "", 10_000);
    }

    /** FFHQ, 64x64, unconditional; mini: faces of UTKFace. Teacher as in LD3 and GAS. */
    public static Benchmark ffhq() {
        return pixel("ffhq", "FFHQ").with(Profile.MINI, "ffhq-mini", "features64", "", 1000);
    }

    /** AFHQv2, 64x64, unconditional; mini: faces of cats. Teacher as in LD3 and GAS. */
    public static Benchmark afhqv2() {
        return pixel("afhqv2", "AFHQv2").with(Profile.MINI, "afhqv2-mini", "features64", "", 1000);
    }

    /** LSUN-Bedroom, latent, unconditional. Teacher as in GAS. */
    public static Benchmark lsunBedroom() {
        return latent("lsun-bedroom", "LSUN-Bedroom", Condition.NONE, GridType.TIME_UNIFORM, 20, Map.of(),
                List.of(3, 4, 5, 6, 7)).with(Profile.MINI, "lsun-bedroom-mini", "features64", "", 1000);
    }

    /** ImageNet, latent, by class with guidance 2; mini: Tiny ImageNet. Teacher as in GAS. */
    public static Benchmark imagenet() {
        return latent("imagenet256", "ImageNet", new Condition(Condition.Kind.CLASS, 2), GridType.TIME_QUADRATIC, 10,
                Map.of(), List.of(3, 4, 5, 6, 7)).with(Profile.MINI, "imagenet-mini", "features64", "", 1000);
    }

    /**
     * MS-COCO, latent, by text with guidance 7.5; mini: captioned aerial images. Students learn from the papers' teachers,
     * iPNDM-2 on the grid of GITS with one evaluation more than the student; tables compare all with one teacher.
     */
    public static Benchmark msCoco() {
        List<Integer> nfes = List.of(3, 4, 5, 6, 7, 8);
        Map<Integer, Teacher> lessons = nfes.stream().collect(Collectors.toMap(n -> n,
                n -> new Teacher(Solvers.named("ipndm-2"), PublishedGrids.GITS_SD_IPNDM, n + 1)));
        return latent("ms-coco", "MS-COCO", new Condition(Condition.Kind.TEXT, 7.5), GridType.TIME_UNIFORM, 20, lessons,
                nfes).with(Profile.MINI, "ms-coco-mini", "features64", "", 1000);
    }

    /**
     * The benchmarks with the papers' networks, real Inception and as many images as papers measure; see
     * {@code data/models/catalogue} for where the files are from. MS-COCO's moments and captions are made of COCO's files:
     * {@code data/references/ms-coco.npz} by {@code s4s stats}, {@code prompts.txt} in the model's folder by {@code s4s captions}.
     */
    public static List<Benchmark> paper() {
        return List.of(
                cifar10().published("edm-cifar10-32x32-uncond-vp", "cifar10-32x32.npz", 50_000),
                ffhq().published("edm-ffhq-64x64-uncond-vp", "ffhq-64x64.npz", 50_000),
                afhqv2().published("edm-afhqv2-64x64-uncond-vp", "afhqv2-64x64.npz", 50_000),
                lsunBedroom().published("ldm-lsun-bedroom", "lsun-bedroom256.npz", 50_000),
                imagenet().published("ldm-imagenet256", "imagenet256.npz", 50_000),
                msCoco().published("stable-diffusion-v1-5", "ms-coco.npz", 30_000));
    }

    private Benchmark published(String network, String moments, int count) {
        return with(Profile.PAPER, network, INCEPTION, moments, count);
    }

    /** The same protocol with other networks. */
    private Benchmark with(Profile whose, String network, String eyes, String moments, int count) {
        return new Benchmark(name, title, whose, network, space, condition, eyes, moments, teacher, lessons, nfes, grids,
                count);
    }

    private static Benchmark pixel(String name, String title) {
        return new Benchmark(name, title, Profile.MINI, "", Space.PIXEL, Condition.NONE, "", "",
                new Teacher(Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 20), Map.of(), List.of(3, 4, 5, 6, 8, 10), GRIDS, 0);
    }

    private static Benchmark latent(String name, String title, Condition condition, GridType grid, int nfe,
            Map<Integer, Teacher> lessons, List<Integer> nfes) {
        return new Benchmark(name, title, Profile.MINI, "", Space.LATENT, condition, "", "",
                new Teacher(Solvers.named("unipc-3-bh2"), grid, nfe), lessons, nfes, GRIDS, 0);
    }

    /** The distance that papers learn a benchmark's solvers by: perceptual for pictures, l2 for latents. */
    public String usualDistance() {
        return space == Space.PIXEL ? "perceptual" : "l2";
    }

    /**
     * A distance to the teacher's samples, for learning.
     *
     * @param id see {@link NamedDistance#of}; perceptual is that of the benchmark's mini features, in the paper profile LPIPS
     * @param diffusion its model
     * @param manager of the perceptual network's weights
     * @throws IOException if there is no such distance, or its network cannot be read
     */
    public NamedDistance distance(String id, Models models, DiffusionModel diffusion, NDManager manager) throws IOException {
        return NamedDistance.of(id, profile == Profile.PAPER ? Optional.empty() : Optional.of(features), space == Space.LATENT,
                models, diffusion, manager);
    }

    /** Whom a student learns from. */
    public Teacher teacherOf(int nfe) {
        return lessons.getOrDefault(nfe, teacher);
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

    /** All benchmarks in the mini profile. */
    public static List<Benchmark> all() {
        return List.of(cifar10(), ffhq(), afhqv2(), lsunBedroom(), imagenet(), msCoco());
    }

    /** All benchmarks in a profile. */
    public static List<Benchmark> all(Profile profile) {
        return profile == Profile.PAPER ? paper() : all();
    }

    private static Stream<Benchmark> everyProfile() {
        return Stream.of(Profile.values()).flatMap(profile -> all(profile).stream());
    }

    /** The benchmark called {@code name} in the mini profile; see {@link #named(String, Profile)}. */
    public static Benchmark named(String name) {
        return named(name, Profile.MINI);
    }

    /**
     * The benchmark called {@code name} in a profile.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names
     */
    public static Benchmark named(String name, Profile profile) {
        return all(profile).stream().filter(b -> b.name.equals(name)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("there is no benchmark '" + name + "'; known are "
                        + all(profile).stream().map(Benchmark::name).collect(Collectors.joining(", "))));
    }

    /**
     * The benchmark of a model.
     *
     * @param model its name, or the path of a folder of that name, from which it is then loaded
     * @throws IllegalArgumentException if there is none; the message lists the models
     */
    public static Benchmark ofModel(String model) {
        return findModel(model).orElseThrow(() ->
                new IllegalArgumentException("there is no benchmark of a model '" + model + "'; known are "
                        + everyProfile().map(Benchmark::model).collect(Collectors.joining(", "))));
    }

    /** {@link #ofModel}, empty if there is none. */
    public static Optional<Benchmark> findModel(String model) {
        Path name = Path.of(model).getFileName();
        return everyProfile().filter(b -> name != null && b.model.equals(name.toString())).findFirst().map(b -> b.from(model));
    }

    private Benchmark from(String folder) {
        return with(profile, folder, features, reference, images);
    }

    /**
     * Everything that the benchmark's numbers are computed with, in memory.
     *
     * @param model what is drawn from
     * @param modelSha256 hash of its weights
     * @param features what distances are computed with
     * @param reference moments of real images
     */
    public record Loaded(DiffusionModel model, String modelSha256, Features features, Reference reference) {}

    /**
     * Loads model, features and reference into {@code manager}.
     *
     * @throws IOException if a file is missing or does not fit
     */
    public Loaded load(Models models, NDManager manager) throws IOException {
        if (reference.isEmpty()) {
            Reference own = Reference.of(models, model);
            return new Loaded(diffusion(models, manager), models.card(model).weightsSha256(),
                    MiniFeatures.of(models, own.features(), manager), own);
        }
        Features published = published(models, manager);
        return new Loaded(diffusion(models, manager), models.card(model).weightsSha256(), published,
                moments(models.folder().resolveSibling("references").resolve(reference), published));
    }

    private Features published(Models models, NDManager manager) throws IOException {
        ScriptFeatures network = ScriptFeatures.load(Catalogue.required(models.folder().resolve(features)));
        manager.attachInternal(UUID.randomUUID().toString(), network);
        return network;
    }

    /** Moments of a file that need not say what they are of. */
    private static Reference moments(Path file, Features features) throws IOException {
        Reference read = Reference.read(Catalogue.required(file));
        read.require(features, file.toString());
        String data = read.data().isEmpty() ? file.getFileName().toString() : read.data();
        return new Reference(read.moments(), new Reference.About(features.network(), features.sha256(), data,
                read.dataSha256().isEmpty() ? Hashes.sha256(file) : read.dataSha256()));
    }

    /**
     * Loads the model alone, with its conditions, guidance and decoder.
     *
     * @throws IOException if a file is missing, or the model is of another kind than this benchmark's
     */
    public DiffusionModel diffusion(Models models, NDManager manager) throws IOException {
        ModelCard card = models.card(model);
        Space drawn = card.latent() ? Space.LATENT : Space.PIXEL;
        Condition.Kind asked = Condition.of(card);
        if (drawn != space || asked != condition.kind()) {
            throw new IOException("the benchmark " + name + " needs a model of " + text(space) + ", condition "
                    + text(condition.kind()) + "; '" + model + "' is of " + text(drawn) + ", condition " + text(asked));
        }
        return models.diffusion(model, condition.guidance(), manager);
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * What makes this benchmark's numbers.
     *
     * @param loaded the networks
     * @param seeds which seeds are used, in words
     * @param command what computes them
     */
    public Provenance provenance(Loaded loaded, String seeds, String command) {
        Provenance provenance = Provenance.of(command).with("benchmark", name).with("metric", loaded.features().metric())
                .with("model", model).with("model sha256", loaded.modelSha256()).with("features", loaded.reference().features())
                .with("features sha256", loaded.reference().featuresSha256())
                .with("reference", loaded.reference().moments().count() + " images of " + loaded.reference().data())
                .with("reference sha256", loaded.reference().dataSha256()).with("teacher", teacher.label() + " NFE")
                .with("seeds", seeds);
        return loaded.model().conditions().map(rule -> provenance.with("conditions", rule)).orElse(provenance);
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
    private Path modelName() {
        return Path.of(model).getFileName();
    }

    /** Every baseline solver on {@code grid} with {@code nfe} evaluations. */
    public List<Entry> entries(DiffusionModel from, GridType grid, int nfe) {
        return Entry.of(Solvers.baselines(), grid, from.schedule(), nfe);
    }

    /** Every baseline solver on every grid with every NFE, in groups of one grid and NFE, and the teacher, a group of its own. */
    public Map<String, List<Entry>> fixed(DiffusionModel from) {
        Map<String, List<Entry>> groups = new LinkedHashMap<>();
        for (int nfe : nfes) {
            for (GridType grid : grids) {
                groups.put(nfe + "-" + grid.id(), entries(from, grid, nfe));
            }
        }
        groups.put(Scores.TEACHER, List.of(new Entry(Scores.TEACHER, teacher.grid().id(), teacher.solver(from))));
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
