package s4s.solver.published;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import s4s.grid.GridType;
import s4s.grid.Grids;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.io.Provenance;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VarianceExploding;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.WeightedMultistep;
import s4s.solver.data.SolverFile;

/**
 * The learned parameters of DyWeight, whose solvers are {@link WeightedMultistep#dyWeight}. On a grid
 * {@code s_0 > ... > s_K} of noise levels, with weights {@code w} that need not sum to 1 and scaled evaluation levels,
 *
 * <pre>
 *   c_0 = s_0
 *   d_i = (x_i - D(x_i; tau_i)) / c_i,  tau_i = |scale_i c_i|;   with the analytic first step d_0 = x_0 / sqrt(1 + c_0^2)
 *   x_{i+1} = x_i + (s_{i+1} - c_i) sum_{j &lt;= i} w_ij d_j
 *   c_{i+1} = c_i + (s_{i+1} - c_i) sum_{j &lt;= i} w_ij
 * </pre>
 *
 * so {@code c_i} is the time that the state has really reached. With the noise {@code e = (x - D) / tau} that a network sees at
 * its level, {@code d_i = (tau_i / c_i) e_i}: a solver in noise prediction whose node i lies at {@code |c_i|}. The last
 * {@code c_K} is often slightly negative, a step beyond clean data; its node then lies at {@code -c_K}, the level of what
 * is left.
 *
 * @see <a href="https://arxiv.org/abs/2603.11607">Zhao et al. 2026</a>
 */
public final class DyWeight {

    private static final double SAME_LEVEL = 1e-4;

    /** Networks whose own discrete times space the grid {@code discrete}, by benchmark. */
    private static final Map<String, Discrete> DISCRETE = Map.of(
            "lsun-bedroom", Discrete.latentDiffusion(),
            "ms-coco", Discrete.stableDiffusion());

    private DyWeight() {}

    /**
     * Reads all solvers of a file. Each is named by benchmark and evaluations, {@code dyweight-cifar10-nfe3}; where several
     * have the same, they get the suffixes {@code -1}, {@code -2}, ...
     *
     * @param file JSON with a list {@code solvers}; each has {@code benchmark}, {@code reported_nfe}, {@code grid_points}
     *     (K + 1), {@code analytic_first_step}, {@code grid} ({@code polynomial} or {@code discrete}), {@code rho},
     *     {@code sigma_min}, {@code sigma_max}, {@code guidance}, {@code weights} (K rows of K) and {@code time_scale} (one for
     *     each evaluation)
     * @param command what is reading, for the provenance
     * @return solver files, in the file's order
     * @throws BadFileException if the file or an entry cannot be used; the message says which and why
     */
    public static List<SolverFile> read(Path file, String command) throws IOException {
        Provenance source = Provenance.of(command).with("method", "DyWeight, arXiv:2603.11607").file("source", file);
        List<Entry> entries = new ArrayList<>();
        for (JsonFields fields : JsonFields.read(file).objects("solvers")) {
            entries.add(Entry.of(fields));
        }
        if (entries.isEmpty()) {
            throw new BadFileException(file + " holds no solvers");
        }
        Map<String, Long> twins = entries.stream().collect(Collectors.groupingBy(Entry::name, Collectors.counting()));
        Map<String, Integer> seen = new LinkedHashMap<>();
        List<SolverFile> solvers = new ArrayList<>();
        for (Entry entry : entries) {
            int number = seen.merge(entry.name(), 1, Integer::sum);
            String name = twins.get(entry.name()) == 1 ? entry.name() : entry.name() + "-" + number;
            try {
                solvers.add(entry.solver(name, source));
            } catch (IllegalArgumentException e) {
                throw new BadFileException(file + ": solver " + name + ": " + e.getMessage(), e);
            }
        }
        return solvers;
    }

    /** One solver of the file, checked. */
    private record Entry(String benchmark, int reportedNfe, int steps, boolean analytic, String grid, double rho,
            double sigmaMin, double sigmaMax, double guidance, double[][] weights, double[] scale) {

        static Entry of(JsonFields fields) throws BadFileException {
            int points = fields.count("grid_points");
            if (points < 2) {
                throw fields.fault("grid_points", "is " + points + "; a grid has at least 2");
            }
            String benchmark = fields.text("benchmark");
            if (!benchmark.matches("[A-Za-z0-9_.-]+")) {
                throw fields.fault("benchmark", "is \"" + benchmark + "\"; it becomes part of a file's name and may only have"
                        + " letters, digits, '-', '_' and '.'");
            }
            Entry entry = new Entry(benchmark, fields.count("reported_nfe"), points - 1,
                    fields.flag("analytic_first_step"), fields.text("grid"), fields.number("rho"), fields.number("sigma_min"),
                    fields.number("sigma_max"), fields.number("guidance"), fields.rows("weights"),
                    fields.numbers("time_scale"));
            int k = entry.steps;
            if (entry.weights.length != k || Arrays.stream(entry.weights).anyMatch(row -> row.length != k)) {
                throw fields.fault("weights", "must be " + k + " rows of " + k + ", for " + points + " grid points");
            }
            if (IntStream.range(0, k).anyMatch(i -> Arrays.stream(entry.weights[i], i + 1, k).anyMatch(w -> w != 0))) {
                throw fields.fault("weights", "weigh slopes that are not known yet: row i may only fill columns 0 to i");
            }
            if (entry.scale.length != entry.nfe()) {
                throw fields.fault("time_scale", "has " + entry.scale.length + " numbers for " + entry.nfe() + " evaluations");
            }
            if (entry.reportedNfe != entry.nfe() * entry.forwards()) {
                throw fields.fault("reported_nfe", "is " + entry.reportedNfe + ", but the parameters make " + entry.nfe()
                        + " evaluations" + (entry.forwards() == 2 ? " of two network calls (guidance)" : ""));
            }
            return entry;
        }

        int nfe() {
            return analytic ? steps - 1 : steps;
        }

        /** Network calls of one evaluation: the paper counts two where guidance asks with and without the text. */
        int forwards() {
            return guidance == 0 || guidance == 1 ? 1 : 2;
        }

        String name() {
            return "dyweight-" + benchmark + "-nfe" + nfe();
        }

        /**
         * The schedule in whose terms the solver was made: the noise level is the time, {@code alpha} is 1. A network of
         * discrete times has its own range; the published sampler takes that one, whatever the file says.
         */
        NoiseSchedule schedule() {
            if (!grid.equals("discrete")) {
                return new Edm(sigmaMin, sigmaMax);
            }
            Optional<Discrete> network = Optional.ofNullable(DISCRETE.get(benchmark));
            return new VarianceExploding(network.orElseThrow(() -> new IllegalArgumentException(
                    "its grid is spaced in a network's discrete times, which are known for "
                            + DISCRETE.keySet().stream().sorted().collect(Collectors.joining(", ")) + " only")));
        }

        double[] levels(NoiseSchedule schedule) {
            return switch (grid) {
                case "polynomial" -> Grids.polynomial(sigmaMax, sigmaMin, rho, steps);
                case "discrete" -> {
                    if (rho != 1) {
                        throw new IllegalArgumentException("its grid is discrete with rho " + rho + "; only rho 1 is defined");
                    }
                    yield GridType.TIME_UNIFORM.levels(schedule, steps);
                }
                default -> throw new IllegalArgumentException(
                        "its grid is \"" + grid + "\"; known are polynomial and discrete");
            };
        }

        SolverFile solver(String name, Provenance source) {
            NoiseSchedule schedule = schedule();
            double[] s = levels(schedule);
            int first = analytic ? 1 : 0;                        // the analytic first step has no scale of its own
            Method method = WeightedMultistep.dyWeight(steps, (t, i, back) -> t.constant(weights[i][i - back]),
                    (t, i, back) -> t.constant(i < first ? 1 : scale[i - first]));
            Solver solver = (analytic ? method.analyticFirstStep() : method).build(s);
            Solver named = solver.named(name).bounded(Solver.Bounds.SAMPLE_BELOW);
            named.requireRange(schedule);
            return SolverFile.of(named, schedule, provenance(source, s, reached(s)));
        }

        private double[] reached(double[] s) {
            double[] c = new double[steps + 1];
            c[0] = s[0];
            for (int i = 0; i < steps; i++) {
                c[i + 1] = c[i] + (s[i + 1] - c[i]) * Arrays.stream(weights[i], 0, i + 1).sum();
            }
            return c;
        }

        private Provenance provenance(Provenance source, double[] s, double[] c) {
            Provenance all = source.with("benchmark", benchmark)
                    .with("grid", grid + (grid.equals("polynomial") ? ", rho " + rho : ", uniform in the network's time")
                            + ", noise levels " + s[0] + " to " + s[steps])
                    .with("grid noise levels", Arrays.toString(s))
                    .with("reached times", Arrays.toString(c))
                    .with("reported nfe", reportedNfe);
            if (forwards() == 2) {
                all = all.with("nfe", nfe() + " guided evaluations of two network calls each; the paper counts the calls")
                        .with("guidance", guidance);
            }
            if (Math.abs(s[0] - sigmaMax) > SAME_LEVEL * sigmaMax || Math.abs(s[steps] - sigmaMin) > SAME_LEVEL * sigmaMin) {
                all = all.with("range", "of the network; the file says " + sigmaMin + " to " + sigmaMax
                        + ", where this network is not defined");
            }
            if (c[steps] < 0) {
                all = all.with("last node",
                        "the sample overshoots clean data, time " + c[steps] + "; its level is the distance");
            }
            return all;
        }
    }
}
