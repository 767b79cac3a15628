package s4s.solver.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;
import s4s.solver.Stage;

/**
 * All that a schedule adds to a solver: the numbers by which noise levels become a network's inputs. Two schedules that give a
 * solver the same view run it alike, whatever they are called.
 *
 * @param name what the schedule is called, for readers
 * @param start {@code y_0 / z}, the factor from unit noise to the starting state
 * @param alphas {@code alpha(sigma_k)} of each node, the factor from the state to what the network sees
 * @param times the schedule's time that the network is told at each node; NaN where it is not evaluated
 */
public record ScheduleView(String name, double start, List<Double> alphas, List<Double> times) {

    private static final double TOLERANCE = 1e-6;

    public ScheduleView {
        alphas = List.copyOf(alphas);
        times = List.copyOf(times);
        if (alphas.size() != times.size()) {
            throw new IllegalArgumentException("A schedule's view of a solver has an alpha and a time for each node, not "
                    + alphas.size() + " and " + times.size() + ".");
        }
    }

    /** How a schedule sees a solver. */
    public static ScheduleView of(Solver solver, NoiseSchedule schedule) {
        List<Stage> stages = solver.stages();
        DerivativeStructure first = new DerivativeStructure(0, 1, stages.get(0).sigma());
        return new ScheduleView(name(schedule), schedule.start(first).getValue(),
                stages.stream().map(stage -> schedule.alpha(stage.sigma())).toList(),
                stages.stream().map(stage -> stage.evaluated() ? schedule.time(stage.evaluateAt()) : Double.NaN).toList());
    }

    /**
     * Refuses a schedule that would run the solver otherwise.
     *
     * @param solver the solver that this is a view of
     * @param other another schedule, for instance a model's
     * @throws IllegalArgumentException if a time, a scale or the start differs by more than 1e-6 of itself; the message says
     *     where
     */
    public void requireFit(Solver solver, NoiseSchedule other) {
        misfit(solver, other).ifPresent(reason -> {
            throw new IllegalArgumentException("Solver " + solver.name() + " was made for the schedule " + name + ", the model has "
                    + name(other) + ": " + reason + "; take a model with its schedule, or make the solver on this one.");
        });
    }

    /** Why another schedule would run the solver otherwise; empty if it would not. */
    Optional<String> misfit(Solver solver, NoiseSchedule other) {
        ScheduleView view = of(solver, other);
        if (differ(start, view.start)) {
            return Optional.of("its start is unit noise times " + start + ", not " + view.start);
        }
        return IntStream.range(0, times.size())
                .filter(k -> differ(alphas.get(k), view.alphas.get(k)) || differ(times.get(k), view.times.get(k)))
                .mapToObj(k -> "at node " + k + " it has time " + times.get(k) + " and scale " + alphas.get(k) + ", not "
                        + view.times.get(k) + " and " + view.alphas.get(k)).findFirst();
    }

    private static boolean differ(double a, double b) {
        return Math.abs(a - b) > TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
    }

    /** The schedule's own text; its class where it has none but a hash code. */
    private static String name(NoiseSchedule schedule) {
        String text = schedule.toString();
        return text.contains("@") ? schedule.getClass().getSimpleName() : text;
    }
}
