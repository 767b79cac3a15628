package s4s.solver;

import java.util.List;
import java.util.stream.Stream;

/**
 * Empirical model statistics of a network, for DPM-Solver-v3: how the noise that it predicts depends, element by element, on
 * the state and on the noise level. They are given at nodes that are equally spaced in half log SNR {@code lambda = -log sigma},
 * from the highest noise level to the lowest. With {@code f = sigma e - l y}, {@code l} makes f depend least on the state, and
 * {@code s}, {@code b} fit its slope, {@code df/dlambda = s f + b}.
 *
 * @param first {@code lambda} of the first node, where sampling starts
 * @param last {@code lambda} of the last node, larger
 * @param l n + 1 values, each a number or one number for every element of a sample
 * @param s as many
 * @param b as many, in units of the data
 * @see <a href="https://arxiv.org/abs/2310.13268">Zheng et al. 2023, sections 3.1 and 3.2</a>
 */
public record EmsStatistics(double first, double last, List<Weight> l, List<Weight> s, List<Weight> b) {

    /**
     * @throws IllegalArgumentException if the range is empty, there are fewer than two nodes, lengths or shapes differ, or a
     *     value is not finite
     */
    public EmsStatistics {
        l = List.copyOf(l);
        s = List.copyOf(s);
        b = List.copyOf(b);
        if (!(Double.isFinite(first) && Double.isFinite(last) && first < last)) {
            throw new IllegalArgumentException("Statistics reach from a lower to a higher lambda = -log sigma, not from "
                    + first + " to " + last + ".");
        }
        if (l.size() != s.size() || l.size() != b.size()) {
            throw new IllegalArgumentException("The statistics l, s and b need as many nodes each, not "
                    + l.size() + ", " + s.size() + " and " + b.size() + ".");
        }
        if (l.size() < 2) {
            throw new IllegalArgumentException("Statistics need at least two nodes, not " + l.size() + ".");
        }
        Weight shaped = Stream.of(l, s, b).flatMap(List::stream).filter(w -> !w.isNumber()).findFirst().orElse(Weight.ZERO);
        require("l", l, shaped);
        require("s", s, shaped);
        require("b", b, shaped);
    }

    private static void require(String name, List<Weight> values, Weight shaped) {
        for (int i = 0; i < values.size(); i++) {
            if (!values.get(i).fits(shaped)) {
                throw new IllegalArgumentException("The statistics " + name + " have shape " + values.get(i) + " at node " + i
                        + ", but others have " + shaped + "; all need the shape of one sample.");
            }
            if (!values.get(i).isFinite()) {
                throw new IllegalArgumentException("The statistics " + name + " are not finite at node " + i
                        + "; compute them again.");
            }
        }
    }

    /** The number of cells between nodes, n. */
    public int cells() {
        return l.size() - 1;
    }

    /** The width of a cell in {@code lambda}. */
    public double width() {
        return (last - first) / cells();
    }
}
