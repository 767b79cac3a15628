package s4s.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853Integrator;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import s4s.grid.GridType;
import s4s.model.Denoiser;
import s4s.model.Devices;
import s4s.model.GaussianMixture;
import s4s.sampling.Executor;
import s4s.sampling.Noise;
import s4s.sampling.Program;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Errors of solvers against the exact solution of the diffusion ODE, and the order with which they fall.
 *
 * <p>The model is known in closed form, so that the only error is the solver's. The exact solution comes from
 *
 * <pre>
 *   dy / dlog sigma = y - D(y; sigma),
 * </pre>
 *
 * integrated in float64 by Dormand and Prince's method of order 8 with error control to 1e-12 of the state.
 *
 * @see <a href="https://doi.org/10.1007/978-3-540-78862-1">Hairer, Norsett and Wanner 1993, section II.10</a>
 */
public final class Convergence {

    private static final int NOISES = 8;
    private static final double TOLERANCE = 1e-12;
    /** An ODE in log sigma never reaches 0; below this level one Euler step is exact to rounding. */
    private static final double LOWEST = 1e-7;
    /** Errors below are the reference's own and rounding. */
    private static final double FLOOR = 1e-10;
    private static final int POINTS = 3;

    private final Denoiser model;
    private final int count;
    private final double[] noise;
    private final Map<List<Double>, double[]> solutions = new ConcurrentHashMap<>();

    /** On {@link #mixture}, with eight fixed noises. */
    public Convergence(NoiseSchedule schedule) {
        this(mixture(schedule), noises(NOISES, mixture(schedule).sampleShape()));
    }

    /**
     * @param model a model in float64 whose predictions are smooth in the noise level
     * @param noise unit normal numbers, as many as a whole number of samples has
     * @throws IllegalArgumentException if the model is not float64 or the noise does not fit its samples
     */
    public Convergence(Denoiser model, double[] noise) {
        long size = model.sampleShape().size();
        if (noise.length == 0 || noise.length % size != 0) {
            throw new IllegalArgumentException("Samples of shape " + model.sampleShape() + " need a multiple of " + size
                    + " noise values, not " + noise.length + ".");
        }
        if (model.dataType() != DataType.FLOAT64) {
            throw new IllegalArgumentException("Orders of convergence need a model in float64, not " + model.dataType() + ".");
        }
        this.model = model;
        this.noise = noise.clone();
        this.count = (int) (noise.length / size);
    }

    /**
     * A smooth mixture of three Gaussians over four numbers: none is narrow, so that errors fall as theory says from few steps
     * on.
     */
    public static GaussianMixture mixture(NoiseSchedule schedule) {
        return new GaussianMixture(schedule, Prediction.DATA, new Shape(4, 1, 1), List.of(
                new GaussianMixture.Component(0.5, new double[] {0.3, -0.2, 0.1, 0}, new double[] {0.6, 0.7, 0.55, 0.65}),
                new GaussianMixture.Component(0.3, new double[] {-0.25, 0.3, 0, 0.2}, new double[] {0.7, 0.55, 0.6, 0.75}),
                new GaussianMixture.Component(0.2, new double[] {0, 0.1, -0.35, -0.25}, new double[] {0.65, 0.75, 0.7, 0.6})));
    }

    private static double[] noises(int count, Shape shape) {
        int size = Math.toIntExact(shape.size());
        return LongStream.range(0, count).boxed().flatMap(seed -> {
            float[] image = Noise.normal(seed, size);
            return IntStream.range(0, size).mapToObj(i -> (double) image[i]);
        }).mapToDouble(Double::doubleValue).toArray();
    }

    /** The model. */
    public Denoiser model() {
        return model;
    }

    /**
     * Where the exact ODE takes the noises.
     *
     * @param from noise level of the start
     * @param to noise level of the end, at least 0 and below {@code from}
     * @return the states {@code y} at {@code to}, sample after sample
     */
    public double[] exact(double from, double to) {
        return solutions.computeIfAbsent(List.of(from, to), range -> integrate(from, to)).clone();
    }

    private double[] integrate(double from, double to) {
        double[] y = noise.clone();
        double start = model.schedule().start(new DerivativeStructure(0, 1, from)).getValue();
        Arrays.setAll(y, i -> y[i] * start);
        double end = Math.max(to, Math.min(LOWEST, from / 2));
        try (NDManager manager = Devices.manager()) {
            FirstOrderDifferentialEquations equations = new FirstOrderDifferentialEquations() {
                @Override
                public int getDimension() {
                    return y.length;
                }

                @Override
                public void computeDerivatives(double logSigma, double[] state, double[] derivative) {
                    slope(manager, Math.exp(logSigma), state, derivative);
                }
            };
            double span = Math.log(from / end);
            new DormandPrince853Integrator(span * 1e-9, span, TOLERANCE, TOLERANCE)
                    .integrate(equations, Math.log(from), y, Math.log(end), y);
            if (to < end) {
                double[] noiseAtEnd = new double[y.length];
                slope(manager, end, y, noiseAtEnd);
                Arrays.setAll(y, i -> y[i] + (to - end) * noiseAtEnd[i] / end);
            }
        }
        return y;
    }

    /** {@code y - D(y; sigma) = sigma e}. */
    private void slope(NDManager manager, double sigma, double[] y, double[] slope) {
        double alpha = model.schedule().alpha(sigma);
        try (NDManager scope = manager.newSubManager()) {
            NDArray x = scope.create(Arrays.stream(y).map(v -> alpha * v).toArray(), batch());
            NDArray label = scope.create(new double[] {model.schedule().time(sigma)});
            double[] output = model.predict(x, label).toDoubleArray();
            for (int i = 0; i < y.length; i++) {
                slope[i] = model.prediction() == Prediction.NOISE ? sigma * output[i] : y[i] - output[i];
            }
        }
    }

    /**
     * Root mean square error of a solver's samples, in units of the data.
     *
     * @param solver any solver; it is compared with the ODE between its own first and last noise levels
     */
    public double error(Solver solver) {
        return error(Program.of(solver, model.schedule(), model.prediction()));
    }

    /** {@link #error(Solver)} of a program, which must be compiled for the model. */
    public double error(Program program) {
        double to = program.nodes().get(program.nodes().size() - 1).sigma();
        double[] exact = exact(program.nodes().get(0).sigma(), to);
        double alpha = model.schedule().alpha(to);
        try (NDManager manager = Devices.manager()) {
            double[] x = Executor.run(program, model, manager.create(noise, batch())).toDoubleArray();
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                double gap = x[i] - alpha * exact[i];
                sum += gap * gap;
            }
            return Math.sqrt(sum / x.length);
        }
    }

    private Shape batch() {
        return new Shape(LongStream.concat(LongStream.of(count), LongStream.of(model.sampleShape().getShape())).toArray());
    }

    /**
     * Errors over the number of evaluations, and the measured orders.
     *
     * @param methods the methods
     * @param grids the grids
     * @param nfes numbers of evaluations, rising; those that a method cannot spend are left out
     * @return columns {@code solver}, {@code grid}, {@code nfe}, {@code rms} and {@code slope}: the {@link #order} of the
     *     solver's errors on that grid, the same in all its rows, missing where it has fewer than two errors to compare
     */
    public Table table(List<Method> methods, List<GridType> grids, List<Integer> nfes) {
        StringColumn solver = StringColumn.create("solver");
        StringColumn grid = StringColumn.create("grid");
        IntColumn nfe = IntColumn.create("nfe");
        DoubleColumn rms = DoubleColumn.create("rms");
        DoubleColumn slope = DoubleColumn.create("slope");
        for (Method method : methods) {
            for (GridType type : grids) {
                List<Solver> solvers = solvers(method, type, nfes);
                double[] errors = solvers.stream().mapToDouble(this::error).toArray();
                int[] spent = solvers.stream().mapToInt(Solver::evaluations).toArray();
                double order = order(spent, errors);
                for (int i = 0; i < errors.length; i++) {
                    solver.append(method.name());
                    grid.append(type.id());
                    nfe.append(spent[i]);
                    rms.append(errors[i]);
                    slope.append(order);
                }
            }
        }
        return Table.create("convergence", solver, grid, nfe, rms, slope);
    }

    private List<Solver> solvers(Method method, GridType grid, List<Integer> nfes) {
        List<Solver> solvers = new ArrayList<>();
        for (int nfe : nfes) {
            try {
                solvers.add(method.on(grid, model.schedule(), nfe));
            } catch (IllegalArgumentException cannotSpendThat) {
                continue;
            }
        }
        return solvers;
    }

    /**
     * The measured order: minus the slope of log error over log evaluations, by least squares over the last three errors that
     * are above rounding (1e-10).
     *
     * @param nfe numbers of evaluations, rising
     * @param errors an error for each
     * @return the order; NaN with fewer than two such errors
     */
    public static double order(int[] nfe, double[] errors) {
        SimpleRegression line = new SimpleRegression();
        for (int i = errors.length - 1; i >= 0 && line.getN() < POINTS; i--) {
            if (errors[i] > FLOOR) {
                line.addData(Math.log(nfe[i]), Math.log(errors[i]));
            }
        }
        return -line.getSlope();
    }
}
