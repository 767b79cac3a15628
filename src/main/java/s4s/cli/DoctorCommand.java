package s4s.cli;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.io.Provenance;
import s4s.model.Devices;
import s4s.model.repository.Catalogue;
import s4s.model.repository.Models;
import s4s.model.torchscript.ConvolutionCheck;

/** {@code s4s doctor}: what is here, and what is missing. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Shows versions, engine, kernel, threads and models, and says what is missing.")
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--profile", paramLabel = "NAME",
            description = "paper: also the published networks and statistics, what is missing of them, and the hashes of what"
                + " is here.")
    private Optional<String> profile;

    @Spec
    private CommandSpec spec;

    private int missing;

    @Override
    public Integer call() {
        Provenance.versions().forEach((name, value) -> line("ok", name, value));
        check("engine", () -> {
            try (NDManager manager = Devices.manager()) {
                float sum = manager.ones(new Shape(2, 2)).sum().getFloat();
                return Engine.getInstance().getEngineName() + " " + Engine.getInstance().getVersion() + " on "
                        + manager.getDevice() + ", " + Engine.getInstance().getGpuCount() + " CUDA devices"
                        + (sum == 4 ? "" : " computes 2x2 ones as " + sum);
            }
        });
        check("threads", () -> {
            String omp = System.getenv("OMP_NUM_THREADS");
            return (omp == null ? "as many as the engine likes" : "OMP_NUM_THREADS=" + omp) + ", "
                    + (System.getenv("OMP_WAIT_POLICY") == null ? "spinning for GOMP_SPINCOUNT="
                            + Optional.ofNullable(System.getenv("GOMP_SPINCOUNT")).orElse("3000, which the library sets")
                            : "OMP_WAIT_POLICY=" + System.getenv("OMP_WAIT_POLICY")) + ", "
                    + Runtime.getRuntime().availableProcessors() + " processors, heap "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MiB";
        });
        line("ok", "memory", System.getenv("MALLOC_ARENA_MAX") != null ? "of freed tensors is kept (MALLOC_*)"
                : "of freed tensors goes back to the system; where that is glibc's, ./s4s sets MALLOC_ARENA_MAX=1,"
                        + " MALLOC_TRIM_THRESHOLD_=1073741824 and MALLOC_MMAP_THRESHOLD_=4294967296, which spares page faults");
        check("gradients", () -> {
            Optional<String> fault = ConvolutionCheck.fault(Devices.chosen());
            return fault.map(wrong -> "WRONG: " + wrong + "; only TorchScript networks need it").orElse("of convolutions are right");
        });
        line("note", "trust", "TorchScript files (.pt) are programs: load only those of a source that you trust");
        check("models", () -> {
            Models models = Models.ofRepository();
            for (String name : models.names()) {
                try (NDManager manager = Devices.manager()) {
                    switch (models.card(name).kind()) {
                        case EDM_UNET, NOISE_UNET -> models.load(name, manager);
                        case AUTOENCODER -> models.autoencoder(name, manager);
                        case CLASSIFIER -> models.features(name, manager);
                        case SCRIPT -> { }               // may have gigabytes; --profile paper looks into them
                    }
                }
            }
            return String.join(", ", models.names());
        });
        profile.ifPresent(this::published);
        check("jupyter", () -> firstLine("jupyter", "nbconvert", "--version").map(v -> "nbconvert " + v)
                .orElseThrow(() -> new IOException("no jupyter nbconvert on the PATH; s4s notebooks installs it where it"
                        + " can (conda, or apt as root), else install JupyterLab")));
        check("kernel", () -> {
            Path own = Models.repository().resolve("target/jupyter/kernels/java/kernel.json");
            if (!Files.exists(own)) {
                throw new IOException("not installed yet; s4s notebooks and s4s lab do it");
            }
            return own.toString();
        });
        PrintWriter out = spec.commandLine().getOut();
        out.println(missing == 0 ? "nothing is missing" : missing + " missing, see above");
        return missing == 0 ? 0 : 1;
    }

    /** What the user has of the published networks. */
    private void published(String name) {
        if (!name.equals("paper")) {
            throw new IllegalArgumentException("there is no profile '" + name + "' to look into; there is paper");
        }
        check("catalogue", () -> {
            Catalogue catalogue = Catalogue.of(Models.repository());
            for (Catalogue.Entry entry : catalogue.entries()) {
                Catalogue.Finding finding = catalogue.look(entry);
                line(finding.state() == Catalogue.State.PRESENT ? "ok" : finding.state().name(), entry.name(), finding.line());
                finding.steps().forEach(step -> line("", "", "  " + step));
                missing += finding.state() == Catalogue.State.PRESENT ? 0 : 1;
            }
            return catalogue.entries().size() + " published networks and statistics are known";
        });
    }

    private interface Probe {
        String look() throws Exception;
    }

    private void check(String name, Probe probe) {
        try {
            line("ok", name, probe.look());
        } catch (Exception | LinkageError e) {
            missing++;
            line("MISSING", name, Faults.of(e).line());
        }
    }

    private void line(String state, String name, String value) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%-8s %-10s %s%n", state, name, value);
    }

    private static Optional<String> firstLine(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return Optional.empty();
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0
                ? text.lines().findFirst() : Optional.empty();
    }
}
