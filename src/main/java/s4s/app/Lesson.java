package s4s.app;

import java.io.Serializable;
import s4s.grid.GridType;
import s4s.learn.Families;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.model.DiffusionModel;
import s4s.sampling.Adjoint;

/**
 * A {@link Recipe} in names and numbers, which travels to other processes.
 *
 * @param family of {@link Families}
 * @param init name of the method that it starts from
 * @param grid that it starts from
 * @param nfe network calls
 * @param order outputs that a step weighs; 0: the family's
 * @param how the optimization
 * @param pairs training pairs
 * @param validation validation pairs
 */
public record Lesson(String family, String init, String grid, int nfe, int order, How how, int pairs, int validation)
        implements Serializable {

    /**
     * The optimization.
     *
     * @param optimizer gauss-newton, adam, ld3 or gs
     * @param steps of the plan, or of each block with rounds; {@link #USUAL}: the usual number
     * @param rounds in which weights and times are learned in turn; 0: together
     * @param rate Adam's
     * @param radius of the relaxed objective, a number or ld3
     * @param lowMemory one network graph at a time
     * @param seed of what is random
     */
    public record How(String optimizer, int steps, int rounds, double rate, String radius, boolean lowMemory, long seed)
            implements Serializable {

        /** As many steps as are usual. */
        public static final int USUAL = -1;

        private Plan plan(Recipe usual, DiffusionModel diffusion) {
            int usualSteps = usual.plan().phases().get(0).steps();
            Plan plan = plan(usualSteps);
            if (radius.equals("ld3")) {
                plan = plan.relaxed(Plan.ld3Radius(diffusion.sampleShape().size(), usual.nfe()));
            } else if (number(radius) != 0) {
                plan = plan.relaxed(number(radius));
            }
            return lowMemory ? plan.with(Adjoint.Graphs.RECOMPUTED) : plan;
        }

        private Plan plan(int usualSteps) {
            if (rounds > 0 && !optimizer.equals("gauss-newton")) {
                throw new IllegalArgumentException("--rounds is for the gauss-newton optimizer, not " + optimizer);
            }
            return switch (optimizer) {
                case "gauss-newton" -> rounds > 0 ? Plan.alternating(rounds, steps(6)) : Plan.gaussNewton(steps(usualSteps));
                case "adam" -> Plan.adam(steps(300), rate);
                case "ld3" -> Plan.ld3(steps(300));
                case "gs" -> Plan.gs(steps(10000));
                default -> throw new IllegalArgumentException("There is no optimizer \"" + optimizer
                        + "\"; known are gauss-newton, adam, ld3, gs.");
            };
        }

        private int steps(int usual) {
            return steps == USUAL ? usual : steps;
        }

        private static double number(String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("--radius is a number or ld3, not " + text, e);
            }
        }
    }

    /** The lesson of a usual recipe, but for the optimization and the pairs. */
    static Lesson of(Recipe usual, How how, int pairs, int validation) {
        return new Lesson(usual.family().id(), usual.init().name(), usual.grid().id(), usual.nfe(), usual.order().orElse(0), how,
                pairs, validation);
    }

    /**
     * The recipe.
     *
     * @param diffusion the model that is learned for
     */
    Recipe recipe(DiffusionModel diffusion) {
        Recipe usual = Recipe.usual(Families.named(family), init, GridType.named(grid), nfe);
        Recipe ordered = order == 0 ? usual : usual.withOrder(order);
        Plan plan = how.plan(usual, diffusion);
        String name = how.optimizer + (how.optimizer.equals("adam") ? " " + how.rate : "")
                + (how.rounds > 0 ? ", " + how.rounds + " rounds" : "") + ", " + plan.phases().get(0).steps() + " steps";
        return ordered.with(plan, name).withPairs(pairs, validation).withSeed(how.seed);
    }
}
