package s4s.solver;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A {@link Solver} whose weights differ from element to element of a sample, and whose rows may have constants: the nodes, the
 * noise levels and the number of evaluations are those of all elements.
 *
 * <pre>
 *   y_k = sum_{i&lt;k} a[k,i] y_i + sum_{i&lt;k, i in E} b[k,i] f_i + c[k],    k = 1..M,  elementwise
 * </pre>
 *
 * @param name short name
 * @param prediction what {@code f} means
 * @param nodes the nodes 0..M
 */
public record ElementwiseSolver(String name, Prediction prediction, List<Node> nodes) implements Serializable {

    /**
     * One node.
     *
     * @param sigma noise level of the state, which is also what the network is told
     * @param evaluated whether the network is evaluated here
     * @param row the state by earlier states and outputs; empty for the start
     */
    public record Node(double sigma, boolean evaluated, ElementwiseRow row) implements Serializable {}

    /**
     * Checks the rows.
     *
     * @throws IllegalArgumentException if a row refers to what is not there yet or is not finite, weights have different
     *     shapes, or the network would be evaluated at noise level 0 or below; the message names the node
     */
    public ElementwiseSolver {
        nodes = List.copyOf(nodes);
        if (nodes.size() < 2) {
            throw new IllegalArgumentException("Solver " + name + " needs a start and at least one more node.");
        }
        Optional<Weight> shaped = nodes.stream().flatMap(node -> weights(node.row)).filter(w -> !w.isNumber()).findFirst();
        for (int k = 0; k < nodes.size(); k++) {
            String fault = fault(nodes, k, shaped);
            if (!fault.isEmpty()) {
                throw new IllegalArgumentException("Node " + k + " of solver " + name + " " + fault);
            }
        }
    }

    private static String fault(List<Node> nodes, int k, Optional<Weight> shaped) {
        Node node = nodes.get(k);
        if (!(Double.isFinite(node.sigma) && node.sigma >= 0) || node.evaluated && node.sigma == 0) {
            return "lies at noise level " + node.sigma + "; levels are finite, and positive where the network is evaluated.";
        }
        Map<Integer, Weight> outputs = node.row.outputs();
        if (Stream.concat(node.row.states().keySet().stream(), outputs.keySet().stream()).anyMatch(i -> i < 0 || i >= k)) {
            return "refers to a node that does not come before it.";
        }
        if (outputs.keySet().stream().anyMatch(i -> !nodes.get(i).evaluated)) {
            return "uses an output of a node that is not evaluated.";
        }
        if (!weights(node.row).allMatch(Weight::isFinite)) {
            return "has weights that are not finite.";
        }
        return weights(node.row).allMatch(w -> shaped.map(w::fits).orElse(true)) ? "" : "has weights of another shape.";
    }

    private static Stream<Weight> weights(ElementwiseRow row) {
        return Stream.concat(Stream.of(row.constant()),
                Stream.concat(row.states().values().stream(), row.outputs().values().stream()));
    }

    /** NFE: how many times the network is evaluated for one batch. */
    public int evaluations() {
        return (int) nodes.stream().filter(Node::evaluated).count();
    }

    @Override
    public String toString() {
        return name + " (" + evaluations() + " NFE, " + nodes.size() + " nodes, " + prediction + ", elementwise)";
    }
}
