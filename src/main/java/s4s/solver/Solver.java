package s4s.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import s4s.schedule.LevelRange;
import s4s.schedule.NoiseSchedule;

/**
 * A solver of the diffusion ODE {@code dy/dsigma = e} as a value: an explicit general linear method.
 *
 * <p>Time is the noise level {@code sigma}, the state is {@code y = x / alpha}. With nodes k = 0..M, of which the set E is
 * evaluated,
 *
 * <pre>
 *   y_k = sum_{i&lt;k} a[k,i] y_i + sum_{i&lt;k, i in E} b[k,i] f_i,    k = 1..M
 *   f_i = f(y_i; sigma_i, tau_i),    i in E
 * </pre>
 *
 * where {@code f} is the noise {@code e} that the network predicts when it is told the level {@code tau_i}, or
 * {@code D = y_i - sigma_i e}. {@code y_0} is the starting state and {@code y_M} the sample. Nodes that are not evaluated hold
 * corrector results and the sample. The number of function evaluations is |E|.
 *
 * @param name short name
 * @param prediction what {@code f} means
 * @param stages the nodes 0..M; see {@link Stage}
 * @param bounds how its levels are held against the range of a schedule; see {@link #requireRange}
 */
public record Solver(String name, Prediction prediction, List<Stage> stages, Bounds bounds) {

    /** Which levels have to lie in the range of the schedule that a solver runs on. */
    public enum Bounds {
        /** All; the sample may lie at 0 as well. */
        RANGE,
        /** All but the sample's: DyWeight's weights take it where they do, usually closer to clean data than the range goes. */
        SAMPLE_BELOW,
        /** DyWeight's, learned through the network: that found out for itself what it is best told. */
        TOLD_FREELY
    }

    /** A solver whose levels all lie in the range of its schedule. */
    public Solver(String name, Prediction prediction, List<Stage> stages) {
        this(name, prediction, stages, Bounds.RANGE);
    }

    /**
     * Checks the table.
     *
     * @throws IllegalArgumentException if a row is not lower triangular or not finite, if the network would be evaluated at
     *     noise level 0 or below, or if an evaluation is never used; the message names the stage
     */
    public Solver {
        stages = List.copyOf(stages);
        if (stages.size() < 2) {
            throw new IllegalArgumentException("Solver " + name + " needs a start and at least one more stage.");
        }
        for (int k = 0; k < stages.size(); k++) {       // the other checks look at later rows
            Stage stage = stages.get(k);
            if (stage.states().length != k || stage.outputs().length != k) {
                throw new IllegalArgumentException("Stage " + k + " of solver " + name + " must have " + k
                        + " weights for states and for outputs, not " + stage.states().length + " and "
                        + stage.outputs().length + ".");
            }
        }
        for (int k = 0; k < stages.size(); k++) {
            String fault = fault(stages, k);
            if (!fault.isEmpty()) {
                throw new IllegalArgumentException("Stage " + k + " of solver " + name + " " + fault);
            }
        }
    }

    private static String fault(List<Stage> stages, int k) {
        Stage stage = stages.get(k);
        double[] a = stage.states();
        double[] b = stage.outputs();
        if (!(Double.isFinite(stage.sigma()) && stage.sigma() >= 0)) {
            return "lies at noise level " + stage.sigma() + "; levels are finite and not negative.";
        }
        if (stage.evaluated() && !(stage.sigma() > 0 && stage.evaluateAt() > 0 && Double.isFinite(stage.evaluateAt()))) {
            return "evaluates the network at noise level " + Math.min(stage.sigma(), stage.evaluateAt())
                    + "; it is only defined at positive levels.";
        }
        for (int i = 0; i < k; i++) {
            if (!Double.isFinite(a[i]) || !Double.isFinite(b[i])) {
                return "has weights " + a[i] + " and " + b[i] + " for node " + i + "; weights are finite.";
            }
            if (b[i] != 0 && !stages.get(i).evaluated()) {
                return "uses an output of node " + i + ", which is not evaluated.";
            }
        }
        boolean used = IntStream.range(k + 1, stages.size()).anyMatch(j -> stages.get(j).outputs()[k] != 0);
        return stage.evaluated() && !used ? "evaluates the network, but no later stage uses it." : "";
    }

    /** NFE: how many times the network is evaluated for one batch. */
    public int evaluations() {
        return (int) stages.stream().filter(Stage::evaluated).count();
    }

    /** The same solver under another name. */
    public Solver named(String other) {
        return new Solver(other, prediction, stages, bounds);
    }

    /** The same solver with other bounds. */
    public Solver bounded(Bounds other) {
        return new Solver(name, prediction, stages, other);
    }

    /**
     * Holds all levels against the range of a schedule, outside of which its network was never trained: those of the states and
     * those that the network is told. Published numbers are rounded, so what is outside by less than
     * {@link LevelRange#ROUNDING} is accepted.
     *
     * @param schedule what the solver shall run on
     * @return what a user should know of a solver that is accepted, in one line; empty: nothing
     * @throws IllegalArgumentException if a level lies further outside than {@link #bounds()} allow; the message says which
     */
    public Optional<String> requireRange(NoiseSchedule schedule) {
        LevelRange levels = LevelRange.levels(schedule);
        LevelRange times = LevelRange.times(schedule);
        List<String> notes = new ArrayList<>();
        if (stages.get(0).sigma() < levels.highest() * (1 - LevelRange.ROUNDING)) {
            notes.add("Solver " + name + " starts at the noise level " + stages.get(0).sigma()
                    + ", below the schedule's highest, " + levels.highest());
        }
        for (int k = 0; k < stages.size(); k++) {
            Stage stage = stages.get(k);
            String node = "Solver " + name + ", node " + k;
            boolean sample = k == stages.size() - 1;
            if (!sample || stage.sigma() > levels.highest() || bounds == Bounds.RANGE && stage.sigma() > 0) {
                levels.require(node + ", has", stage.sigma()).ifPresent(notes::add);
            }
            if (stage.evaluated() && stage.evaluateAt() != stage.sigma()) {
                double time = schedule.time(stage.evaluateAt());
                String told = node + ", tells the network";
                if (bounds == Bounds.TOLD_FREELY && times.excess(time) > LevelRange.ROUNDING) {
                    notes.add(times.sentence(told, time) + "; it was learned so");
                } else {
                    times.require(told, time).ifPresent(notes::add);
                }
            }
        }
        return notes.stream().findFirst();
    }

    /**
     * The same solver written in another prediction: a[k,i] and b[k,i] change, the samples do not. From
     * {@code D = y - sigma e} follow {@code a += b, b *= -sigma_i} towards noise and {@code a += b / sigma_i, b /= -sigma_i}
     * towards data.
     */
    public Solver as(Prediction target) {
        return target == prediction ? this : TracedSolver.of(this).as(target).value().bounded(bounds);
    }

    /**
     * The canonical (non-stationary) form: every evaluated state and the sample by {@code y_0} and outputs alone. It is unique
     * for a prediction, so two solvers are the same method exactly if their canonical forms agree.
     */
    public Solver canonical() {
        int last = stages.size() - 1;
        int[] kept = IntStream.rangeClosed(0, last)
                .filter(k -> k == 0 || k == last || stages.get(k).evaluated()).toArray();
        double[] start = new double[last + 1];              // y_k = start[k] y_0 + sum_i b[k][i] f_i
        double[][] b = new double[last + 1][last + 1];
        start[0] = 1;
        for (int k = 1; k <= last; k++) {
            double[] states = stages.get(k).states();
            double[] outputs = stages.get(k).outputs();
            for (int i = 0; i < k; i++) {
                start[k] += states[i] * start[i];
                b[k][i] += outputs[i];
                for (int j = 0; j < i; j++) {
                    b[k][j] += states[i] * b[i][j];
                }
            }
        }
        List<Stage> canonical = new ArrayList<>();
        for (int row = 0; row < kept.length; row++) {
            int k = kept[row];
            double[] states = new double[row];
            if (row > 0) {
                states[0] = start[k];
            }
            double[] outputs = IntStream.range(0, row).mapToDouble(i -> b[k][kept[i]]).toArray();
            canonical.add(new Stage(stages.get(k).sigma(), stages.get(k).evaluateAt(), states, outputs));
        }
        return new Solver(name, prediction, canonical, bounds);
    }

    /**
     * How inconsistent each stage is: in noise form, the larger of {@code |sum_i a[k,i] - 1|} and
     * {@code |sum_i a[k,i] sigma_i + sum_i b[k,i] - sigma_k|}. These are the errors, in units of the data, that the stage makes
     * on the solutions {@code y = 1} and {@code y = sigma}. Classical methods have rounding errors here, learned ones need not.
     *
     * @return M numbers, for the stages 1..M
     */
    public double[] defect() {
        List<Stage> noise = as(Prediction.NOISE).stages;
        return IntStream.range(1, noise.size()).mapToDouble(k -> {
            double[] a = noise.get(k).states();
            double[] b = noise.get(k).outputs();
            double constant = -1;
            double linear = -noise.get(k).sigma();
            for (int i = 0; i < k; i++) {
                constant += a[i];
                linear += a[i] * noise.get(i).sigma() + b[i];
            }
            return Math.max(Math.abs(constant), Math.abs(linear));
        }).toArray();
    }

    /**
     * How strongly errors of the network can reach the sample: {@code sum_j |c_j|} where the sample is {@code sum_j c_j D_j}
     * plus a multiple of the start, in data prediction and canonical form. If every estimate {@code D_j} is wrong by at most
     * d, the sample is wrong by at most this times d. DDIM has only positive weights, which sum to
     * {@code 1 - sigma_M / sigma_0}; extrapolation of higher order has negative ones and more to pay.
     */
    public double amplification() {
        List<Stage> data = as(Prediction.DATA).canonical().stages;
        return Arrays.stream(data.get(data.size() - 1).outputs()).map(Math::abs).sum();
    }

    /**
     * This solver with one number changed by hand: the weight of an earlier output in a stage.
     *
     * @param stage the stage, 1..M
     * @param output which node's output, below {@code stage}
     * @param weight the new weight
     * @throws IllegalArgumentException if there is no such weight, or the result is not a solver
     */
    public Solver withOutput(int stage, int output, double weight) {
        return with(stage, output, (old, outputs) -> {
            outputs[output] = weight;
            return new Stage(old.sigma(), old.evaluateAt(), old.states(), outputs);
        });
    }

    /**
     * This solver with one number changed by hand: the weight of an earlier state in a stage.
     *
     * @param stage the stage, 1..M
     * @param state which node's state, below {@code stage}
     * @param weight the new weight
     * @throws IllegalArgumentException if there is no such weight, or the result is not a solver
     */
    public Solver withState(int stage, int state, double weight) {
        return with(stage, state, (old, outputs) -> {
            double[] states = old.states();
            states[state] = weight;
            return new Stage(old.sigma(), old.evaluateAt(), states, outputs);
        });
    }

    /**
     * This solver with one number changed by hand: the conditioning time of a stage, as a noise level.
     *
     * @param stage an evaluated stage
     * @param level the new level, positive
     * @throws IllegalArgumentException if there is no such evaluation, or the result is not a solver
     */
    public Solver withEvaluateAt(int stage, double level) {
        if (stage >= 0 && stage < stages.size() && !stages.get(stage).evaluated()) {
            throw new IllegalArgumentException("Stage " + stage + " of solver " + name + " is not evaluated.");
        }
        return with(stage, -1, (old, outputs) -> new Stage(old.sigma(), level, old.states(), outputs));
    }

    private Solver with(int stage, int earlier, BiFunction<Stage, double[], Stage> change) {
        if (stage < 0 || stage >= stages.size() || earlier >= stage) {
            throw new IllegalArgumentException("Solver " + name + " has stages 0 to " + (stages.size() - 1)
                    + ", each with weights for earlier ones only; there is no " + (earlier < 0 ? "" : earlier + " in ") + "stage "
                    + stage + ".");
        }
        List<Stage> changed = new ArrayList<>(stages);
        changed.set(stage, change.apply(stages.get(stage), stages.get(stage).outputs()));
        return new Solver(name, prediction, changed, bounds);
    }

    @Override
    public String toString() {
        return name + " (" + evaluations() + " NFE, " + stages.size() + " nodes, " + prediction + ")";
    }
}
