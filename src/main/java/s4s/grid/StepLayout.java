package s4s.grid;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How a method divides a grid into steps: the order of each step, and where a single-step method puts its inner nodes. A step of
 * order k spans k grid intervals and has k - 1 inner nodes. Multistep methods have steps of one interval.
 *
 * @param orders order of each step, at least 1
 * @param inner where inner nodes lie inside a step; empty: on the points of the grid type itself
 * @see GridType#levels(NoiseSchedule, StepLayout)
 */
public record StepLayout(List<Integer> orders, Optional<Inner> inner) {

    /** Places inner nodes by log SNR. */
    @FunctionalInterface
    public interface Inner {
        /** Equally spaced in log SNR: {@code j / order}. */
        Inner UNIFORM = (order, j) -> (double) j / order;

        /**
         * @param order order of the step
         * @param j inner node, 1..order-1
         * @return the fraction of the step's log SNR interval before the node, in (0, 1), rising with j
         */
        double fraction(int order, int j);
    }

    public StepLayout {
        orders = List.copyOf(orders);
        if (orders.isEmpty() || orders.stream().anyMatch(order -> order < 1)) {
            throw new IllegalArgumentException("A method takes at least one step, and every step spans at least one grid interval.");
        }
    }

    /** Steps of one interval each. */
    public static StepLayout steps(int count) {
        return new StepLayout(Collections.nCopies(count, 1), Optional.empty());
    }

    /** Grid intervals: the sum of the orders. */
    public int intervals() {
        return orders.stream().mapToInt(Integer::intValue).sum();
    }
}
