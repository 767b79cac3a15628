package s4s.learn;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import s4s.grid.GridType;
import s4s.schedule.Discrete;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.TracedSolver;
import s4s.solver.data.FormerNames;

/**
 * The families by name.
 *
 * <pre>
 *   parameters for N = NFE steps (those of single-step and predictor-corrector depend on the start's stages)
 *   s4s-lms    k (2N - k + 1) / 2 weights for order k
 *   s4s-joint  the same, N logits of times, N - 1 offsets
 *   s4s-ss     order of each step, summed over its stages
 *   s4s-pc     at most N k for predictions, (N - 1)(k + 1) for corrections
 *   ld3        N logits of times, N - 1 offsets
 *   gs         N (N + 1) weights, N logits, N - 1 offsets
 *   bns        N (N + 3) / 2 weights, N logits
 *   dyweight   k (2N - k + 1) / 2 weights, N scales
 * </pre>
 */
public enum Families {
    /** S4S linear multistep. */
    S4S_LMS("dpmpp-3m", false, "S4S linear multistep: weights of the last outputs in each step"),
    /** S4S-joint: linear multistep and times, learned together. */
    S4S_JOINT("dpmpp-3m", true, "S4S-joint: linear multistep weights, times and conditioning times, learned together"),
    /** S4S single-step. */
    S4S_SS("dpmpp-2s", false, "S4S single-step: weights of the outputs of a step's own stages"),
    /** S4S predictor-corrector. */
    S4S_PC("unipc-2-bh2", false, "S4S predictor-corrector: the corrector weighs the output at the predicted state too"),
    /** LD3. */
    LD3("dpmpp-3m", true, "LD3: times and the levels that the network is told"),
    /** Generalized Solver. */
    GS("dpmpp-3m-nolof", true, "Generalized Solver: corrections to the weights of all past states and outputs, times, levels"),
    /** Bespoke non-stationary. */
    BNS("dpmpp-3m", true, "canonical non-stationary form: weights of the start and of all outputs, times"),
    /** DyWeight. */
    DYWEIGHT("ipndm-3", false, "DyWeight: weights that need not sum to 1, and scales of the levels that the network is told");

    private static final int PAPER_ORDER = 3;

    private final String init;
    private final boolean times;
    private final String description;

    Families(String init, boolean times, String description) {
        this.init = init;
        this.times = times;
        this.description = description;
    }

    /** Name on the command line. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The method that the family starts from unless another is named. */
    public String init() {
        return init;
    }

    /** Whether times are learned. */
    public boolean times() {
        return times;
    }

    /** One line. */
    public String description() {
        return description;
    }

    /**
     * The family of a schedule.
     *
     * @param schedule the network's schedule
     * @param init the method that it starts from
     * @param grid the grid that it starts from
     * @param nfe number of function evaluations
     * @param order how many outputs a step weighs, for multistep, predictor-corrector and DyWeight families; empty: 3, or more
     *     if the start needs it
     * @throws IllegalArgumentException if the family cannot start there; the message says why
     */
    public Family on(NoiseSchedule schedule, Method init, GridType grid, int nfe, OptionalInt order) {
        double[] sigmas = grid.levels(schedule, init.layout(nfe));
        Times fixed = Times.fixed(sigmas);
        Prediction prediction = init.prediction();
        return switch (this) {
            case S4S_LMS -> Family.of(id(), init, fixed, Form.multistep(order(init, sigmas, order), prediction));
            case S4S_JOINT -> Family.of(id(), init, learned(sigmas, schedule, true),
                    Form.multistep(order(init, sigmas, order), prediction));
            case S4S_SS -> Family.of(id(), init, fixed, Form.singleStep(prediction));
            case S4S_PC -> Family.of(id(), init, fixed, Form.predictorCorrector(order.orElse(init.order()), prediction));
            case LD3 -> Family.of(id(), init, learned(sigmas, schedule, true), Form.none());
            case GS -> Family.of(id(), init, learned(sigmas, schedule, true), Form.generalized());
            case BNS -> Family.of(id(), init, learned(sigmas, schedule, false), Form.canonical(prediction));
            case DYWEIGHT -> Family.dyWeight(order.orElse(init.order()), sigmas);
        };
    }

    /**
     * What a user should know of a name that {@link #named} accepts, in one line; empty: nothing.
     *
     * @param id name of a family
     */
    public static Optional<String> note(String id) {
        return Optional.of(id).filter(FormerNames.ALT::equals).map(alt -> alt + " is read as " + S4S_JOINT.id()
                + ", which learns weights and times together: the S4S paper's algorithm is not there yet");
    }

    private static int order(Method init, double[] sigmas, OptionalInt order) {
        return order.orElseGet(() -> Math.max(PAPER_ORDER,
                Form.reach(TracedSolver.of(init.build(sigmas)), init.prediction())));
    }

    private static Times learned(double[] sigmas, NoiseSchedule schedule, boolean decoupled) {
        Times.Space space = schedule instanceof Discrete ? Times.Space.LABEL : Times.Space.LOG_SNR;
        return Times.learned(sigmas, schedule, space, decoupled);
    }

    /**
     * The family of a name; {@code s4s-alt}, the algorithm of the paper, is {@link #S4S_JOINT} for now, see {@link #note}.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the names
     */
    public static Families named(String id) {
        return List.of(values()).stream().filter(f -> f.id().equals(FormerNames.current(id))).findFirst().orElseThrow(() ->
                new IllegalArgumentException("There is no family \"" + id + "\"; known are "
                        + List.of(values()).stream().map(Families::id).collect(Collectors.joining(", ")) + "."));
    }
}
