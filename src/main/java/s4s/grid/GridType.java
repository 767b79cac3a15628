package s4s.grid;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import s4s.schedule.Discrete;
import s4s.schedule.LevelRange;
import s4s.schedule.NoiseSchedule;

/**
 * A rule for time grids, and the named ones. Two types of the same id are equal.
 *
 * <p>The grids {@code time-...} are spaced in VP time. For a VP schedule that is its own time; for an EDM network, whose time
 * is the noise level, it is the time of the linear VP schedule with the same range (diff-sampler's convention). LD3 spaces
 * these grids in the noise level instead, which for EDM networks wastes nearly all steps at high noise; its grids are
 * {@link #SIGMA_UNIFORM} and {@link #SIGMA_QUADRATIC}.
 *
 * @param id the name on the command line and in tables
 * @param description one line: the rule and where it comes from
 * @param rule the rule
 */
public record GridType(String id, String description, Rule rule) {

    /** Where the grid points lie. */
    @FunctionalInterface
    public interface Rule {
        /**
         * @param schedule a network's schedule
         * @param from first noise level
         * @param to last noise level, positive and below {@code from}
         * @param steps N, at least 1
         * @return N + 1 strictly decreasing noise levels within the range
         * @throws IllegalArgumentException if there is no such grid; the message names it
         */
        double[] levels(NoiseSchedule schedule, double from, double to, int steps);
    }

    /** Uniform in log SNR. */
    public static final GridType LOGSNR = new GridType("logsnr", "uniform in log SNR (DPM-Solver, arXiv:2206.00927)",
            (schedule, from, to, steps) -> Grids.logSnr(from, to, steps));

    /** The EDM polynomial in the noise level. */
    public static final GridType EDM = new GridType("edm", "polynomial in the noise level, rho = 7 (EDM, arXiv:2206.00364)",
            inLevel(root(7)));

    /** Uniform in VP time. */
    public static final GridType TIME_UNIFORM = new GridType("time-uniform",
            "uniform in VP time (DDIM, arXiv:2010.02502; for EDM networks as diff-sampler; its \"discrete\" for latent ones)",
            inTime(root(1)));

    /** Uniform in the square root of VP time. */
    public static final GridType TIME_QUADRATIC = new GridType("time-quadratic",
            "uniform in the square root of VP time (as DPM-Solver and diff-sampler)", inTime(root(2)));

    /** LD3's quadratic grid in VP time. */
    public static final GridType TIME_QUADRATIC_LD3 = new GridType("time-quadratic-ld3",
            "quadratic in VP time, t = b + (a - b)(1 - i/N)^2 (LD3, arXiv:2405.15506)", inTime(power(2)));

    /** The EDM polynomial applied to VP time. */
    public static final GridType TIME_EDM = new GridType("time-edm",
            "polynomial in VP time, rho = 7 (LD3's \"edm\" on VP schedules)", inTime(root(7)));

    /** Uniform in the noise level. */
    public static final GridType SIGMA_UNIFORM = new GridType("sigma-uniform",
            "uniform in the noise level (LD3's and DPM-Solver's \"time_uniform\" on EDM networks)", inLevel(root(1)));

    /** LD3's quadratic grid in the noise level. */
    public static final GridType SIGMA_QUADRATIC = new GridType("sigma-quadratic",
            "quadratic in the noise level (LD3's \"time_quadratic\" on EDM networks)", inLevel(power(2)));

    /** The least bound on the error; see {@link Dmn}. */
    public static final GridType DMN = new GridType("dmn",
            "least bound on the error of a third-order method, searched at each call (DMN, arXiv:2402.17376)",
            (schedule, from, to, steps) -> Dmn.of(schedule).levels(schedule, from, to, steps));

    private static final List<GridType> ALL = List.of(LOGSNR, EDM, TIME_UNIFORM, TIME_QUADRATIC, TIME_QUADRATIC_LD3, TIME_EDM,
            SIGMA_UNIFORM, SIGMA_QUADRATIC, DMN);

    /**
     * The EDM polynomial in the noise level with another exponent, {@code edm:rho}; see {@link Grids#polynomial}. With rho = 2
     * it is DPM-Solver's quadratic grid on EDM networks.
     *
     * @param rho positive
     */
    public static GridType edm(double rho) {
        return polynomial("edm:", rho, "uniform in the rho-th root of the noise level", inLevel(root(rho)));
    }

    /**
     * The EDM polynomial in VP time with another exponent, {@code time-edm:rho}; see {@link Grids#polynomial}.
     *
     * @param rho positive
     */
    public static GridType timeEdm(double rho) {
        return polynomial("time-edm:", rho, "uniform in the rho-th root of VP time", inTime(root(rho)));
    }

    /**
     * A power of the index in the noise level, {@code sigma-poly:rho}; see {@link Grids#power}.
     *
     * @param rho positive
     */
    public static GridType sigmaPoly(double rho) {
        return polynomial("sigma-poly:", rho, "noise level = b + (a - b)(1 - i/N)^rho", inLevel(power(rho)));
    }

    /**
     * A power of the index in VP time, {@code time-poly:rho}; see {@link Grids#power}.
     *
     * @param rho positive
     */
    public static GridType timePoly(double rho) {
        return polynomial("time-poly:", rho, "VP time = b + (a - b)(1 - i/N)^rho", inTime(power(rho)));
    }

    /**
     * A list of noise levels, {@code list:80,20,5,1,0.002}, for schedules whose range it lies in.
     *
     * @param sigmas at least two, strictly decreasing, the last one at least 0
     */
    public static GridType of(double... sigmas) {
        double[] grid = Grids.of(sigmas);
        String id = "list:" + GridNames.numbers(grid);
        return new GridType(id, "noise levels of one's own", (schedule, from, to, steps) -> list(id, grid, steps));
    }

    /**
     * A list of times of the schedule, {@code times:1,0.7,0.3,0.001}.
     *
     * @param times at least two, strictly decreasing, the last one at least 0
     */
    public static GridType ofTimes(double... times) {
        double[] grid = Grids.of(times);
        String id = "times:" + GridNames.numbers(grid);
        return new GridType(id, "times of one's own", (schedule, from, to, steps) ->
                Arrays.stream(list(id, grid, steps)).map(time -> level(id, grid, schedule, time)).toArray());
    }

    /** The noise level of a time; what is beyond the first time may be the number of a training step instead. */
    private static double level(String id, double[] grid, NoiseSchedule schedule, double time) {
        LevelRange times = LevelRange.times(schedule);
        if (time > times.highest() * (1 + LevelRange.ROUNDING)) {
            String message = times.sentence("Grid " + id + " holds", time);
            if (schedule instanceof Discrete discrete && time < discrete.count()) {
                String steps = GridNames.numbers(Arrays.stream(grid).map(n -> (n + 1) / discrete.count()).toArray());
                message += ". The number n of a training step, as AYS publishes them, is the time (n + 1) / "
                        + discrete.count() + ": times:" + steps;
            }
            throw new IllegalArgumentException(message + ".");
        }
        return schedule.sigma(time);
    }

    /** The types for every schedule and every number of steps, in the order in which tables show them. */
    public static List<GridType> all() {
        return ALL;
    }

    /**
     * The grid type of a name; {@link GridNames} says what is understood.
     *
     * @throws IllegalArgumentException for an unknown name or a wrong parameter; the message says what is known
     * @throws java.io.UncheckedIOException if the name holds a file that cannot be read
     */
    public static GridType named(String id) {
        return GridNames.parse(id);
    }

    /**
     * This type with a last step to noise level 0, {@code edm+0}: N - 1 intervals of this type, then 0. EDM's sampler ends so.
     * Only methods that use neither log SNR nor the network at the last level can take that step.
     */
    public GridType toZero() {
        return new GridType(id + "+0", description + ", then a step to noise level 0", (schedule, from, to, steps) -> {
            DoubleStream positive = steps == 1
                    ? DoubleStream.of(from) : Arrays.stream(levels(schedule, from, to, steps - 1));
            return DoubleStream.concat(positive, DoubleStream.of(0)).toArray();
        });
    }

    /**
     * The grid over a schedule's whole range.
     *
     * @param schedule a network's schedule
     * @param steps N, at least 1
     * @return N + 1 noise levels; the types of {@link #all()} run from {@code sigmaMax} down to {@code sigmaMin}
     * @throws IllegalArgumentException if there is no such grid; the message says why
     */
    public double[] levels(NoiseSchedule schedule, int steps) {
        return levels(schedule, schedule.sigmaMax(), schedule.sigmaMin(), steps);
    }

    /**
     * The grid between two noise levels. A list keeps its own ends and must lie between them, up to 1 % for rounding.
     *
     * @param schedule a network's schedule
     * @param from first noise level
     * @param to last noise level, positive and below {@code from}
     * @param steps N, at least 1
     * @return N + 1 strictly decreasing noise levels
     * @throws IllegalArgumentException if there is no such grid; the message says why
     */
    public double[] levels(NoiseSchedule schedule, double from, double to, int steps) {
        LevelRange.requireFalling(from, to);
        Grids.requireSteps(steps);
        double[] grid = rule.levels(schedule, from, to, steps);
        LevelRange range = new LevelRange("noise level", to, from);
        for (double sigma : grid) {
            if (sigma != 0) {
                range.require("Grid " + id + " holds", sigma);
            }
        }
        return Grids.of(grid);
    }

    /**
     * The grid of a method that takes steps of several intervals. Where the layout says nothing about inner nodes, they are points
     * of this type's grid of {@link StepLayout#intervals()} intervals, as in the official DPM-Solver; there, steps of different
     * orders span equal intervals of log SNR on the {@link #LOGSNR} grid, and each divides its own.
     *
     * @param schedule a network's schedule
     * @param layout the steps
     * @return a level for each grid point and inner node, {@link StepLayout#intervals()} + 1 in all
     * @throws IllegalArgumentException if the layout's inner nodes are not in order
     */
    public double[] levels(NoiseSchedule schedule, StepLayout layout) {
        if (layout.inner().isEmpty() && !equals(LOGSNR)) {
            return levels(schedule, layout.intervals());
        }
        double[] outer = levels(schedule, layout.orders().size());
        double[] all = new double[layout.intervals() + 1];
        int next = 0;
        for (int step = 0; step < layout.orders().size(); step++) {
            all[next++] = outer[step];
            int order = layout.orders().get(step);
            if (order > 1 && outer[step + 1] == 0) {
                throw new IllegalArgumentException("Grid " + id + " ends at noise level 0, where a method that places inner "
                        + "nodes by log SNR cannot go; choose a grid that ends above 0.");
            }
            double h = Math.log(outer[step + 1] / outer[step]);
            for (int j = 1; j < order; j++) {
                all[next++] = outer[step] * Math.exp(layout.inner().orElse(StepLayout.Inner.UNIFORM).fraction(order, j) * h);
            }
        }
        all[next] = outer[outer.length - 1];
        return Grids.of(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GridType type && id.equals(type.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return id;
    }

    private static GridType polynomial(String prefix, double rho, String description, Rule rule) {
        Grids.requireExponent(rho);
        String number = GridNames.numbers(rho);
        return new GridType(prefix + number, description + ", rho = " + number, rule);
    }

    private static double[] list(String id, double[] grid, int steps) {
        if (grid.length != steps + 1) {
            throw new IllegalArgumentException(
                    "Grid " + id + " has " + (grid.length - 1) + " steps, but " + steps + " are needed.");
        }
        return grid;
    }

    private static Spacing root(double rho) {
        return (from, to, steps) -> Grids.polynomial(from, to, rho, steps);
    }

    private static Spacing power(double rho) {
        return (from, to, steps) -> Grids.power(from, to, rho, steps);
    }

    private static Rule inLevel(Spacing spacing) {
        return (schedule, from, to, steps) -> spacing.apply(from, to, steps);
    }

    private static Rule inTime(Spacing spacing) {
        return (schedule, from, to, steps) -> {
            NoiseSchedule timeline = schedule.timeline();
            double[] grid = Arrays.stream(spacing.apply(timeline.time(from), timeline.time(to), steps)).map(timeline::sigma).toArray();
            grid[0] = from;
            grid[steps] = to;
            return Grids.of(grid);
        };
    }

    private interface Spacing {
        double[] apply(double from, double to, int steps);
    }
}
