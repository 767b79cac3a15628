package s4s.spark;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Backend;
import s4s.app.Parcel;
import s4s.app.Shared;
import s4s.metric.Extraction;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.SamplingJob;
import s4s.solver.Solver;
import s4s.solver.data.SolverSource;

/** {@code s4s spark bench}: images a second by executors beside those of one process, and what a table costs at that rate. */
@Command(name = "bench", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures images a second in this process with one thread, and by 1 and 2 executors of one core each on"
            + " this machine (local-cluster); from that, what a table of many images and solvers costs.")
final class SparkBenchCommand implements Callable<Integer> {
    private static final String FEATURES = "cifar10-features";

    @Option(names = "--model", defaultValue = "cifar10-mini", paramLabel = "NAME",
            description = "Model in data/models (default ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--solver", defaultValue = "dpmpp-3m", description = "See s4s solvers (default ${DEFAULT-VALUE}).")
    private String solver;

    @Option(names = "--nfe", defaultValue = "5", description = "Network calls for an image (default ${DEFAULT-VALUE}).")
    private int nfe;

    @Option(names = "--images", defaultValue = "400", description = "Images in a run (default ${DEFAULT-VALUE}).")
    private int images;

    @Option(names = "--batch", defaultValue = "50", description = "Images in a task (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--repeats", defaultValue = "3",
            description = "Runs, of which the median counts (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--table-images", defaultValue = "50000", description = "Images of each solver (default ${DEFAULT-VALUE}).")
    private int tableImages;

    @Option(names = "--table-solvers", defaultValue = "10", description = "Solvers of the table (default ${DEFAULT-VALUE}).")
    private int tableSolvers;

    @Spec
    private CommandSpec spec;

    /** Something to time. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** What a measurement gives. */
    private record Speed(double perSecond, double cpuOfImage) {}

    /** Speeds of drawing and of summing features. */
    private record Speeds(Speed drawing, Speed summing) {}

    /** CPU time of tasks. */
    private static final class TaskTime extends SparkListener {
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            nanos.addAndGet(end.taskMetrics().executorCpuTime());
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        SolverSource source = SolverSource.of(solver, Optional.empty(), Optional.of(nfe));
        out.println(model + ", " + source.label() + ", " + images + " images a run, batch " + batch + ", median of " + repeats);
        out.printf(Locale.ROOT, "%-24s %10s %12s %10s %14s%n",
                "one thread each", "start s", "images/s", "ratio", "CPU ms/image");
        try (NDManager manager = Devices.manager()) {
            DiffusionModel loaded = Models.ofRepository().load(model, manager);
            SamplingJob order = new SamplingJob(model, source.on(loaded.schedule()),
                    LongStream.range(0, images).toArray(), List.of(), 1, 0, batch);
            Engine.getInstance();
            JniUtils.setNumThreads(1);
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            Speed alone = measure(() -> order.draw(manager, loaded, done -> {}), threads::getCurrentThreadCpuTime);
            row(out, "plain command", 0, alone, alone);
            Speeds one = executors(1, loaded, order, alone, out);
            Speeds two = executors(2, loaded, order, alone, out);
            out.printf(Locale.ROOT, "overhead of one executor %.1f %%, of its CPU time %.1f %%; two executors are %.2f times"
                    + " one%n",
                    100 * (alone.perSecond / one.drawing.perSecond - 1),
                    100 * (one.drawing.cpuOfImage / alone.cpuOfImage - 1), two.drawing.perSecond / one.drawing.perSecond);
            double hours = tableImages * (double) tableSolvers / 3600;
            out.printf(Locale.ROOT, "%d images x %d solvers of %d NFE with %s: %.1f core hours by the clock, %.1f of CPU"
                    + " time%n",
                    tableImages, tableSolvers, nfe, FEATURES,
                    hours * (1 / one.drawing.perSecond + 1 / one.summing.perSecond),
                    hours * (one.drawing.cpuOfImage + one.summing.cpuOfImage));
            out.flush();
        }
        return 0;
    }

    private Speeds executors(int count, DiffusionModel loaded, SamplingJob order, Speed alone, PrintWriter out) throws IOException {
        long start = System.nanoTime();
        SparkConf conf = new SparkConf().setAppName("s4s spark bench").setMaster("local-cluster[" + count + ",1,1024]")
                .set("spark.scheduler.minRegisteredResourcesRatio", "1");
        Models models = Models.ofRepository();
        TaskTime tasks = new TaskTime();
        try (Cluster cluster = Cluster.open(conf, false)) {
            cluster.context().sc().addSparkListener(tasks);
            String name = model;
            String method = solver;
            int calls = nfe;
            int together = batch;
            Shared<DiffusionModel> network = new Shared<>("images of " + name, () -> loaded,
                    () -> new Parcel().withModel(models, name),
                    (folder, manager) -> new Models(folder).load(name, manager));
            Shared<Features> features = new Shared<>("features of " + FEATURES, () -> {
                throw new IOException("the features are the executors'");
            }, () -> new Parcel().withModel(models, FEATURES),
                    (folder, manager) -> MiniFeatures.of(new Models(folder), FEATURES, manager));
            List<long[]> seeds = order.parts(batch).stream().map(SamplingJob::seeds).toList();
            byte[][] pixels = new byte[seeds.size()][];
            Backend.Task<DiffusionModel, long[], byte[]> draw = (own, some, site) -> {
                Solver numbers = SolverSource.of(method, Optional.empty(), Optional.of(calls)).on(own.schedule());
                return new SamplingJob(name, numbers, some, List.of(), 1, 0, together).draw(site.scope(), own, n -> { }).pixels();
            };
            Work drawing = () -> cluster.run(network, seeds, draw, (i, some) -> pixels[i] = some);
            cluster.run(network, seeds.subList(0, 1), draw, (i, some) -> { });
            double ready = (System.nanoTime() - start) * 1e-9;
            Speed drawn = measure(drawing, tasks.nanos::get);
            row(out, count + (count == 1 ? " executor" : " executors"), ready, drawn, alone);
            int height = (int) loaded.sampleShape().get(1);
            int width = (int) loaded.sampleShape().get(2);
            Moments sums = new Moments(models.card(FEATURES).classifier().features());
            Speed summed = measure(() -> cluster.run(features, List.of(pixels),
                    (own, some, site) -> Extraction.vectors(own, site.scope(), some, height, width),
                    (i, vectors) -> sums.add(vectors)), tasks.nanos::get);
            return new Speeds(drawn, summed);
        }
    }

    private static void row(PrintWriter out, String name, double start, Speed speed, Speed alone) {
        out.printf(Locale.ROOT, "%-24s %10.1f %12.2f %10.2f %14.2f%n", name, start, speed.perSecond,
                speed.perSecond / alone.perSecond, 1000 * speed.cpuOfImage);
        out.flush();
    }

    /**
     * Runs the work, after a run that does not count.
     *
     * @param cpu nanoseconds of CPU time so far; of the tasks that Spark has told of, which comes after their end
     */
    private Speed measure(Work work, LongSupplier cpu) throws IOException {
        work.run();
        pause();
        long before = cpu.getAsLong();
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            long start = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - start) * 1e-9;
        }
        pause();
        return new Speed(images / StatUtils.percentile(seconds, 50), (cpu.getAsLong() - before) * 1e-9 / repeats / images);
    }

    private static void pause() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
