package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.StatUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.model.Denoiser;
import s4s.model.Devices;
import s4s.model.Models;
import s4s.run.SamplingCost;
import s4s.schedule.GridType;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.Solvers;

/** {@code s4s bench sampling}: network seconds and other seconds of sampling runs. */
@Command(name = "sampling", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws batches of images and prints the seconds in network calls, the seconds in everything else"
            + " (starting noise, the solver's arithmetic, copies), and their ratio.",
            "As many runs before each row do not count."})
final class BenchSamplingCommand implements Callable<Integer> {
    @Option(names = "--model", defaultValue = "cifar10-mini", paramLabel = "NAME",
            description = "Model in data/models, or the path of such a folder (default ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--solver", defaultValue = "ddim,ipndm-4,dpmpp-3m,unipc-3-bh2", split = ",", paramLabel = "NAME",
            description = "See s4s solvers (default ${DEFAULT-VALUE}).")
    private List<String> solvers;

    @Option(names = "--grid", defaultValue = "logsnr", description = "See s4s solvers (default ${DEFAULT-VALUE}).")
    private String grid;

    @Option(names = "--nfe", defaultValue = "6", description = "Network calls for an image (default ${DEFAULT-VALUE}).")
    private int nfe;

    @Option(names = "--batch", defaultValue = "64", description = "Images in a run (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--repeats", defaultValue = "5", description = "Runs (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Method> methods = solvers.stream().map(Solvers::named).toList();
        GridType type = GridType.named(grid);
        methods.forEach(method -> method.layout(nfe));           // refuses before the model is loaded
        PrintWriter out = spec.commandLine().getOut();
        try (NDManager manager = Devices.manager()) {
            Denoiser denoiser = Models.ofRepository().denoiser(model, manager);
            out.println(model + ", batch " + batch + ", NFE " + nfe + ", grid " + type.id() + ", " + repeats
                    + " runs a row: medians, and the worst ratio");
            out.printf(Locale.ROOT, "%-20s %12s %12s %10s %10s%n", "solver", "network s", "other s", "ratio", "worst");
            double worst = 0;
            for (Method method : methods) {
                Solver solver = method.on(type, denoiser.schedule(), nfe);
                List<SamplingCost> costs = SamplingCost.measure(manager, denoiser, solver, batch, repeats);
                double worstHere = costs.stream().map(SamplingCost::ratio).max(Comparator.naturalOrder()).orElseThrow();
                out.printf(Locale.ROOT, "%-20s %12.4f %12.4f %8.2f %% %8.2f %%%n", method.name(),
                        median(costs.stream().mapToDouble(SamplingCost::network).toArray()),
                        median(costs.stream().mapToDouble(SamplingCost::other).toArray()),
                        100 * median(costs.stream().mapToDouble(SamplingCost::ratio).toArray()), 100 * worstHere);
                out.flush();
                worst = Math.max(worst, worstHere);
            }
            out.printf(Locale.ROOT, "worst ratio %.2f %%%n", 100 * worst);
        }
        return 0;
    }

    private static double median(double[] values) {
        return StatUtils.percentile(values, 50);
    }
}
