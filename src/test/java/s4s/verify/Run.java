package s4s.verify;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import s4s.grid.GridType;
import s4s.grid.StepLayout;
import s4s.io.NpyArray;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Solver;

/**
 * One run of an official implementation, by the names that the vectors give.
 *
 * @param solver name of the solver
 * @param order its order
 * @param nfe number of function evaluations
 * @param parameterization name of the schedule
 * @param grid name of the time grid
 * @param model name of the model
 * @param guided guidance
 * @param params arrays that learned solvers bring along
 */
record Run(String solver, int order, int nfe, String parameterization, String grid, String model, Optional<Guided> guided,
        Map<String, NpyArray> params) {

    /** Parameters of learned solvers. */
    static final String PARAMETERS = "gs_params.npz";

    private static final Pattern ORDER = Pattern.compile("\\D+(\\d).*");
    private static final Pattern PLAIN = Pattern.compile("([^/]+)/([^/]+)/([^/]+)/nfe(\\d+)");
    private static final Pattern LEARNED = Pattern.compile("([^/]+)/([^/]+)/([^/]+)/o(\\d+)/nfe(\\d+)/seed\\d+");

    /** A case of index.json. */
    static Run of(JsonObject entry, Vectors vectors) throws IOException {
        Optional<Guided> guided = Vectors.optional(entry, "cfg_scale").map(scale ->
                new Guided(Double.parseDouble(scale), Vectors.text(entry, "class")));
        Optional<String> params = Vectors.optional(entry, "params");
        return new Run(Vectors.text(entry, "solver"), Vectors.whole(entry, "order"), Vectors.whole(entry, "nfe"),
                Vectors.text(entry, "parameterization"), Vectors.text(entry, "grid"), Vectors.text(entry, "model"), guided,
                params.isPresent() ? vectors.arrays(params.get()) : Map.of());
    }

    /** A run without guidance and parameters; the order is the first number in the solver's name, or 1. */
    static Run plain(String solver, String parameterization, String grid, int nfe, String model) {
        Matcher order = ORDER.matcher(solver);
        return new Run(solver, order.matches() ? Integer.parseInt(order.group(1)) : 1, nfe, parameterization, grid, model,
                Optional.empty(), Map.of());
    }

    /**
     * The runs, one for each model that there is noise for, that a name can mean: solver/parameterization/grid/nfeN, or for
     * learned solvers solver/parameterization/model/oORDER/nfeN/seedS.
     *
     * @throws UnknownNameException if the name has neither form
     */
    static List<Run> named(String name, Workshop workshop) throws IOException {
        Matcher learned = LEARNED.matcher(name);
        if (learned.matches()) {
            return List.of(new Run(learned.group(1), Integer.parseInt(learned.group(4)), Integer.parseInt(learned.group(5)),
                    learned.group(2), "from mu_logit", learned.group(3), Optional.empty(),
                    workshop.vectors().arrays(PARAMETERS + ":" + name + "/*")));
        }
        Matcher plain = PLAIN.matcher(name);
        if (!plain.matches()) {
            throw new UnknownNameException("no case of index.json is called so, and the name does not say what was run");
        }
        return workshop.models().stream().map(model ->
                plain(plain.group(1), plain.group(2), plain.group(3), Integer.parseInt(plain.group(4)), model)).toList();
    }

    /** Whether the implementation thresholds what the model predicts. */
    boolean thresholded() {
        return solver.endsWith("_thr");
    }

    /** The method behind the solver's name. */
    Method method(NoiseSchedule schedule) {
        return OfficialMethods.of(solver, order, nfe, schedule, params);
    }

    /** How often the official code calls the network: LD3's exponential solvers do once more at the end and drop the result. */
    int modelCalls() {
        return solver.matches("(ddim|dpmpp|unipc).*_ld3(_.*)?") ? nfe + 1 : nfe;
    }

    /**
     * The solver on a stored grid.
     *
     * @param times the ends of the steps, or of the whole grid, in the schedule's own time
     */
    Solver solver(NoiseSchedule schedule, double[] times) {
        Method method = method(schedule);
        double[] ends = Arrays.stream(times).map(schedule::sigma).toArray();
        return method.build(levels(schedule, ends, method.layout(nfe)));
    }

    /** All levels of a grid of which the ends of steps are given. */
    private double[] levels(NoiseSchedule schedule, double[] ends, StepLayout layout) {
        if (ends.length == layout.intervals() + 1) {
            return ends;
        }
        int steps = layout.orders().size();
        GridType type = OfficialGrids.type(family(), grid, schedule);
        // a grid of two points is the range of a method that makes its steps itself
        double[] outer = ends.length == 2 ? type.levels(schedule, ends[0], ends[1], steps) : ends;
        if (outer.length != steps + 1) {
            throw new IllegalArgumentException("the grid has " + (outer.length - 1) + " steps, but " + solver + " takes " + steps
                    + " with NFE " + nfe);
        }
        double[] all = new double[layout.intervals() + 1];
        int next = 0;
        for (int step = 0; step < steps; step++) {
            int order = layout.orders().get(step);
            double[] inside = inside(schedule, type, outer[step], outer[step + 1], order, layout);
            System.arraycopy(inside, 0, all, next, order);
            next += order;
        }
        all[next] = outer[steps];
        return all;
    }

    private static double[] inside(NoiseSchedule schedule, GridType type, double from, double to, int order, StepLayout layout) {
        if (order == 1) {
            return new double[] {from};
        }
        if (layout.inner().isEmpty()) {
            return type.levels(schedule, from, to, order);
        }
        double[] levels = new double[order];
        levels[0] = from;
        for (int j = 1; j < order; j++) {
            levels[j] = from * Math.pow(to / from, layout.inner().get().fraction(order, j));
        }
        return levels;
    }

    /** Our own grid of this run: the ends of its steps in the schedule's time. */
    double[] ownTimes(NoiseSchedule schedule) {
        return OfficialTimes.of(this, schedule, method(schedule).layout(nfe));
    }

    /** Which implementation's grids this run uses. */
    String family() {
        return OfficialGrids.family(solver);
    }
}
