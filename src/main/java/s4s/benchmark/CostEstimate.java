package s4s.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.sampling.Noise;
import s4s.sampling.Program;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What it takes to draw images, told before it starts, from a probe of a few seconds on this machine: the time of one network
 * call over a full batch, and of decoding one. Starting noise and the solver's arithmetic are left out.
 *
 * @param images to be drawn
 * @param nfe network evaluations for an image
 * @param forwardsPerCall forward passes of one evaluation: 2 with guidance
 * @param batch images in a network call
 * @param call seconds of a network call over a batch, guidance included: the median of the probe's
 * @param decode seconds of decoding a batch; 0 where nothing is decoded
 * @param calls network calls that the probe timed
 * @param picture what comes out
 */
public record CostEstimate(long images, int nfe, int forwardsPerCall, int batch, double call, double decode, int calls,
        Picture picture) {

    /** An image's size. */
    public record Picture(int height, int width) {

        /** Of a model: decodes one sample if it must. */
        public static Picture of(NDManager manager, DiffusionModel model) {
            try (NDManager scope = manager.newSubManager()) {
                Shape one = new Shape(1).addAll(model.sampleShape());
                Shape shape = model.decoder().decode(scope.zeros(one, model.dataType())).getShape();
                return new Picture((int) shape.get(2), (int) shape.get(3));
            }
        }
    }

    /** Checks the numbers. */
    public CostEstimate {
        if (images < 1 || batch < 1 || calls < 1 || !(call >= 0) || !(decode >= 0)) {
            throw new IllegalArgumentException("an estimate is of at least one image, batch and timed call, not of " + images
                    + ", " + batch + " and " + calls);
        }
    }

    /**
     * Times network calls over full batches for a while, after one that does not count, and at least one.
     *
     * @param manager parent of all working memory
     * @param model what is drawn from
     * @param program the solver
     * @param images how many will be drawn
     * @param batch most images in a network call
     * @param time how long to probe, about
     */
    public static CostEstimate probe(NDManager manager, DiffusionModel model, Program program, long images, int batch,
            Duration time) {
        int size = (int) Math.min(batch, images);
        Program.Call first = program.nodes().stream().flatMap(node -> node.call().stream()).findFirst().orElseThrow();
        try (NDManager scope = manager.newSubManager()) {
            long[] seeds = LongStream.range(0, size).toArray();
            Denoiser denoiser = model.denoiser(seeds);
            NDArray x = Noise.normal(scope, seeds, model.sampleShape()).toType(model.dataType(), false);
            NDArray t = scope.create(new double[] {first.time()}).toType(model.dataType(), false);
            List<Double> seconds = new ArrayList<>();
            evaluate(denoiser, x, t);
            long start = System.nanoTime();
            do {
                long before = System.nanoTime();
                evaluate(denoiser, x, t);
                seconds.add((System.nanoTime() - before) * 1e-9);
            } while (System.nanoTime() - start < time.toNanos());
            double decode = 0;
            Shape pictures = model.decoder().decode(x).getShape();
            if (!pictures.equals(x.getShape())) {
                long before = System.nanoTime();
                model.decoder().decode(x).toByteBuffer(true);
                decode = (System.nanoTime() - before) * 1e-9;
            }
            List<Double> sorted = seconds.stream().sorted().toList();
            return new CostEstimate(images, program.evaluations(), model.forwardsPerCall(), size,
                    sorted.get(sorted.size() / 2), decode, seconds.size(),
                    new Picture((int) pictures.get(2), (int) pictures.get(3)));
        }
    }

    /** One evaluation, until its numbers are there: a CUDA device returns before it has computed. */
    private static void evaluate(Denoiser denoiser, NDArray x, NDArray t) {
        try (NDArray output = denoiser.predict(x, t); NDArray corner = output.get(0)) {
            corner.toByteBuffer(true);
        }
    }

    /** Network calls over a batch, that of the last images counted as a whole one. */
    public long networkCalls() {
        return (images + batch - 1) / batch * nfe;
    }

    /** Forward passes of single images through the network. */
    public long forwards() {
        return images * nfe * forwardsPerCall;
    }

    /** The time that all images will take, about. */
    public Duration expected() {
        return Duration.ofMillis(Math.round(1e3 * images / batch * (nfe * call + decode)));
    }

    /**
     * A part of a larger computation.
     *
     * @param what it is, for people
     * @param images that it draws
     * @param nfe network evaluations for an image
     */
    public record Part(String what, long images, int nfe) {}

    /**
     * A table of the parts and their sum, with the columns "what", "images", "NFE", "network calls of BATCH" images and "expected
     * time here". Solvers that share first evaluations take less.
     */
    public Table toTable(List<Part> parts) {
        Table table = Table.create("cost", StringColumn.create("what"), StringColumn.create("images"),
                StringColumn.create("NFE"), StringColumn.create("network calls of " + batch),
                StringColumn.create("expected time here"));
        long drawn = 0;
        long asked = 0;
        Duration time = Duration.ZERO;
        for (Part part : parts) {
            CostEstimate cost =
                    new CostEstimate(part.images, part.nfe, forwardsPerCall, batch, call, decode, calls, picture);
            line(table, part.what, part.images, String.valueOf(part.nfe), cost.networkCalls(), cost.expected());
            drawn += part.images;
            asked += cost.networkCalls();
            time = time.plus(cost.expected());
        }
        line(table, "all", drawn, "", asked, time);
        return table;
    }

    private static void line(Table table, String what, long images, String nfe, long calls, Duration time) {
        table.stringColumn(0).append(what);
        table.stringColumn(1).append(String.format(Locale.ROOT, "%,d", images));
        table.stringColumn(2).append(nfe);
        table.stringColumn(3).append(String.format(Locale.ROOT, "%,d", calls));
        table.stringColumn(4).append(time(time));
    }

    /** Bytes of the images on disk, 8 bits a channel. */
    public long bytes() {
        return images * (3L * picture.height * picture.width + Long.BYTES);
    }

    /** A table with the columns "what" and "value". */
    public Table toTable() {
        StringColumn what = StringColumn.create("what");
        StringColumn value = StringColumn.create("value");
        row(what, value, "images", String.format(Locale.ROOT, "%,d of %dx%d", images, picture.width, picture.height));
        row(what, value, "network evaluations of an image (NFE)", String.valueOf(nfe));
        row(what, value, "forward passes of an evaluation", String.valueOf(forwardsPerCall));
        row(what, value, "network calls", String.format(Locale.ROOT, "%,d, %d images each", networkCalls(), batch));
        row(what, value, "forward passes of single images", String.format(Locale.ROOT, "%,d", forwards()));
        row(what, value, "a network call", String.format(Locale.ROOT, "%.3g s (median of %d)", call, calls));
        if (decode > 0) {
            row(what, value, "decoding a batch", String.format(Locale.ROOT, "%.3g s", decode));
        }
        row(what, value, "expected time here", time(expected()));
        row(what, value, "on disk", bytes(bytes()));
        return Table.create("cost", what, value);
    }

    private static void row(StringColumn what, StringColumn value, String name, String text) {
        what.append(name);
        value.append(text);
    }

    private static String time(Duration time) {
        double seconds = time.toMillis() / 1e3;
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 3600 ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : seconds < 48 * 3600 ? String.format(Locale.ROOT, "%.1f h", seconds / 3600)
                : String.format(Locale.ROOT, "%.1f days", seconds / 86400);
    }

    /** A number of bytes for people. */
    public static String bytes(long bytes) {
        return bytes < 10_000_000 ? String.format(Locale.ROOT, "%,d kB", (bytes + 999) / 1000)
                : bytes < 10_000_000_000L ? String.format(Locale.ROOT, "%,d MB", bytes / 1_000_000)
                : String.format(Locale.ROOT, "%,d GB", bytes / 1_000_000_000);
    }
}
