package s4s.learn;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.solver.Row;

/**
 * A place in a solver's table where a learned number is added: node {@code node} gains {@code theta unit source}.
 *
 * @param node the node whose row gains a term
 * @param source a state or an output
 * @param of which node's
 * @param unit what one unit of the parameter weighs
 */
record Place(int node, Source source, int of, DerivativeStructure unit) {

    /** What is weighed. */
    enum Source {
        /** A state {@code y_i}. */
        STATE,
        /** An output {@code f_i}. */
        OUTPUT
    }

    /** The term that a parameter adds. */
    Row term(DerivativeStructure theta) {
        DerivativeStructure weight = theta.multiply(unit);
        return source == Source.STATE ? Row.state(of, weight) : Row.output(of, weight);
    }
}
