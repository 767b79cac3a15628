package s4s.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Row;
import s4s.solver.TracedSolver;

/**
 * A program whose numbers know how they depend on the parameters that made them.
 *
 * <p>The numbers {@code c} of a program stand in this order: the start; then for each node the scale and the time of its call,
 * if there is one, and the weights of its terms; and the finish. With {@code g = dL/dc} from a {@link Adjoint}, the
 * gradient with respect to the parameters is {@code J^T g}.
 *
 * @param program the numbers; every node but the last is evaluated
 * @param jacobian {@code J = dc/dtheta}, a row for each number, a column for each parameter
 */
public record DifferentiableProgram(Program program, double[][] jacobian) {

    /**
     * The program of a traced solver with its derivatives. Nodes that are not evaluated give way to their rows.
     *
     * @param traced the solver, all numbers over the same parameters
     * @param schedule the network's schedule
     * @param network what the network predicts
     */
    public static DifferentiableProgram of(TracedSolver traced, NoiseSchedule schedule, Prediction network) {
        TracedSolver solver = traced.substitute(network, i -> output(traced.prediction(), traced.nodes().get(i).sigma(),
                traced.nodes().get(i).evaluateAt().orElseThrow(), i, schedule, network)).withoutUnevaluated();
        List<DerivativeStructure> numbers = new ArrayList<>();
        numbers.add(schedule.start(solver.nodes().get(0).sigma()));
        List<Program.Node> nodes = new ArrayList<>();
        for (TracedSolver.Node node : solver.nodes()) {
            Optional<Program.Call> call = node.evaluateAt().map(tau -> new Program.Call(
                    value(schedule.alpha(node.sigma()), numbers), value(schedule.time(tau), numbers)));
            List<Program.Term> terms = new ArrayList<>();
            terms(Program.Source.STATE, node.row().states(), terms, numbers);
            terms(Program.Source.OUTPUT, node.row().outputs(), terms, numbers);
            nodes.add(new Program.Node(node.sigma().getValue(), call, List.copyOf(terms)));
        }
        double finish = value(schedule.alpha(solver.nodes().get(nodes.size() - 1).sigma()), numbers);
        double[][] jacobian = numbers.stream().map(DifferentiableProgram::derivatives).toArray(double[][]::new);
        return new DifferentiableProgram(
                new Program(solver.name(), solver.prediction(), numbers.get(0).getValue(), nodes, finish), jacobian);
    }

    /** A solver's output at node i by the state and the network's output; {@link Program} has the same without derivatives. */
    private static Row output(Prediction solver, DerivativeStructure sigma, DerivativeStructure tau, int i,
            NoiseSchedule schedule, Prediction network) {
        DerivativeStructure one = sigma.getField().getOne();
        Row y = Row.state(i, one);
        Row f = Row.output(i, one);
        if (network == solver && (network == Prediction.NOISE || tau.equals(sigma))) {
            return f;                                        // without rounding; levels may differ by one unit of it
        }
        DerivativeStructure r = schedule.alpha(sigma).divide(schedule.alpha(tau));
        Row noise = network == Prediction.NOISE ? f : y.times(r).minus(f).over(tau);
        return solver == Prediction.NOISE ? noise : y.minus(noise.times(sigma));
    }

    /** Terms whose weight is 0 and stays 0 are left out. */
    private static void terms(Program.Source source, Map<Integer, DerivativeStructure> weights, List<Program.Term> terms,
            List<DerivativeStructure> numbers) {
        weights.forEach((i, weight) -> {
            if (Arrays.stream(weight.getAllDerivatives()).anyMatch(d -> d != 0)) {
                terms.add(new Program.Term(source, i, value(weight, numbers)));
            }
        });
    }

    private static double value(DerivativeStructure number, List<DerivativeStructure> numbers) {
        numbers.add(number);
        return number.getValue();
    }

    private static double[] derivatives(DerivativeStructure number) {
        double[] all = number.getAllDerivatives();
        return Arrays.copyOfRange(all, 1, all.length);
    }

    /**
     * {@code J^T g} for each image.
     *
     * @param numbers {@code g} of each image, shape [images][numbers]
     * @return shape [images][parameters]
     */
    public double[][] parameters(double[][] numbers) {
        int size = jacobian[0].length;
        double[][] parameters = new double[numbers.length][size];
        for (int i = 0; i < numbers.length; i++) {
            for (int c = 0; c < jacobian.length; c++) {
                double g = numbers[i][c];
                for (int p = 0; p < size; p++) {
                    parameters[i][p] += g * jacobian[c][p];
                }
            }
        }
        return parameters;
    }
}
