package s4s.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import s4s.io.BadFileException;
import s4s.model.repository.Models;

/**
 * The benchmarks of a folder, a JSON file each, NAME.json:
 *
 * <pre>
 *   title          in tables and figures (default: the name)
 *   order          its place among the others; those without come last, by name
 *   space          "pixel" or "latent": what the model draws
 *   conditions     "none", "class" (all in turn), "text" (the prompts of the model's folder in turn), or a file X.txt, whose
 *                  lines come in turn (default none)
 *   guidance       scale (default 1)
 *   teacher        "SOLVER,GRID,NFE" (default "unipc-3-bh1,logsnr,20")
 *   teacherByNfe   { "NFE": "SOLVER,GRID,NFE", ... }: whom students of these NFE learn from, where it is another
 *   distance       what students learn by: "perceptual", "l2", "l1" or X.pt (default: perceptual for pictures that are measured,
 *                  else l2)
 *   grids          [ ... ] (default time-uniform, time-quadratic, logsnr, edm)
 *   nfe            [ ... ] (default 3, 4, 5, 6, 8, 10)
 *   model          a model of data/models, or the path of a model's folder
 *   images         of a table's rows (default 1000)
 *   block          images of a block (default 500, or a tenth of the images if these are fewer)
 *   metric         { features, reference }: a classifier of data/models or a TorchScript file X.pt, and a file of moments of
 *                  data/references or another (default: that in the model's folder); without a metric tables have the distances
 *                  to the teacher's images alone
 *   published      key of its published numbers in data/paper/paper-fid.csv
 *   paper          { model, images, block, metric }: what is otherwise in the profile paper; without it the benchmark is not there
 * </pre>
 *
 * Paths are looked for beside the file first.
 *
 * @param folder where the files are; need not exist
 */
public record Benchmarks(Path folder) {

    /**
     * Those of the repository, data/benchmarks.
     *
     * @throws IOException if there is no repository here
     */
    public static Benchmarks ofRepository() throws IOException {
        return new Benchmarks(Models.repository().resolve("data").resolve("benchmarks"));
    }

    /** All benchmarks of a profile, in their order. */
    public List<Benchmark> all(Profile profile) throws IOException {
        List<BenchmarkFile> files = new ArrayList<>();
        for (Path path : paths()) {
            files.add(BenchmarkFile.read(path));
        }
        return files.stream().filter(file -> file.has(profile)).sorted(Comparator.comparingInt(BenchmarkFile::order))
                .map(file -> file.in(profile)).toList();
    }

    private List<Path> paths() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(path -> path.toString().endsWith(".json")).sorted().toList();
        }
    }

    /** The benchmark called {@code name} in the profile mini; see {@link #named(String, Profile)}. */
    public Benchmark named(String name) throws IOException {
        return named(name, Profile.MINI);
    }

    /**
     * A benchmark.
     *
     * @param name of one in the folder, or the path of any such file, which ends in {@code .json}
     * @throws IllegalArgumentException if there is none; the message lists the names
     * @throws IOException if a file cannot be read, or is no benchmark; one line names file and key
     */
    public Benchmark named(String name, Profile profile) throws IOException {
        if (name.endsWith(".json")) {
            BenchmarkFile file = BenchmarkFile.read(Path.of(name));
            if (!file.has(profile)) {
                throw new BadFileException(name + " has no \"paper\": it is a benchmark of the profile mini alone");
            }
            return file.in(profile);
        }
        List<Benchmark> all = all(profile);
        return all.stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("there is no benchmark '" + name + "'; known are "
                        + all.stream().map(Benchmark::name).collect(Collectors.joining(", "))
                        + "; the path of a benchmark's file X.json works too"));
    }

    /**
     * The benchmark of a model, in any profile; empty if there is none.
     *
     * @param model its name, or the path of a folder of that name, from which it is then loaded
     */
    public Optional<Benchmark> ofModel(String model) throws IOException {
        Path name = Path.of(model).getFileName();
        for (Profile profile : Profile.values()) {
            for (Benchmark benchmark : all(profile)) {
                if (benchmark.modelName().equals(name)) {
                    return Optional.of(benchmark.withModel(model));
                }
            }
        }
        return Optional.empty();
    }
}
