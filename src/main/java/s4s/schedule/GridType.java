package s4s.schedule;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The named time grids.
 *
 * <p>The grids {@code time-...} are spaced in VP time. For a VP schedule that is its own time; for an EDM network, whose label
 * is the noise level, it is the time of the linear VP schedule with the same range (diff-sampler's convention). LD3 spaces
 * these grids in the noise level instead, which for EDM networks wastes nearly all steps at high noise; its grids are
 * {@link #SIGMA_UNIFORM} and {@link #SIGMA_QUADRATIC}.
 */
public enum GridType {
    /** Uniform in log SNR. */
    LOGSNR("logsnr", "uniform in log SNR (DPM-Solver, arXiv:2206.00927)", Axis.LEVEL, Grids::logSnr),

    /** The EDM polynomial in the noise level. */
    EDM("edm", "polynomial in the noise level, rho = 7 (EDM, arXiv:2206.00364)", Axis.LEVEL, polynomial(7)),

    /** Uniform in VP time. */
    TIME_UNIFORM("time-uniform", "uniform in VP time (DDIM, arXiv:2010.02502; for EDM networks as diff-sampler)",
            Axis.TIME, polynomial(1)),

    /** Uniform in the square root of VP time. */
    TIME_QUADRATIC("time-quadratic", "uniform in the square root of VP time (as DPM-Solver and diff-sampler)",
            Axis.TIME, polynomial(2)),

    /** LD3's quadratic grid in VP time. */
    TIME_QUADRATIC_LD3("time-quadratic-ld3", "quadratic in VP time, t = b + (a - b)(1 - i/N)^2 (LD3, arXiv:2405.15506)",
            Axis.TIME, Grids::shiftedQuadratic),

    /** The EDM polynomial applied to VP time. */
    TIME_EDM("time-edm", "polynomial in VP time, rho = 7 (LD3's \"edm\" on VP schedules)", Axis.TIME, polynomial(7)),

    /** Uniform in the noise level. */
    SIGMA_UNIFORM("sigma-uniform", "uniform in the noise level (LD3's \"time_uniform\" on EDM networks)",
            Axis.LEVEL, polynomial(1)),

    /** LD3's quadratic grid in the noise level. */
    SIGMA_QUADRATIC("sigma-quadratic", "quadratic in the noise level (LD3's \"time_quadratic\" on EDM networks)",
            Axis.LEVEL, Grids::shiftedQuadratic);

    private final String id;
    private final String description;
    private final Axis axis;
    private final Spacing spacing;

    GridType(String id, String description, Axis axis, Spacing spacing) {
        this.id = id;
        this.description = description;
        this.axis = axis;
        this.spacing = spacing;
    }

    /** The name on the command line and in tables. */
    public String id() {
        return id;
    }

    /** One line: the rule and where it comes from. */
    public String description() {
        return description;
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
        if (axis == Axis.LEVEL) {
            return spacing.apply(from, to, steps);
        }
        NoiseSchedule time = schedule.timeline();
        double[] grid = Arrays.stream(spacing.apply(time.label(from), time.label(to), steps)).map(time::sigma).toArray();
        grid[0] = from;
        grid[steps] = to;
        return Grids.of(grid);
    }

    /**
     * The grid type of a name.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static GridType named(String id) {
        return Arrays.stream(values()).filter(type -> type.id.equals(id)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("There is no grid \"" + id + "\"; known are "
                        + Arrays.stream(values()).map(GridType::id).collect(Collectors.joining(", ")) + "."));
    }

    @Override
    public String toString() {
        return id;
    }

    private static Spacing polynomial(double rho) {
        return (from, to, steps) -> Grids.polynomial(from, to, rho, steps);
    }

    private enum Axis { LEVEL, TIME }

    private interface Spacing {
        double[] apply(double from, double to, int steps);
    }
}
