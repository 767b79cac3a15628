package s4s.eval;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import s4s.model.Denoiser;
import s4s.model.ModelCard;
import s4s.model.Models;
import s4s.report.Provenance;
import s4s.schedule.GridType;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/**
 * A benchmark of the literature: which model, which teacher, which student sizes and grids.
 *
 * @param name as on the command line and in data/paper/paper-fid.csv
 * @param model the diffusion model of this profile
 * @param features the feature network of this profile
 * @param teacher the teacher
 * @param nfes student sizes
 * @param grids time grids
 * @param guidance guidance scale of a conditional model; 1 for the model as it is
 * @see <a href="https://arxiv.org/abs/2502.17423">Frankel et al. 2025</a>
 */
public record Benchmark(String name, String model, String features, Teacher teacher, List<Integer> nfes,
        List<GridType> grids, double guidance) {
    private static final List<GridType> GRIDS =
            List.of(GridType.TIME_UNIFORM, GridType.TIME_QUADRATIC, GridType.LOGSNR, GridType.EDM);

    /** A benchmark without guidance. */
    public Benchmark(String name, String model, String features, Teacher teacher, List<Integer> nfes, List<GridType> grids) {
        this(name, model, features, teacher, nfes, grids, 1);
    }

    /** Copies the lists. */
    public Benchmark {
        nfes = List.copyOf(nfes);
        grids = List.copyOf(grids);
    }

    /**
     * CIFAR-10, 32x32, unconditional, in its mini profile. Teacher as in LD3 and GAS: UniPC-3, logSNR,
     * 20 NFE, which draws CIFAR-10 at FID 2.03 with the original network.
     */
    public static Benchmark cifar10() {
        return new Benchmark("cifar10", "cifar10-mini", "cifar10-features", pixelTeacher(), List.of(3, 4, 5, 6, 8, 10), GRIDS);
    }

    /** FFHQ, 64x64, unconditional, in its mini profile: faces of UTKFace. Teacher as in LD3 and GAS. */
    public static Benchmark ffhq() {
        return new Benchmark("ffhq", "ffhq-mini", "features64", pixelTeacher(), List.of(3, 4, 5, 6, 8, 10), GRIDS);
    }

    /** AFHQv2, 64x64, unconditional, in its mini profile: faces of cats. Teacher as in LD3 and GAS. */
    public static Benchmark afhqv2() {
        return new Benchmark("afhqv2", "afhqv2-mini", "features64", pixelTeacher(), List.of(3, 4, 5, 6, 8, 10), GRIDS);
    }

    /** LSUN-Bedroom, latent, unconditional, in its mini profile. Teacher as in GAS. */
    public static Benchmark lsunBedroom() {
        return new Benchmark("lsun-bedroom", "lsun-bedroom-mini", "features64", latentTeacher(GridType.TIME_UNIFORM, 20),
                List.of(3, 4, 5, 6, 7), GRIDS);
    }

    /** ImageNet, latent, by class with guidance 2, in its mini profile: Tiny ImageNet. Teacher as in GAS. */
    public static Benchmark imagenet() {
        return new Benchmark("imagenet256", "imagenet-mini", "features64", latentTeacher(GridType.TIME_QUADRATIC, 10),
                List.of(3, 4, 5, 6, 7), GRIDS, 2);
    }

    /**
     * MS-COCO, latent, by text with guidance 7.5, in its mini profile: captioned aerial images. The papers' teacher has one
     * evaluation more than the student and a learned grid; here it is one teacher for all, as in the other latent benchmarks.
     */
    public static Benchmark msCoco() {
        return new Benchmark("ms-coco", "ms-coco-mini", "features64", latentTeacher(GridType.TIME_UNIFORM, 20),
                List.of(3, 4, 5, 6, 7, 8), GRIDS, 7.5);
    }

    private static Teacher pixelTeacher() {
        return new Teacher(Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 20);
    }

    private static Teacher latentTeacher(GridType grid, int nfe) {
        return new Teacher(Solvers.named("unipc-3-bh2"), grid, nfe);
    }

    /** All benchmarks. */
    public static List<Benchmark> all() {
        return List.of(cifar10(), ffhq(), afhqv2(), lsunBedroom(), imagenet(), msCoco());
    }

    /**
     * The benchmark called {@code name}.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names
     */
    public static Benchmark named(String name) {
        return all().stream().filter(b -> b.name.equals(name)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("there is no benchmark '" + name + "'; known are "
                        + all().stream().map(Benchmark::name).collect(Collectors.joining(", "))));
    }

    /**
     * The benchmark of a model.
     *
     * @throws IllegalArgumentException if there is none; the message lists the models
     */
    public static Benchmark ofModel(String model) {
        return all().stream().filter(b -> b.model.equals(model)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("there is no benchmark of a model '" + model + "'; known are "
                        + all().stream().map(Benchmark::model).collect(Collectors.joining(", "))));
    }

    /**
     * Everything that the benchmark's numbers are computed with, in memory.
     *
     * @param denoiser the network
     * @param modelSha256 hash of its weights
     * @param features what distances are computed with
     * @param reference moments of real images
     */
    public record Loaded(Denoiser denoiser, String modelSha256, MiniFeatures features, Reference reference) {}

    /**
     * Loads model, features and reference into {@code manager}.
     *
     * @throws IllegalArgumentException if the model draws latents, which comparisons cannot decode yet
     */
    public Loaded load(Models models, NDManager manager) throws IOException {
        if (models.card(model).kind() == ModelCard.Kind.NOISE_UNET) {
            throw new IllegalArgumentException("'" + model + "' draws latents, which only s4s sample and s4s evaluate decode so"
                    + " far");
        }
        Reference reference = Reference.of(models, model);
        return new Loaded(models.denoiser(model, manager), models.card(model).weightsSha256(),
                MiniFeatures.of(models, reference.features(), manager), reference);
    }

    /**
     * What makes this benchmark's numbers.
     *
     * @param loaded the networks
     * @param seeds which seeds are used, in words
     * @param command what computes them
     */
    public Provenance provenance(Loaded loaded, String seeds, String command) {
        return Provenance.of(command).with("benchmark", name).with("metric", MiniFeatures.METRIC).with("model", model)
                .with("model sha256", loaded.modelSha256()).with("features", loaded.reference().features())
                .with("features sha256", loaded.reference().featuresSha256())
                .with("reference", loaded.reference().moments().count() + " images of " + loaded.reference().data())
                .with("reference sha256", loaded.reference().dataSha256()).with("teacher", teacher.label() + " NFE")
                .with("seeds", seeds);
    }

    /** Every baseline solver on {@code grid} with {@code nfe} evaluations. */
    public List<Contestant> contestants(Denoiser denoiser, GridType grid, int nfe) {
        return Contestant.of(Solvers.baselines(), grid, denoiser.schedule(), nfe);
    }

    /** Every baseline solver on every grid with every NFE, in groups of one grid and NFE. */
    public Map<String, List<Contestant>> baselines(Denoiser denoiser) {
        Map<String, List<Contestant>> groups = new LinkedHashMap<>();
        for (int nfe : nfes) {
            for (GridType grid : grids) {
                groups.put(nfe + "-" + grid.id(), contestants(denoiser, grid, nfe));
            }
        }
        return groups;
    }

    /**
     * The learned solvers that ship with the model, in groups of one family and NFE; sorted.
     *
     * @param folder of solver files that {@code s4s learn} made; may be missing: then there are none
     * @throws IOException if a file is not a solver file
     */
    public static Map<String, List<Contestant>> learned(Path folder, Denoiser denoiser) throws IOException {
        Map<String, List<Contestant>> groups = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                    Contestant contestant = Contestant.of(SolverFile.read(file), denoiser.schedule());
                    String family = contestant.solver().split(" ")[0];
                    groups.computeIfAbsent(family + "-nfe" + contestant.nfe(), key -> new ArrayList<>()).add(contestant);
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
