package s4s.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.StatUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.eval.Features;
import s4s.eval.Frechet;
import s4s.eval.MiniFeatures;
import s4s.eval.Moments;
import s4s.eval.ScriptFeatures;
import s4s.model.Devices;
import s4s.model.Models;

/** {@code s4s bench fid}: images per second of a feature network, seconds of the distance, and Python's beside them. */
@Command(name = "fid", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Measures images per second of a feature network (pixels in, vectors out and added to the moments) and"
            + " seconds of the Frechet distance at the network's size and at 2048; and the same in PyTorch where"
            + " python3 has it. Medians, after one run that does not count."})
final class BenchFidCommand implements Callable<Integer> {
    private static final int LARGE = 2048;

    @Option(names = "--inception", paramLabel = "FILE.pt",
            description = "TorchScript feature network (default: mini features).")
    private Optional<Path> inception;

    @Option(names = "--side", defaultValue = "32", description = "Pixels a side of the pictures (default ${DEFAULT-VALUE}).")
    private int side;

    @Option(names = "--batch", defaultValue = "50", description = "Pictures in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--repeats", defaultValue = "3", description = "Runs (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--python", defaultValue = "python3", description = "Which Python (default ${DEFAULT-VALUE}).")
    private String python;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (NDManager manager = Devices.manager()) {
            if (inception.isPresent()) {
                try (ScriptFeatures features = ScriptFeatures.load(inception.get())) {
                    measure(features, manager, out);
                }
            } else {
                measure(MiniFeatures.of(Models.ofRepository(), "cifar10-features", manager), manager, out);
            }
        }
        return 0;
    }

    private void measure(Features features, NDManager manager, PrintWriter out) {
        List<Integer> sizes = new ArrayList<>(List.of(features.size()));
        if (features.size() != LARGE) {
            sizes.add(LARGE);
        }
        Map<String, Double> theirs = python(sizes, out);
        out.printf(Locale.ROOT, "%-44s %12s %12s %8s%n", "", "here", "PyTorch", "ratio");
        byte[] pixels = new byte[batch * 3 * side * side];
        new Random(1).nextBytes(pixels);
        Moments moments = new Moments(features.size());
        double seconds = median(() -> extract(features, manager, pixels, moments));
        row(out, features.network() + ", " + side + "x" + side + ", images/s", batch / seconds,
                Optional.ofNullable(theirs.get("images")), true);
        for (int size : sizes) {
            Moments.Gaussian a = moments(size, 1);
            Moments.Gaussian b = moments(size, 2);
            double distance = median(() -> new Frechet(a).to(b));
            row(out, "distance at " + size + ", s", distance, Optional.ofNullable(theirs.get("distance " + size)), false);
        }
    }

    private static void row(PrintWriter out, String name, double here, Optional<Double> there, boolean rate) {
        out.printf(Locale.ROOT, "%-44s %12.4f %12s %8s%n", name, here, there.map(t -> String.format(Locale.ROOT, "%.4f", t))
                .orElse("-"), there.map(t -> String.format(Locale.ROOT, "%.2f", rate ? t / here : here / t)).orElse("-"));
        out.flush();
    }

    private void extract(Features features, NDManager manager, byte[] pixels, Moments moments) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray pictures = scope.create(ByteBuffer.wrap(pixels), new Shape(batch, 3, side, side), DataType.UINT8);
            moments.add(features.of(pictures).toFloatArray());
        }
    }

    private double median(Runnable work) {
        work.run();
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            long start = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        return StatUtils.percentile(seconds, 50);
    }

    private static Moments.Gaussian moments(int size, int seed) {
        Random random = new Random(seed);
        Moments moments = new Moments(size);
        float[] vector = new float[size * 32];
        for (int n = 0; n < size + size / 2; n += 32) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = random.nextFloat();
            }
            moments.add(vector);
        }
        return moments.gaussian();
    }

    /** Python's numbers by name; none, and a line that says why, if it has no torch. */
    private Map<String, Double> python(List<Integer> sizes, PrintWriter out) {
        Map<String, Double> numbers = new HashMap<>();
        try {
            List<String> command = new ArrayList<>(List.of(python,
                    Models.repository().resolve("src/main/python/bench_fid.py").toString(), String.valueOf(repeats)));
            sizes.forEach(size -> command.add(String.valueOf(size)));
            inception.ifPresent(file -> command.addAll(List.of("--network", file.toString(), String.valueOf(batch),
                    String.valueOf(side), String.valueOf(side))));
            Path errors = Files.createTempFile("s4s", ".txt");
            try {
                Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
                String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    out.println("PyTorch is left out: " + Files.readAllLines(errors).stream().reduce("", (a, b) -> b));
                }
                text.lines().map(line -> line.split(" (?=[^ ]*$)")).forEach(p -> numbers.put(p[0], Double.valueOf(p[1])));
            } finally {
                Files.delete(errors);
            }
            if (inception.isEmpty()) {
                out.println("PyTorch has no images/s here: the mini features are no TorchScript file");
            }
        } catch (IOException e) {
            out.println("PyTorch is left out: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return numbers;
    }
}
