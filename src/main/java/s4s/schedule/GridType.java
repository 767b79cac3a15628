package s4s.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule for time grids, and the named ones.
 *
 * <p>The grids {@code time-...} are spaced in VP time. For a VP schedule that is its own time; for an EDM network, whose label
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
         * @return N + 1 strictly decreasing noise levels
         */
        double[] levels(NoiseSchedule schedule, double from, double to, int steps);
    }

    /** Uniform in log SNR. */
    public static final GridType LOGSNR = new GridType("logsnr", "uniform in log SNR (DPM-Solver, arXiv:2206.00927)",
            (schedule, from, to, steps) -> Grids.logSnr(from, to, steps));

    /** The EDM polynomial in the noise level. */
    public static final GridType EDM = new GridType("edm", "polynomial in the noise level, rho = 7 (EDM, arXiv:2206.00364)",
            inLevel(polynomial(7)));

    /** Uniform in VP time. */
    public static final GridType TIME_UNIFORM = new GridType("time-uniform",
            "uniform in VP time (DDIM, arXiv:2010.02502; for EDM networks as diff-sampler)", inTime(polynomial(1)));

    /** Uniform in the square root of VP time. */
    public static final GridType TIME_QUADRATIC = new GridType("time-quadratic",
            "uniform in the square root of VP time (as DPM-Solver and diff-sampler)", inTime(polynomial(2)));

    /** LD3's quadratic grid in VP time. */
    public static final GridType TIME_QUADRATIC_LD3 = new GridType("time-quadratic-ld3",
            "quadratic in VP time, t = b + (a - b)(1 - i/N)^2 (LD3, arXiv:2405.15506)", inTime(Grids::shiftedQuadratic));

    /** The EDM polynomial applied to VP time. */
    public static final GridType TIME_EDM = new GridType("time-edm",
            "polynomial in VP time, rho = 7 (LD3's \"edm\" on VP schedules)", inTime(polynomial(7)));

    /** Uniform in the noise level. */
    public static final GridType SIGMA_UNIFORM = new GridType("sigma-uniform",
            "uniform in the noise level (LD3's \"time_uniform\" on EDM networks)", inLevel(polynomial(1)));

    /** LD3's quadratic grid in the noise level. */
    public static final GridType SIGMA_QUADRATIC = new GridType("sigma-quadratic",
            "quadratic in the noise level (LD3's \"time_quadratic\" on EDM networks)", inLevel(Grids::shiftedQuadratic));

    private static final List<GridType> ALL = List.of(LOGSNR, EDM, TIME_UNIFORM, TIME_QUADRATIC, TIME_QUADRATIC_LD3, TIME_EDM,
            SIGMA_UNIFORM, SIGMA_QUADRATIC);

    /** The named grids, in the order in which tables show them. */
    public static List<GridType> all() {
        return ALL;
    }

    /**
     * The grid over a schedule's whole range.
     *
     * @param schedule a network's schedule
     * @param steps N, at least 1
     * @return N + 1 noise levels from {@code sigmaMax} down to {@code sigmaMin}
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    public double[] levels(NoiseSchedule schedule, int steps) {
        return levels(schedule, schedule.sigmaMax(), schedule.sigmaMin(), steps);
    }

    /**
     * The grid over a part of the range, for instance down to another last level.
     *
     * @param schedule a network's schedule
     * @param from first noise level
     * @param to last noise level, positive and below {@code from}
     * @param steps N, at least 1
     * @return N + 1 strictly decreasing noise levels
     * @throws IllegalArgumentException if the range is empty or {@code steps} is below 1
     */
    public double[] levels(NoiseSchedule schedule, double from, double to, int steps) {
        Grids.requireRange(from, to);
        return rule.levels(schedule, from, to, steps);
    }

    /**
     * The grid of a method that takes steps of several intervals. Where the layout says nothing about inner nodes, they are points
     * of this type's grid of {@link Layout#intervals()} intervals, as in the official DPM-Solver; there, steps of different
     * orders span equal intervals of log SNR on the {@link #LOGSNR} grid, and each divides its own.
     *
     * @param schedule a network's schedule
     * @param layout the steps
     * @return a level for each grid point and inner node, {@link Layout#intervals()} + 1 in all
     * @throws IllegalArgumentException if the layout's inner nodes are not in order
     */
    public double[] levels(NoiseSchedule schedule, Layout layout) {
        if (layout.inner().isEmpty() && !equals(LOGSNR)) {
            return levels(schedule, layout.intervals());
        }
        double[] outer = levels(schedule, layout.orders().size());
        double[] all = new double[layout.intervals() + 1];
        int next = 0;
        for (int step = 0; step < layout.orders().size(); step++) {
            all[next++] = outer[step];
            int order = layout.orders().get(step);
            double h = Math.log(outer[step + 1] / outer[step]);
            for (int j = 1; j < order; j++) {
                all[next++] = outer[step] * Math.exp(layout.inner().orElse(Layout.Inner.UNIFORM).fraction(order, j) * h);
            }
        }
        all[next] = outer[outer.length - 1];
        return Grids.of(all);
    }

    /**
     * The grid type of a name.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static GridType named(String id) {
        return ALL.stream().filter(type -> type.id.equals(id)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("There is no grid \"" + id + "\"; known are "
                        + ALL.stream().map(GridType::id).collect(Collectors.joining(", ")) + "."));
    }

    @Override
    public String toString() {
        return id;
    }

    private static Spacing polynomial(double rho) {
        return (from, to, steps) -> Grids.polynomial(from, to, rho, steps);
    }

    private static Rule inLevel(Spacing spacing) {
        return (schedule, from, to, steps) -> spacing.apply(from, to, steps);
    }

    private static Rule inTime(Spacing spacing) {
        return (schedule, from, to, steps) -> {
            NoiseSchedule time = schedule.timeline();
            double[] grid = Arrays.stream(spacing.apply(time.label(from), time.label(to), steps)).map(time::sigma).toArray();
            grid[0] = from;
            grid[steps] = to;
            return Grids.of(grid);
        };
    }

    private interface Spacing {
        double[] apply(double from, double to, int steps);
    }
}
