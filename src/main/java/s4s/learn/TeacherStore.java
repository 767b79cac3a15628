package s4s.learn;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import s4s.io.BadFileException;
import s4s.io.Claim;
import s4s.io.DType;
import s4s.io.Hashes;
import s4s.io.JsonFields;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.io.Shards;
import s4s.model.DiffusionModel;
import s4s.sampling.Noise;
import s4s.solver.data.SolverFile;

/**
 * A teacher's pairs in a folder, version 1. A run that was stopped goes on; a finished one grows to more pairs.
 *
 * <pre>
 *   teacher.json       the teacher, a {@link SolverFile}
 *   shard-00000.npz    seeds    int64   [n]
 *   shard-00001.npz    noise    float32 [n, sample shape...]: Noise.normal of the seeds
 *   ...                samples  float32 [n, sample shape...]: where the teacher ends
 *   manifest.json      format, version   "s4s-teacher-pairs", 1
 *                      sampleShape       [ channels, height, width ]
 *                      teacherSha256     of teacher.json
 *                      shards            [ { file, firstSeed, count, sha256 }, ... ]: from the range's first seed on
 *                      role, modelSha256 what the seeds are for, and the hash of the model's weights
 *                      conditions        the rule by which a seed has its condition, and the guidance, where there are any
 *                      provenance        its recipe: model, model sha256, teacher, role, pairs in a shard, conditions; manifests
 *                                        without the three fields above are read by it
 * </pre>
 *
 * The manifest is written after each shard, so that what it lists is on disk. A sample depends on its seed alone, up to float32
 * rounding; the same shard and batch size give the same bytes on one machine. One command at a time fills a folder, see
 * {@link Claim}.
 */
public final class TeacherStore {
    private static final String FORMAT = "s4s-teacher-pairs";
    private static final int VERSION = 1;
    private static final String TEACHER = "teacher.json";
    private static final String SHARD_SIZE = "pairs in a shard";
    private static final String CONDITIONS = "conditions";
    private static final Gson GSON = new Gson();

    private final Path folder;
    private final SolverFile teacher;
    private final Content content;
    private final int shardSize;
    private final Provenance run;
    private final long start = System.nanoTime();
    private Provenance provenance;
    private Shards shards;

    /**
     * What the pairs depend on, beside their seeds.
     *
     * @param conditions of the seeds, and the guidance, see {@link DiffusionModel#conditions()}
     */
    public record Recipe(String model, String modelSha256, SolverFile teacher, SeedRange role, Shape sampleShape,
            Optional<String> conditions) {

        /** Without conditions. */
        public Recipe(String model, String modelSha256, SolverFile teacher, SeedRange role, Shape sampleShape) {
            this(model, modelSha256, teacher, role, sampleShape, Optional.empty());
        }

        private Provenance provenance(int shardSize, String command) {
            Provenance plain = Provenance.of(command).with("model", model).with("model sha256", modelSha256)
                    .with("teacher", teacher.solver().name() + " " + teacher.solver().evaluations() + " NFE")
                    .with("role", role.id()).with(SHARD_SIZE, shardSize);
            return conditions.map(rule -> plain.with(CONDITIONS, rule)).orElse(plain);
        }
    }

    /** Draws the samples of shards, in any order and on any machine. */
    @FunctionalInterface
    public interface Drawing {
        /**
         * @param seeds of each shard that is to be made
         * @param taker takes each shard as soon as it is drawn, one at a time
         * @throws IOException if the samples cannot be drawn or taken
         */
        void draw(List<long[]> seeds, Taker taker) throws IOException;
    }

    /** Takes the samples of a shard. */
    @FunctionalInterface
    public interface Taker {
        /**
         * @param index of the shard in the list of seeds
         * @param samples its samples, [n, sample shape...]
         * @throws IOException if they cannot be stored
         */
        void take(int index, float[] samples) throws IOException;
    }

    /** What the samples of a folder are of. */
    private record Content(SeedRange role, Shape shape, String modelSha256, Optional<String> conditions) {}

    /** A shard size of 0 means that nothing is to be written. */
    private TeacherStore(Path folder, SolverFile teacher, Content content, int shardSize, Provenance run, Shards shards) {
        this.folder = folder;
        this.teacher = teacher;
        this.content = content;
        this.shardSize = shardSize;
        this.run = run;
        this.provenance = run;
        this.shards = shards;
    }

    /**
     * Opens a folder to make pairs; begins it if it has no manifest. Nothing is written yet.
     *
     * @param folder where
     * @param recipe what the pairs depend on
     * @param shardSize pairs in a shard, at least 1
     * @param command what makes the pairs, for the provenance
     * @throws IllegalArgumentException if the folder's pairs are of another recipe or shard size; the message names the first
     *     difference
     * @throws IOException if the folder is a file, or its manifest or teacher is damaged
     */
    public static TeacherStore open(Path folder, Recipe recipe, int shardSize, String command) throws IOException {
        if (shardSize < 1) {
            throw new IllegalArgumentException("A shard holds at least one pair, not " + shardSize + ".");
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new BadFileException(folder + " is a file where a folder for pairs is needed; give another path");
        }
        Content content = new Content(recipe.role, recipe.sampleShape, recipe.modelSha256, recipe.conditions);
        TeacherStore store = new TeacherStore(folder, recipe.teacher, content, shardSize, recipe.provenance(shardSize, command),
                Shards.none(folder, recipe.role.first()));
        store.load();
        return store;
    }

    /** Takes up what the folder has. */
    private void load() throws IOException {
        if (!Files.exists(folder.resolve(Shards.MANIFEST))) {
            provenance = run;
            shards = Shards.none(folder, content.role.first());
            return;
        }
        TeacherStore there = open(folder);
        try {
            provenance = run.continuing(there.provenance);
            if (!there.content.shape.equals(content.shape)) {
                throw new IllegalArgumentException("the shape of a sample was " + there.content.shape + ", now it is " + content.shape);
            }
            if (!there.teacher.solver().equals(teacher.solver()) || !there.teacher.schedule().equals(teacher.schedule())) {
                throw new IllegalArgumentException("the teacher had other numbers, those of " + folder.resolve(TEACHER));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(folder + " holds pairs made with other settings: " + e.getMessage()
                    + "; give another folder", e);
        }
        shards = there.shards;
    }

    /**
     * Opens a folder to read its pairs.
     *
     * @throws BadFileException if manifest or teacher are missing or damaged
     */
    public static TeacherStore open(Path folder) throws IOException {
        JsonFields fields = JsonFields.read(folder.resolve(Shards.MANIFEST));
        String format = fields.text("format");
        if (!format.equals(FORMAT)) {
            throw fields.fault("format", "is \"" + format + "\", not \"" + FORMAT + "\": these are no pairs of a teacher");
        }
        int version = fields.count("version");
        if (version != VERSION) {
            throw fields.fault("version", "is " + version + "; this program reads version " + VERSION);
        }
        Provenance provenance;
        Content content;
        try {
            provenance = Provenance.fromJson(fields.object("provenance").json());
            Map<String, String> recipe = provenance.recipe();
            content = new Content(SeedRange.named(fields.maybeText("role").orElse(recipe.getOrDefault("role", ""))),
                    new Shape(fields.shape("sampleShape")),
                    fields.maybeText("modelSha256").orElse(recipe.getOrDefault("model sha256", "none")),
                    fields.maybeText("conditions").or(() -> Optional.ofNullable(recipe.get(CONDITIONS))));
        } catch (IllegalArgumentException e) {
            throw fields.fault("provenance", "is damaged: " + e.getMessage());
        }
        requireHash(folder.resolve(TEACHER), fields.text("teacherSha256"), "copy it again, or use another folder");
        return new TeacherStore(folder, SolverFile.read(folder.resolve(TEACHER)), content, 0, provenance,
                Shards.read(fields, content.role.first(), content.role.last(), content.role.id()));
    }

    /**
     * Makes what is missing of the first {@code pairs} pairs of the range, and again what is not as the manifest says. Pairs
     * beyond that stay.
     *
     * @param pairs how many, at least 1
     * @param manager parent of all working memory
     * @param model that of the recipe
     * @param batch most samples in a network call, at least 1
     * @param progress shows where it is
     * @param notes told in one line of each shard that is made again
     * @throws IllegalArgumentException if the range has not so many seeds, for a wrong batch, or if a sample is not finite
     * @throws IllegalStateException if the folder was opened to read
     * @throws IOException if another command fills the folder, or a file cannot be written
     */
    public void to(int pairs, NDManager manager, DiffusionModel model, int batch, Progress progress, Consumer<String> notes)
            throws IOException {
        to(pairs, (seeds, taker) -> {
            long work = seeds.stream().mapToLong(some -> some.length).sum();
            long done = 0;
            for (int i = 0; i < seeds.size(); i++) {
                long before = done;
                TeacherPairs drawn = TeacherPairs.draw(manager, model, teacher.solver(), content.role, seeds.get(i), batch,
                        n -> progress.update(before + n, work, "pairs"));
                taker.take(i, drawn.samples(0, drawn.count()));
                done += drawn.count();
            }
        }, notes);
    }

    /**
     * {@link #to(int, NDManager, DiffusionModel, int, Progress, Consumer)}, drawn elsewhere.
     *
     * @param drawing draws with the teacher and the model of the recipe
     */
    public void to(int pairs, Drawing drawing, Consumer<String> notes) throws IOException {
        if (shardSize < 1) {
            throw new IllegalStateException(folder + " was opened to read; open it with a recipe to make pairs.");
        }
        int wanted = content.role.seeds(pairs).length;
        try (Claim claim = Claim.ofFolder(folder)) {
            load();                                         // again: another command may have filled it meanwhile
            List<Shards.Part> due = shards.due(Math.max(wanted, count()), shardSize, notes);
            if (due.isEmpty()) {
                return;
            }
            List<long[]> seeds = due.stream().map(part -> content.role.seeds(part.number() * shardSize, part.count())).toList();
            drawing.draw(seeds, (i, samples) -> {
                if (!Files.exists(folder.resolve(Shards.MANIFEST))) {
                    teacher.write(folder.resolve(TEACHER));
                }
                write(due.get(i), TeacherPairs.of(content.role, content.shape, seeds.get(i), samples));
                shards.enter(due.get(i));
                writeManifest();
            });
        }
    }

    private void write(Shards.Part part, TeacherPairs pairs) throws IOException {
        long[] shape = LongStream.concat(LongStream.of(pairs.count()), LongStream.of(content.shape.getShape())).toArray();
        int size = (int) content.shape.size();
        long[] seeds = pairs.seeds();
        float[] noise = new float[seeds.length * size];
        IntStream.range(0, seeds.length).parallel()
                .forEach(i -> System.arraycopy(Noise.normal(seeds[i], size), 0, noise, i * size, size));
        Map<String, NpyArray> arrays = new TreeMap<>();
        arrays.put("seeds", NpyArray.of(seeds, seeds.length));
        arrays.put("noise", NpyArray.of(noise, shape));
        arrays.put("samples", NpyArray.of(pairs.samples(0, pairs.count()), shape));
        Npz.write(shards.file(part), arrays);
    }

    private void writeManifest() throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("version", VERSION);
        json.add("sampleShape", GSON.toJsonTree(content.shape.getShape()));
        json.addProperty("role", content.role.id());
        json.addProperty("modelSha256", content.modelSha256);
        content.conditions.ifPresent(rule -> json.addProperty("conditions", rule));
        json.addProperty("teacherSha256", Hashes.sha256(folder.resolve(TEACHER)));
        shards.write(json, provenance.took(Duration.ofNanos(System.nanoTime() - start)).toJson());
    }

    /**
     * Reads all pairs and checks them against the manifest.
     *
     * @throws BadFileException if a shard is missing, damaged, has other arrays or seeds than the manifest says, a number that
     *     is not finite, or noise that is not that of its seeds; the message is one line that names the file
     */
    public TeacherPairs pairs() throws IOException {
        if (shards.count() == 0) {
            throw new BadFileException(folder + " has no pairs yet; make them with s4s teacher");
        }
        List<TeacherPairs> parts = new ArrayList<>();
        for (Shards.Shard shard : shards.list()) {
            parts.add(read(shard));
        }
        return TeacherPairs.join(parts);
    }

    private TeacherPairs read(Shards.Shard shard) throws IOException {
        Path file = folder.resolve(shard.file());
        requireHash(file, shard.sha256(), "copy it again, or make it again with s4s teacher");
        try (Npz npz = Npz.open(file)) {
            int size = Math.toIntExact(content.shape.size());
            long[] shape = LongStream.concat(LongStream.of(shard.count()), LongStream.of(content.shape.getShape())).toArray();
            long[] seeds = array(file, npz, "seeds", DType.INT64, shard.count()).longs();
            float[] noise = array(file, npz, "noise", DType.FLOAT32, shape).floats();
            float[] samples = array(file, npz, "samples", DType.FLOAT32, shape).floats();
            for (int i = 0; i < shard.count(); i++) {
                if (seeds[i] != shard.firstSeed() + i) {
                    throw new BadFileException(file + " has seed " + seeds[i] + " where the manifest says "
                            + (shard.firstSeed() + i) + "; make it again");
                }
            }
            requireNoise(file, seeds, noise, size);
            return TeacherPairs.of(content.role, content.shape, seeds, samples);
        } catch (IllegalArgumentException e) {
            throw new BadFileException(file + ": " + e.getMessage(), e);
        }
    }

    private static NpyArray array(Path file, Npz npz, String name, DType type, long... shape) throws IOException {
        NpyArray array = npz.get(name);
        if (array.dtype() != type || !Arrays.equals(array.shape(), shape)) {
            throw new BadFileException("array '" + name + "' in " + file + " is " + array + " where "
                    + type.name().toLowerCase(Locale.ROOT) + new Shape(shape) + " is expected; make it again");
        }
        return array;
    }

    /** Noise made elsewhere may differ from ours in the last bit of a sine. */
    private static void requireNoise(Path file, long[] seeds, float[] noise, int size) throws BadFileException {
        int wrong = IntStream.range(0, seeds.length).parallel().filter(i -> {
            float[] expected = Noise.normal(seeds[i], size);
            return !IntStream.range(0, size).allMatch(j -> Math.abs(noise[i * size + j] - expected[j]) <= 1e-6);
        }).min().orElse(-1);
        if (wrong >= 0) {
            throw new BadFileException(file + " holds a noise for seed " + seeds[wrong] + " that is not that seed's;"
                    + " make it again");
        }
    }

    private static void requireHash(Path file, String expected, String advice) throws IOException {
        String actual = Hashes.sha256(file);
        if (!actual.equals(expected)) {
            throw new BadFileException(file + " is damaged: its sha256 is " + actual + ", that of its manifest " + expected
                    + "; " + advice);
        }
    }

    /** Where the pairs are. */
    public Path folder() {
        return folder;
    }

    /** Number of pairs that the manifest lists. */
    public int count() {
        return shards.count();
    }

    /** The files of pairs. */
    public List<Shards.Shard> shards() {
        return shards.list();
    }

    /** The teacher. */
    public SolverFile teacher() {
        return teacher;
    }

    /** The conditions of the seeds, and the guidance; empty where there are none. */
    public Optional<String> conditions() {
        return content.conditions;
    }

    /** What the seeds are for. */
    public SeedRange role() {
        return content.role;
    }

    /** Hash of the model's weights. */
    public String modelSha256() {
        return content.modelSha256;
    }

    /** Model, its hash, teacher and role; commands, versions and dates. */
    public Provenance provenance() {
        return provenance;
    }
}
