package s4s.benchmark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import s4s.io.BadFileException;
import s4s.io.Checkpoint;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.Progress;
import s4s.learn.Teacher;
import tech.tablesaw.api.Table;

/**
 * The whole table of a benchmark, made block of images by block of images: every solver on every grid with every NFE. What is
 * computed is on disk after each grid and NFE, so a killed run goes on, and a finished one grows to more images.
 */
public final class BenchmarkRun {
    private final Benchmark.Loaded loaded;
    private final Optional<Metric.Yardstick> yardstick;
    private final Teacher teacher;
    private final int batch;
    private final int block;
    private final Map<String, String> recipe;
    private final List<Group> groups = new ArrayList<>();

    /**
     * Entries that share most of their network calls. Their sums are on disk and in memory only while they grow: in the
     * features of Inception those of a whole table would be many gigabytes.
     */
    private static final class Group {
        private final String name;
        private final List<Entry> entries;
        private final Checkpoint sums;
        private int count;
        private List<Comparison.Score> scores = List.of();         // of `count` images; none before a table needs them

        Group(String name, List<Entry> entries, Checkpoint sums) {
            this.name = name;
            this.entries = entries;
            this.sums = sums;
        }

        long cost() {
            return (long) entries.size() * entries.get(0).nfe();
        }
    }

    /** Told when all solvers that are measured have seen the same images, with the table of all so far. */
    @FunctionalInterface
    public interface Milestone {
        /** @throws IOException if the table cannot be stored */
        void reached(int images, Table scores) throws IOException;
    }

    /**
     * Takes up what the folder has, if it was made by the same recipe; the folder belongs to one table, which the caller has
     * claimed.
     *
     * @param benchmark whose teacher the solvers are compared with
     * @param loaded its networks
     * @param entries the solvers, in named groups of equal NFE; a group is measured together and shares first evaluations
     * @param batch images in a network call
     * @param block images of a block
     * @param state folder for the sums; made if it is not there
     * @param notes told in one line of each file of sums that is damaged or of another recipe: it is made again
     * @throws IOException if a file of the folder cannot be read
     */
    public BenchmarkRun(Benchmark benchmark, Benchmark.Loaded loaded, Map<String, List<Entry>> entries, int batch,
            int block, Path state, Consumer<String> notes) throws IOException {
        this.loaded = loaded;
        this.yardstick = loaded.metric().map(Metric.Loaded::yardstick);
        this.teacher = benchmark.teacher();
        this.batch = batch;
        this.block = block;
        this.recipe = benchmark.provenance(loaded, "any", "").with("block", block).recipe();
        for (Map.Entry<String, List<Entry>> entry : entries.entrySet()) {
            Group group = new Group(entry.getKey(), entry.getValue(), new Checkpoint(state.resolve(entry.getKey() + ".npz"),
                    recipe(entry.getValue())));
            group.count = sums(group, group.sums.readOrBegin(notes)).get(0).count();
            groups.add(group);
        }
    }

    /**
     * Goes on until the solvers of some groups have seen {@code images} images.
     *
     * @param chosen which groups, by name; the others stay as they are
     * @param manager parent of all working memory
     * @param images a multiple of the block
     * @param progress shows where it is
     * @param milestone told after every block
     * @throws IllegalArgumentException if {@code images} is not a multiple of the block
     * @throws IOException if the sums cannot be stored
     */
    public void to(int images, Predicate<String> chosen, NDManager manager, Progress progress, Milestone milestone)
            throws IOException {
        if (images < block || images % block != 0) {
            throw new IllegalArgumentException(images + " images are no whole blocks of " + block);
        }
        List<Group> some = groups.stream().filter(group -> chosen.test(group.name)).toList();
        long work = some.stream().mapToLong(g -> g.cost() * Math.max(0, images - g.count)).sum();
        long before = 0;
        for (int from = 0; from < images; from += block) {
            before = block(some, from, manager, progress, before, work, milestone);
        }
    }

    private long block(List<Group> some, int from, NDManager manager, Progress progress, long before, long work,
            Milestone milestone) throws IOException {
        List<Group> due = some.stream().filter(g -> g.count <= from).toList();
        long done = before;
        try (NDManager scope = manager.newSubManager()) {
            if (!due.isEmpty()) {
                TeacherImages images = TeacherImages.draw(scope, loaded.model(), teacher,
                        LongStream.range(from, from + block).toArray(), batch, n -> {});
                Comparison comparison =
                        new Comparison(loaded.model(), yardstick, images, batch, block);
                for (Group group : due) {
                    long start = done;
                    int nfe = group.entries.get(0).nfe();
                    List<ScoreAccumulator> sums = read(group);
                    comparison.add(scope, group.entries, sums,
                            n -> progress.update(start + nfe * n, work,
                                    "images " + from + "-" + (from + block - 1) + ", " + group.name));
                    write(group, sums);
                    group.count = sums.get(0).count();
                    group.scores = ScoreAccumulator.scores(group.entries, sums);
                    done += group.cost() * block;
                }
            }
        }
        if (some.stream().allMatch(g -> g.count == from + block)) {
            milestone.reached(from + block, table());
        }
        return done;
    }

    private Table table() throws IOException {
        List<Comparison.Score> all = new ArrayList<>();
        for (Group group : groups) {
            if (group.count > 0 && group.scores.isEmpty()) {
                group.scores = ScoreAccumulator.scores(group.entries, read(group));
            }
            all.addAll(group.scores);
        }
        return Scores.table(all, block);
    }

    /** The stored sums of a group. */
    private List<ScoreAccumulator> read(Group group) throws IOException {
        List<ScoreAccumulator> sums = sums(group, group.sums.read());
        if (sums.get(0).count() != group.count) {
            throw new BadFileException(group.sums.file() + " was changed or removed while the table was made; start again");
        }
        return sums;
    }

    /** The sums of a group, none yet where nothing is stored. */
    private List<ScoreAccumulator> sums(Group group, Optional<Map<String, NpyArray>> arrays) {
        List<ScoreAccumulator> sums = new ArrayList<>();
        for (int i = 0; i < group.entries.size(); i++) {
            String place = i + "/";
            sums.add(arrays.map(all -> new ScoreAccumulator(yardstick, name -> all.get(place + name)))
                    .orElseGet(() -> new ScoreAccumulator(yardstick)));
        }
        return sums;
    }

    private void write(Group group, List<ScoreAccumulator> sums) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < sums.size(); i++) {
            String place = i + "/";
            sums.get(i).arrays().forEach((name, array) -> arrays.put(place + name, array));
        }
        group.sums.write(arrays);
    }

    /** What the sums of entries depend on. */
    private Map<String, String> recipe(List<Entry> entries) {
        Map<String, String> all = new LinkedHashMap<>(recipe);
        for (int i = 0; i < entries.size(); i++) {
            String numbers = entries.get(i).value().stages().toString();
            all.put("solver " + (i + 1), entries.get(i).solver() + ", numbers sha256 "
                    + Hashes.sha256(numbers.getBytes(StandardCharsets.UTF_8)));
        }
        return all;
    }
}
