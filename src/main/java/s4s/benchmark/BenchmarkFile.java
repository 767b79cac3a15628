package s4s.benchmark;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import s4s.grid.GridType;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.learn.Teacher;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.solver.Method;
import s4s.solver.Solvers;

/**
 * A benchmark as its file has it, see {@link Benchmarks}.
 *
 * @param order its place among the others
 * @param profiles the benchmark in each profile that the file knows
 */
record BenchmarkFile(int order, Map<Profile, Benchmark> profiles) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final List<String> OF_PROFILE = List.of("model", "images", "block", "metric");
    private static final List<String> OF_ALL = List.of("title", "order", "space", "conditions", "guidance", "teacher",
            "teacherByNfe", "distance", "grids", "nfe", "published", "paper");

    boolean has(Profile profile) {
        return profiles.containsKey(profile);
    }

    Benchmark in(Profile profile) {
        return profiles.get(profile);
    }

    /** What a value is made of, for {@link #of}. */
    private interface Making<T> {
        T make() throws IOException;
    }

    /** Makes a value of a field; what is wrong with it is said with the file and the field. */
    private static <T> T of(JsonFields fields, String name, Making<T> making) throws IOException {
        try {
            return making.make();
        } catch (IllegalArgumentException e) {
            throw fields.fault(name, "is wrong: " + e.getMessage());
        }
    }

    /**
     * Reads a file.
     *
     * @throws BadFileException if it is no benchmark; one line names file and key
     */
    static BenchmarkFile read(Path file) throws IOException {
        JsonFields fields = JsonFields.read(file);
        requireKnown(fields, Stream.concat(OF_ALL.stream(), OF_PROFILE.stream()).toList());
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        Map<Profile, Benchmark> profiles = new TreeMap<>();
        profiles.put(Profile.MINI, benchmark(name, file, fields, fields));
        if (fields.has("paper")) {
            JsonFields paper = fields.object("paper");
            requireKnown(paper, OF_PROFILE);
            profiles.put(Profile.PAPER, benchmark(name, file, fields, paper));
        }
        return new BenchmarkFile(fields.has("order") ? fields.count("order") : Integer.MAX_VALUE, profiles);
    }

    /**
     * The text of a file in whose profile mini a benchmark is.
     */
    static String json(Benchmark benchmark) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("title", benchmark.title());
        fields.put("space", benchmark.space().id());
        fields.put("conditions", benchmark.condition().id());
        fields.put("guidance", benchmark.condition().guidance());
        fields.put("teacher", benchmark.teacher().id());
        Map<String, String> byNfe = new TreeMap<>();
        benchmark.teaching().byNfe().forEach((nfe, teacher) -> byNfe.put(nfe.toString(), teacher.id()));
        fields.put("teacherByNfe", byNfe);
        fields.put("distance", benchmark.teaching().distance());
        fields.put("grids", benchmark.grids().stream().map(GridType::id).toList());
        fields.put("nfe", benchmark.nfes());
        fields.put("model", benchmark.model());
        fields.put("images", benchmark.images());
        fields.put("block", benchmark.extent().block());
        benchmark.metric().ifPresent(metric -> {
            Map<String, String> measure = new LinkedHashMap<>();
            measure.put("features", metric.features());
            metric.reference().ifPresent(reference -> measure.put("reference", reference));
            fields.put("metric", measure);
        });
        benchmark.published().ifPresent(key -> fields.put("published", key));
        return GSON.toJson(fields) + "\n";
    }

    private static void requireKnown(JsonFields fields, List<String> known) throws BadFileException {
        for (String name : fields.names()) {
            if (!known.contains(name)) {
                throw fields.fault(name, "is no key of a benchmark; known are " + String.join(", ", known));
            }
        }
    }

    private static Benchmark benchmark(String name, Path file, JsonFields all, JsonFields own) throws IOException {
        Benchmark.Space space = of(all, "space", () -> space(all.text("space")));
        Optional<Metric> metric = own.has("metric") ? Optional.of(metric(file, own.object("metric"))) : Optional.empty();
        double guidance = all.has("guidance") ? all.number("guidance") : 1;
        Condition condition = of(all, "conditions",
                () -> Condition.named(beside(file, all.maybeText("conditions").orElse("none")), guidance));
        return new Benchmark(name, all.maybeText("title").orElse(name),
                new Benchmark.Source(beside(file, own.text("model")), space, condition), teaching(file, all, space, metric),
                extent(all, own), metric, all.maybeText("published"));
    }

    private static Benchmark.Space space(String text) {
        return Stream.of(Benchmark.Space.values()).filter(space -> space.id().equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\"; known are pixel, latent"));
    }

    private static Metric metric(Path file, JsonFields fields) throws IOException {
        requireKnown(fields, List.of("features", "reference"));
        Optional<String> reference = fields.maybeText("reference");
        return new Metric(script(file, fields.text("features")), reference.map(path -> beside(file, path)));
    }

    private static Benchmark.Teaching teaching(Path file, JsonFields fields, Benchmark.Space space, Optional<Metric> metric)
            throws IOException {
        Teacher teacher = fields.has("teacher") ? of(fields, "teacher", () -> teacher(fields.text("teacher")))
                : Teacher.usual();
        Map<Integer, Teacher> byNfe = new TreeMap<>();
        if (fields.has("teacherByNfe")) {
            JsonFields some = fields.object("teacherByNfe");
            for (String nfe : some.names()) {
                if (!nfe.matches("[1-9][0-9]{0,3}")) {
                    throw some.fault(nfe, "is no NFE, a whole number from 1");
                }
                byNfe.put(Integer.parseInt(nfe), of(some, nfe, () -> teacher(some.text(nfe))));
            }
        }
        String usual = space == Benchmark.Space.PIXEL && metric.isPresent() ? "perceptual" : "l2";
        return new Benchmark.Teaching(teacher, byNfe, script(file, fields.maybeText("distance").orElse(usual)));
    }

    /** A teacher whose grid and NFE give a solver, on pixels' schedules or on latents'; which it will be is in the model's card. */
    private static Teacher teacher(String text) {
        Teacher teacher = Teacher.named(text);
        try {
            teacher.method().on(teacher.grid(), new Edm(), teacher.nfe());
        } catch (IllegalArgumentException e) {
            try {
                teacher.method().on(teacher.grid(), Discrete.stableDiffusion(), teacher.nfe());
            } catch (IllegalArgumentException both) {
                throw e;
            }
        }
        return teacher;
    }

    private static Benchmark.Extent extent(JsonFields all, JsonFields own) throws IOException {
        Benchmark.Extent usual = Benchmark.Extent.usual();
        List<GridType> grids = usual.grids();
        if (all.has("grids")) {
            grids = of(all, "grids", () -> all.texts("grids").stream().map(GridType::named).toList());
        }
        List<Integer> nfes = all.has("nfe") ? all.counts("nfe") : usual.nfes();
        for (int nfe : nfes) {
            for (Method method : Solvers.baselines()) {
                of(all, "nfe", () -> method.layout(nfe));
            }
        }
        requireDifferent(all, "nfe", nfes);
        requireDifferent(all, "grids", grids);
        int images = own.has("images") ? own.count("images") : usual.images();
        int block = own.has("block") ? own.count("block") : Math.max(1, Math.min(500, images / 10));
        if (block < 1 || images < block || images % block != 0) {
            throw own.fault("images", "is " + images + ", no whole blocks of " + block + " images; see \"block\"");
        }
        return new Benchmark.Extent(nfes, grids, images, block);
    }

    private static void requireDifferent(JsonFields fields, String name, List<?> values) throws BadFileException {
        if (values.isEmpty() || new HashSet<>(values).size() < values.size()) {
            throw fields.fault(name, values.isEmpty() ? "is empty" : "names one twice");
        }
    }

    /** A name, or the path of a TorchScript file. */
    private static String script(Path file, String text) {
        return text.endsWith(".pt") ? beside(file, text) : text;
    }

    /** A path as it is used from anywhere, if there is a model or a file at it beside the benchmark's; else the text as it is. */
    private static String beside(Path file, String text) {
        Path there = file.toAbsolutePath().resolveSibling(text).normalize();
        return Files.isRegularFile(there) || Files.exists(there.resolve("card.json")) ? there.toString() : text;
    }
}
