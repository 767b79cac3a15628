package s4s.solver;

import java.util.function.IntFunction;
import s4s.grid.StepLayout;

/**
 * How a method's evaluations and its grid are related.
 *
 * @param rule in words, for instance "1 per step"
 * @param layout the steps for a number of evaluations; throws {@link IllegalArgumentException} with a sentence where there are
 *     none
 */
public record StepCost(String rule, IntFunction<StepLayout> layout) {

    /** The same number of evaluations in every step. */
    public static StepCost perStep(int evaluations) {
        return new StepCost(evaluations + " per step", nfe -> {
            if (nfe % evaluations != 0) {
                throw new IllegalArgumentException("it takes " + evaluations + " evaluations a step, so NFE must be a multiple of "
                        + evaluations + ", not " + nfe);
            }
            return StepLayout.steps(nfe / evaluations);
        });
    }
}
