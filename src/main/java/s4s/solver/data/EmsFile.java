package s4s.solver.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import s4s.data.BadFileException;
import s4s.data.NpyArray;
import s4s.data.Npz;
import s4s.schedule.NoiseSchedule;
import s4s.solver.EmsStatistics;
import s4s.solver.Weight;

/**
 * Empirical model statistics as they lie on disk. Every array has the shape (n + 1, sample shape...), or (n + 1,) for numbers
 * that hold for all elements; nodes go from the highest noise level to the lowest, equally spaced in
 * {@code lambda = -log sigma}.
 *
 * <ul>
 *   <li>This library's file: an npz with the arrays {@code l}, {@code s}, {@code b} and {@code lambda}, which holds either the
 *       n + 1 values or the first and the last one.
 *   <li>The official folder of DPM-Solver-v3: {@code l.npz} with {@code l}, and {@code sb.npz} with {@code s} and {@code b}. It
 *       does not say which range it was computed on; as in the official code, that is the range of the schedule that it is
 *       {@link #on used with}.
 * </ul>
 *
 * @param range {@code lambda} of the first and the last node, where the file says so
 * @param l n + 1 values
 * @param s as many
 * @param b as many
 * @see <a href="https://github.com/thu-ml/DPM-Solver-v3">the official code, which writes and reads the folder</a>
 */
public record EmsFile(Optional<Range> range, List<Weight> l, List<Weight> s, List<Weight> b) {

    /** How unevenly nodes may lie, in cells; more is another spacing than equal. */
    private static final double UNEVEN = 0.02;

    /**
     * @param first {@code lambda} of the first node
     * @param last of the last
     */
    public record Range(double first, double last) {}

    public EmsFile {
        l = List.copyOf(l);
        s = List.copyOf(s);
        b = List.copyOf(b);
    }

    /** Statistics to be written. */
    public static EmsFile of(EmsStatistics statistics) {
        return new EmsFile(Optional.of(new Range(statistics.first(), statistics.last())),
                statistics.l(), statistics.s(), statistics.b());
    }

    /**
     * The statistics, for a model with this schedule.
     *
     * @throws IllegalArgumentException if they are not whole; see {@link EmsStatistics}
     */
    public EmsStatistics on(NoiseSchedule schedule) {
        Range reach = range.orElseGet(() -> new Range(-Math.log(schedule.sigmaMax()), -Math.log(schedule.sigmaMin())));
        return new EmsStatistics(reach.first, reach.last, l, s, b);
    }

    /**
     * Reads a file of this library, or an official folder.
     *
     * @throws BadFileException if an array is missing, or is not of a shape or spacing as above, or not finite; the message is
     *     one line that names the fault
     */
    public static EmsFile read(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (Npz l = Npz.open(path.resolve("l.npz")); Npz sb = Npz.open(path.resolve("sb.npz"))) {
                return checked(path, Optional.empty(), l.get("l"), sb.get("s"), sb.get("b"));
            }
        }
        try (Npz npz = Npz.open(path)) {
            NpyArray l = npz.get("l");
            return checked(path, Optional.of(range(path, npz.get("lambda"), l)), l, npz.get("s"), npz.get("b"));
        }
    }

    /**
     * Writes a file of this library.
     *
     * @throws IllegalArgumentException if the range is not known
     */
    public void write(Path file) throws IOException {
        Range reach = range.orElseThrow(() -> new IllegalArgumentException(
                "Statistics of unknown range cannot be written; bring them on a schedule first."));
        Npz.write(file, Map.of("l", array(l), "s", array(s), "b", array(b),
                "lambda", NpyArray.of(new double[] {reach.first, reach.last})));
    }

    private static EmsFile checked(Path path, Optional<Range> range, NpyArray l, NpyArray s, NpyArray b) throws IOException {
        try {
            EmsFile file = new EmsFile(range, nodes("l", l), nodes("s", s), nodes("b", b));
            Range some = range.orElse(new Range(0, 1));      // a schedule will say; the rest is known now
            EmsStatistics whole = new EmsStatistics(some.first, some.last, file.l, file.s, file.b);
            return new EmsFile(range, whole.l(), whole.s(), whole.b());
        } catch (IllegalArgumentException e) {
            throw new BadFileException(path + ": " + e.getMessage(), e);
        }
    }

    private static List<Weight> nodes(String name, NpyArray array) {
        long[] shape = array.shape();
        if (shape.length == 0 || array.size() == 0) {
            throw new IllegalArgumentException("The array " + name + " is " + array
                    + ", but statistics have the shape (nodes,) or (nodes, channels, height, width).");
        }
        double[] values = array.doubles();
        int size = values.length / (int) shape[0];
        long[] sample = Arrays.copyOfRange(shape, 1, shape.length);
        List<Weight> nodes = new ArrayList<>();
        for (int i = 0; i < shape[0]; i++) {
            nodes.add(Weight.of(Arrays.copyOfRange(values, i * size, (i + 1) * size), sample));
        }
        return nodes;
    }

    private static Range range(Path path, NpyArray lambda, NpyArray l) throws BadFileException {
        double[] at = lambda.doubles();
        long nodes = l.shape().length == 0 ? 0 : l.shape()[0];
        if (lambda.shape().length != 1 || at.length != 2 && at.length != nodes || at.length == 0) {
            throw new BadFileException(path + ": lambda is " + lambda + ", but l has " + nodes
                    + " nodes; give lambda of every node, or of the first and the last one");
        }
        Range range = new Range(at[0], at[at.length - 1]);
        double width = (range.last - range.first) / (at.length - 1);
        for (int i = 0; i < at.length; i++) {
            if (!(width > 0 && Math.abs(at[i] - range.first - i * width) <= UNEVEN * width)) {
                throw new BadFileException(path + ": lambda must rise in equal steps, but does not at node " + i + " (" + at[i]
                        + "); compute the statistics on a grid that is uniform in half log SNR");
            }
        }
        return range;
    }

    private static NpyArray array(List<Weight> nodes) {
        Weight shaped = nodes.stream().filter(w -> !w.isNumber()).findFirst().orElse(Weight.ZERO);
        int size = shaped.values().length;
        double[] values = new double[nodes.size() * size];
        for (int i = 0; i < nodes.size(); i++) {
            Weight node = nodes.get(i);
            Arrays.fill(values, i * size, (i + 1) * size, node.isNumber() ? node.number() : 0);
            if (!node.isNumber()) {
                System.arraycopy(node.values(), 0, values, i * size, size);
            }
        }
        long[] shape = new long[shaped.shape().length + 1];
        shape[0] = nodes.size();
        System.arraycopy(shaped.shape(), 0, shape, 1, shape.length - 1);
        return NpyArray.of(values, shape);
    }
}
