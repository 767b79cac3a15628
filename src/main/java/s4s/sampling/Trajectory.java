package s4s.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import s4s.grid.Grids;
import s4s.model.Denoiser;
import s4s.solver.Multistep;
import s4s.solver.Prediction;

/**
 * A batch's path through noise levels: states {@code y_i} at all points, and the noise predictions {@code e_i} at all but the
 * last, samples one after the other. The teacher of {@link Gits} is iPNDM-4.
 */
final class Trajectory {

    private final double[] points;
    private final int samples;
    private final double[][] states;
    private final double[][] slopes;
    /** Unit vectors from each sample's first state to its last. */
    private final double[] direction;

    private Trajectory(double[] points, int samples, List<double[]> states, List<double[]> slopes) {
        this.points = points;
        this.samples = samples;
        this.states = states.toArray(double[][]::new);
        this.slopes = slopes.toArray(double[][]::new);
        this.direction = direction(states.get(0), states.get(states.size() - 1), samples);
    }

    static Trajectory of(Denoiser denoiser, double[] points, NDArray noise) {
        double[] sigmas = Grids.of(points);
        Program program = Program.of(Multistep.ipndm(4).build(sigmas), denoiser.schedule(), denoiser.prediction());
        List<double[]> states = new ArrayList<>();
        List<double[]> slopes = new ArrayList<>();
        double[] end;
        try (NDArray sample = Executor.run(program, denoiser, noise, evaluation -> {
            double[] y = evaluation.state().toDoubleArray();
            states.add(y);
            slopes.add(slope(evaluation, y, denoiser.prediction()));
        })) {
            end = sample.toDoubleArray();
        }
        for (int k = 0; k < end.length; k++) {
            end[k] /= program.finish();
        }
        states.add(end);
        return new Trajectory(sigmas, (int) noise.getShape().get(0), states, slopes);
    }

    private static double[] slope(Executor.Evaluation evaluation, double[] y, Prediction prediction) {
        try (NDArray wide = evaluation.output().toType(DataType.FLOAT64, true)) {
            double[] e = wide.toDoubleArray();
            if (prediction == Prediction.DATA) {
                for (int k = 0; k < e.length; k++) {
                    e[k] = (y[k] - e[k]) / evaluation.sigma();
                }
            }
            return e;
        }
    }

    /**
     * How far an Euler step from point i lands from where it should at point j, averaged over the samples; {@code i = j} for
     * the trajectory itself.
     */
    double miss(int i, int j, Gits.Metric metric) {
        int size = direction.length / samples;
        double h = points[j] - points[i];
        double[] target = states[metric == Gits.Metric.DEVIATION ? states.length - 1 : j];
        double[] gap = new double[size];
        double total = 0;
        for (int sample = 0; sample < samples; sample++) {
            int first = sample * size;
            double along = 0;
            for (int k = 0; k < size; k++) {
                gap[k] = target[first + k] - states[i][first + k] - h * slopes[i][first + k];
                along += gap[k] * direction[first + k];
            }
            double absolute = 0;
            double square = 0;
            double aside = 0;
            for (int k = 0; k < size; k++) {
                absolute += Math.abs(gap[k]);
                square += gap[k] * gap[k];
                double across = gap[k] - along * direction[first + k];
                aside += across * across;
            }
            total += switch (metric) {
                case L1 -> absolute;
                case L2 -> Math.sqrt(square);
                case DEVIATION -> Math.sqrt(aside);
            };
        }
        return total / samples;
    }

    private static double[] direction(double[] first, double[] last, int samples) {
        int size = first.length / samples;
        double[] direction = new double[first.length];
        for (int sample = 0; sample < samples; sample++) {
            double square = 0;
            for (int k = sample * size; k < (sample + 1) * size; k++) {
                direction[k] = last[k] - first[k];
                square += direction[k] * direction[k];
            }
            double length = Math.sqrt(square);
            for (int k = sample * size; k < (sample + 1) * size; k++) {
                direction[k] = length == 0 ? 0 : direction[k] / length;
            }
        }
        return direction;
    }
}
