package s4s.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * A {@link Solver} whose numbers still know their derivatives with respect to the parameters that made them.
 *
 * @param name short name
 * @param prediction what an output means
 * @param nodes the nodes 0..M
 */
public record TracedSolver(String name, Prediction prediction, List<Node> nodes) {

    /**
     * One node.
     *
     * @param sigma noise level of the state
     * @param evaluateAt conditioning time, as a noise level; empty: not evaluated
     * @param row the state by earlier states and outputs; empty for the start
     */
    public record Node(DerivativeStructure sigma, Optional<DerivativeStructure> evaluateAt, Row row) {}

    public TracedSolver {
        nodes = List.copyOf(nodes);
    }

    /** A solver's numbers as constants. */
    public static TracedSolver of(Solver solver) {
        List<Node> nodes = new ArrayList<>();
        for (Stage stage : solver.stages()) {
            DerivativeStructure sigma = constant(stage.sigma());
            Optional<DerivativeStructure> evaluateAt =
                    stage.evaluated() ? Optional.of(constant(stage.evaluateAt())) : Optional.empty();
            Row row = Row.ZERO;
            double[] states = stage.states();
            double[] outputs = stage.outputs();
            for (int i = 0; i < states.length; i++) {
                row = states[i] == 0 ? row : row.plus(Row.state(i, constant(states[i])));
                row = outputs[i] == 0 ? row : row.plus(Row.output(i, constant(outputs[i])));
            }
            nodes.add(new Node(sigma, evaluateAt, row));
        }
        return new TracedSolver(solver.name(), solver.prediction(), nodes);
    }

    /** The numbers without derivatives. */
    public Solver value() {
        List<Stage> stages = new ArrayList<>();
        for (Node node : nodes) {
            int k = stages.size();
            stages.add(new Stage(
                    node.sigma.getValue(),
                    node.evaluateAt.map(DerivativeStructure::getValue).orElse(Double.NaN),
                    values(node.row.states(), k),
                    values(node.row.outputs(), k)));
        }
        return new Solver(name, prediction, stages);
    }

    /** The same solver written in another prediction; see {@link Solver#as}. */
    public TracedSolver as(Prediction target) {
        if (target == prediction) {
            return this;
        }
        return substitute(target, i -> {
            DerivativeStructure sigma = nodes.get(i).sigma;
            DerivativeStructure one = sigma.getField().getOne();
            return target == Prediction.NOISE
                    ? Row.state(i, one).plus(Row.output(i, sigma.negate()))
                    : Row.state(i, one).minus(Row.output(i, one)).over(sigma);
        });
    }

    /**
     * The same solver over other outputs.
     *
     * @param target what the new outputs mean
     * @param output the old output of node i by the state and the new output of that node
     */
    public TracedSolver substitute(Prediction target, IntFunction<Row> output) {
        return new TracedSolver(name, target, nodes.stream()
                .map(node -> new Node(node.sigma, node.evaluateAt, node.row.substitute(output))).toList());
    }

    /**
     * The same nodes with other rows.
     *
     * @param rows one for each node
     */
    public TracedSolver withRows(List<Row> rows) {
        return new TracedSolver(name, prediction, IntStream.range(0, nodes.size())
                .mapToObj(k -> new Node(nodes.get(k).sigma, nodes.get(k).evaluateAt, rows.get(k))).toList());
    }

    /**
     * The same solver with fewer nodes: those that are neither the start, evaluated, nor the sample give way to their rows. The
     * rows that used them grow.
     */
    public TracedSolver withoutUnevaluated() {
        int last = nodes.size() - 1;
        if (nodes.subList(1, last).stream().allMatch(node -> node.evaluateAt.isPresent())) {
            return this;
        }
        List<Node> fewer = new ArrayList<>();
        int[] place = new int[nodes.size()];
        List<Row> states = new ArrayList<>();                // what stands for the state of each node
        for (int k = 0; k <= last; k++) {
            Row row = nodes.get(k).row.substitute(i -> Row.output(place[i], one(i))).substituteStates(states::get);
            boolean keep = k == 0 || k == last || nodes.get(k).evaluateAt.isPresent();
            if (keep) {
                place[k] = fewer.size();
                fewer.add(new Node(nodes.get(k).sigma, nodes.get(k).evaluateAt, row));
            }
            states.add(keep ? Row.state(place[k], one(k)) : row);
        }
        return new TracedSolver(name, prediction, fewer);
    }

    private DerivativeStructure one(int node) {
        return nodes.get(node).sigma.getField().getOne();
    }

    private static double[] values(Map<Integer, DerivativeStructure> weights, int length) {
        double[] values = new double[length];
        weights.forEach((node, weight) -> values[node] = weight.getValue());
        return values;
    }

    private static DerivativeStructure constant(double value) {
        return new DerivativeStructure(0, 1, value);
    }
}
