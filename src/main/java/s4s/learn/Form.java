package s4s.learn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.solver.Prediction;
import s4s.solver.Row;
import s4s.solver.TracedSolver;

/**
 * Which numbers of a solver's table are learned: a way to write the table, and the places in it that gain a parameter. All forms
 * add to what the start solver has at the current times, {@code weight = theory(times) + theta unit}, so that parameters 0 give
 * the start exactly, whatever the times. With {@code s} the node whose state a row continues, a parameter of an output in row k
 * has the unit of a first-order step,
 *
 * <pre>
 *   noise:  sigma_k - sigma_s         data:  1 - sigma_k / sigma_s
 * </pre>
 *
 * so that in a multistep form {@code theta} is the change of S4S's {@code b}.
 *
 * @param name short name
 * @param written the start solver's table, written so that the places exist
 * @param places where a parameter is added, in the order of the parameters
 */
record Form(String name, UnaryOperator<TracedSolver> written, Function<TracedSolver, List<Place>> places) {

    private static final double ROUNDING = 1e-9;

    /** No weight is learned. */
    static Form none() {
        return new Form("none", table -> table, table -> List.of());
    }

    /**
     * S4S's linear multistep student: each step continues from the state before it and weighs the last outputs. Correctors of
     * the start solver are written into the rows that follow them, which look one output further back then.
     *
     * @param order how many outputs a step weighs at most
     * @param prediction what is weighed
     */
    static Form multistep(int order, Prediction prediction) {
        return new Form("lms-" + order, table -> requireReach(stepped(table.as(prediction)), order),
                table -> places(table, k -> outputs(table, k - order, k)));
    }

    /**
     * S4S's single-step student: the stages of each step weigh the outputs of that step.
     *
     * @param prediction what is weighed
     */
    static Form singleStep(Prediction prediction) {
        return new Form("ss", table -> oneState(table.as(prediction)),
                table -> places(table, k -> outputs(table, from(table, k), k)));
    }

    /**
     * S4S's predictor-corrector student: the prediction weighs the last outputs, the correction also the one at the predicted
     * state; the start is UniPC.
     *
     * @param order outputs that a prediction weighs; a correction weighs one more
     * @param prediction what is weighed
     */
    static Form predictorCorrector(int order, Prediction prediction) {
        return new Form("pc-" + order, table -> oneState(table.as(prediction)), table -> places(table, k -> {
            List<Integer> outputs = outputs(table, 0, k);
            boolean corrected = table.nodes().get(k).evaluateAt().isEmpty() && k < table.nodes().size() - 1;
            return outputs.subList(Math.max(0, outputs.size() - order - (corrected ? 1 : 0)), outputs.size());
        }));
    }

    /**
     * The canonical (non-stationary, bespoke) form: every state from the start and all outputs before it.
     *
     * @see <a href="https://arxiv.org/abs/2403.01329">Shaul et al. 2024</a>
     */
    static Form canonical(Prediction prediction) {
        return new Form("bns", table -> canonicalRows(table.as(prediction).withoutUnevaluated()), table -> {
            List<Place> places = new ArrayList<>();
            for (int k = 1; k < table.nodes().size(); k++) {
                places.add(new Place(k, Place.Source.STATE, 0, table.nodes().get(k).sigma().divide(table.nodes().get(0).sigma())));
                for (int i = 0; i < k; i++) {
                    places.add(new Place(k, Place.Source.OUTPUT, i, unit(table, 0, k)));
                }
            }
            return places;
        });
    }

    /**
     * The Generalized Solver's corrections to the weights of all past states and outputs. States and outputs are weighed in the
     * variance-preserving scale {@code x = y / sqrt(1 + sigma^2)}, as published.
     *
     * @see <a href="https://arxiv.org/abs/2510.17699">Oganov et al. 2025</a>
     */
    static Form generalized() {
        return new Form("gs", table -> table.as(Prediction.DATA).withoutUnevaluated(), table -> {
            List<Place> places = new ArrayList<>();
            for (int k = 1; k < table.nodes().size(); k++) {
                for (int i = 0; i < k; i++) {
                    places.add(new Place(k, Place.Source.STATE, i, scale(table, k).divide(scale(table, i))));
                    places.add(new Place(k, Place.Source.OUTPUT, i, scale(table, k)));
                }
            }
            return places;
        });
    }

    private static DerivativeStructure scale(TracedSolver table, int k) {
        DerivativeStructure sigma = table.nodes().get(k).sigma();
        return sigma.multiply(sigma).add(1).sqrt();
    }

    /** A first-order step's weight of its output. */
    private static DerivativeStructure unit(TracedSolver table, int from, int to) {
        DerivativeStructure start = table.nodes().get(from).sigma();
        DerivativeStructure change = table.nodes().get(to).sigma().subtract(start);
        return table.prediction() == Prediction.NOISE ? change : change.divide(start).negate();
    }

    /** A place for each chosen output of each row. */
    private static List<Place> places(TracedSolver table, Function<Integer, List<Integer>> outputs) {
        List<Place> places = new ArrayList<>();
        for (int k = 1; k < table.nodes().size(); k++) {
            for (int i : outputs.apply(k)) {
                places.add(new Place(k, Place.Source.OUTPUT, i, unit(table, from(table, k), k)));
            }
        }
        return places;
    }

    /** Evaluated nodes from one (or 0) up to another, which is left out. */
    private static List<Integer> outputs(TracedSolver table, int from, int to) {
        return IntStream.range(Math.max(0, from), to).filter(i -> table.nodes().get(i).evaluateAt().isPresent()).boxed().toList();
    }

    /** The node whose state row k continues. */
    private static int from(TracedSolver table, int k) {
        return Collections.max(table.nodes().get(k).row().states().keySet());
    }

    private static TracedSolver oneState(TracedSolver table) {
        if (table.nodes().stream().anyMatch(node -> node.row().states().size() > 1)) {
            throw new IllegalArgumentException("Solver " + table.name() + " in " + table.prediction() + " form combines several"
                    + " states in one stage; start from a method whose stages continue from one.");
        }
        return table;
    }

    /** Every row by the start and outputs alone. */
    private static TracedSolver canonicalRows(TracedSolver table) {
        DerivativeStructure one = table.nodes().get(0).sigma().getField().getOne();
        List<Row> rows = new ArrayList<>(List.of(Row.ZERO));
        for (int k = 1; k < table.nodes().size(); k++) {
            rows.add(table.nodes().get(k).row().substituteStates(i -> i == 0 ? Row.state(0, one) : rows.get(i)));
        }
        return table.withRows(rows);
    }

    /** Every row by the state before it and outputs. */
    private static TracedSolver stepped(TracedSolver table) {
        TracedSolver canonical = canonicalRows(table.withoutUnevaluated());
        List<TracedSolver.Node> nodes = canonical.nodes();
        DerivativeStructure one = nodes.get(0).sigma().getField().getOne();
        List<Row> rows = new ArrayList<>(List.of(Row.ZERO));
        for (int k = 1; k < nodes.size(); k++) {
            DerivativeStructure ratio = table.prediction() == Prediction.NOISE ? one
                    : nodes.get(k).sigma().divide(nodes.get(k - 1).sigma());
            Row before = k == 1 ? Row.state(0, one) : nodes.get(k - 1).row();
            Row change = nodes.get(k).row().minus(before.times(ratio));
            if (Math.abs(change.states().getOrDefault(0, one.multiply(0)).getValue()) > ROUNDING) {
                throw new IllegalArgumentException("Solver " + table.name() + " is no multistep method in " + table.prediction()
                        + " form: its steps do not continue from the state before them alone.");
            }
            double step = unit(canonical, k - 1, k).getValue();
            Row row = Row.state(k - 1, ratio);
            for (Map.Entry<Integer, DerivativeStructure> weight : change.outputs().entrySet()) {
                boolean rounding = Math.abs(weight.getValue().getValue() / step) < ROUNDING;
                row = rounding ? row : row.plus(Row.output(weight.getKey(), weight.getValue()));
            }
            rows.add(row);
        }
        return canonical.withRows(rows);
    }

    private static TracedSolver requireReach(TracedSolver stepped, int order) {
        int reach = reachOf(stepped);
        if (reach > order) {
            throw new IllegalArgumentException("Solver " + stepped.name() + " weighs the last " + reach + " outputs in "
                    + stepped.prediction() + " form; a multistep student that starts from it needs order " + reach
                    + " or more, not " + order + ".");
        }
        return stepped;
    }

    /** How many of the last outputs a method's steps weigh when correctors are written into the rows that follow them. */
    static int reach(TracedSolver table, Prediction prediction) {
        return reachOf(stepped(table.as(prediction)));
    }

    private static int reachOf(TracedSolver stepped) {
        return IntStream.range(1, stepped.nodes().size())
                .map(k -> k - Collections.min(stepped.nodes().get(k).row().outputs().keySet())).max().orElse(1);
    }
}
