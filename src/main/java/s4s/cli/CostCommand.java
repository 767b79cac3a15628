package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Draw;
import s4s.benchmark.CostEstimate;
import s4s.model.Devices;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import tech.tablesaw.api.Row;

/** {@code s4s cost}: what images will take, before they are drawn. */
@Command(name = "cost", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Says how many network calls some images take, how long that is on this machine, from a probe of a few"
            + " seconds, and how much disk.")
final class CostCommand implements Callable<Integer> {
    private static final long MOST = 1_000_000_000_000L;

    @Mixin
    private DrawOptions draw;

    @Option(names = "--images", defaultValue = "50000", description = "How many (default ${DEFAULT-VALUE}).")
    private long images;

    @Option(names = "--probe", defaultValue = "10", paramLabel = "SECONDS",
            description = "How long to probe (default ${DEFAULT-VALUE}).")
    private double seconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (images < 1 || images > MOST || !(seconds >= 0 && seconds <= 3600)) {
            throw new IllegalArgumentException("--images is from 1 to " + MOST + ", --probe from 0 to 3600 seconds, not " + images + " and "
                    + seconds);
        }
        Models models = Models.ofRepository();
        try (NDManager manager = Devices.manager()) {
            Draw asked = draw.draw();
            Draw.Drawing drawing = asked.load(models, manager,
                    LongStream.range(0, Math.min(images, Seeds.MOST)).toArray(), new ConsoleOutput(spec));
            Program program = Program.of(drawing.solver(), drawing.model());
            CostEstimate cost = CostEstimate.probe(manager, drawing.model(), program, images, asked.batch(),
                    Duration.ofMillis(Math.round(1000 * seconds)));
            PrintWriter out = spec.commandLine().getOut();
            out.println(drawing.label() + " on " + Devices.chosen());
            for (Row row : cost.toTable()) {
                out.printf(Locale.ROOT, "%-40s %s%n", row.getString("what"), row.getString("value"));
            }
        }
        return 0;
    }
}
