package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.benchmark.Benchmark;
import s4s.learn.Distance;
import s4s.learn.LearningCost;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.Models;
import s4s.run.ReverseSweep;

/** {@code s4s bench learning}: memory and time of a gradient, with one network graph at a time and with all kept. */
@Command(name = "learning", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Differentiates a batch of samples by all parameters of S4S-joint, at several NFE, and prints"
            + " the seconds and the peak resident memory: once with one network graph at a time (recomputed in the sweep), once"
            + " with all graphs kept. Each row is a process of its own, so that its peak is its own (memory: Linux only)."})
final class BenchLearningCommand implements Callable<Integer> {
    @Option(names = "--model", defaultValue = "cifar10-mini", paramLabel = "NAME",
            description = "Model of a benchmark (default ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--nfe", defaultValue = "4,10,20", split = ",", description = "Network calls (default ${DEFAULT-VALUE}).")
    private List<Integer> nfes;

    @Option(names = "--batch", defaultValue = "32", description = "Pairs (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--repeats", defaultValue = "3", description = "Repeats; the fastest counts (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--one", hidden = true, description = "Measure only this, in this process.")
    private Optional<ReverseSweep.Graphs> one;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return one.isPresent() ? measure(one.get()) : table();
    }

    private int table() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println(model + ", batch " + batch + ", gradient of all parameters of s4s-joint");
        out.printf(Locale.ROOT, "%5s  %-12s %10s %10s  %s%n", "NFE", "graphs", "seconds", "peak MiB", "against recomputed");
        for (int nfe : nfes) {
            double[] recomputed = row(nfe, ReverseSweep.Graphs.RECOMPUTED);
            double[] kept = row(nfe, ReverseSweep.Graphs.KEPT);
            out.printf(Locale.ROOT, "%5d  %-12s %10.3f %10.0f%n", nfe, "recomputed", recomputed[0], recomputed[1]);
            out.printf(Locale.ROOT, "%5d  %-12s %10.3f %10.0f  time x %.2f, memory x %.2f%n", nfe, "kept", kept[0], kept[1],
                    kept[0] / recomputed[0], kept[1] / recomputed[1]);
            out.flush();
        }
        return 0;
    }

    /** Seconds and peak memory, measured by this program started again. */
    private double[] row(int nfe, ReverseSweep.Graphs graphs) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "bench", "learning",
                "--model", model, "--nfe", String.valueOf(nfe), "--batch", String.valueOf(batch), "--repeats",
                String.valueOf(repeats), "--one", graphs.name()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the measurement of NFE " + nfe + ", " + graphs + " ended without a result");
            }
            String[] numbers = line.split(" ");
            return new double[] {Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1])};
        }
    }

    private int measure(ReverseSweep.Graphs graphs) throws IOException {
        Benchmark benchmark = Benchmark.ofModel(model);
        try (NDManager manager = Devices.manager()) {
            Models models = Models.ofRepository();
            DiffusionModel diffusion = benchmark.diffusion(models, manager);
            Distance distance = Distance.perceptual(models.features(benchmark.features(), manager))
                    .decoded(diffusion.decoder());
            LearningCost cost = LearningCost.measure(manager, diffusion, distance, nfes.get(0), batch, graphs, repeats);
            spec.commandLine().getOut().println(cost.seconds() + " " + peak());
        }
        return 0;
    }

    /** The process's peak resident memory in MiB, NaN where the system does not say. */
    private static double peak() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024).findFirst().orElse(Double.NaN);
    }
}
