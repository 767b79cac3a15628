package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * EDM's wrapping of a raw network F as a denoiser of x = x_0 + sigma n,
 * \[ D(x;\sigma) = c_{skip} x + c_{out} F(c_{in} x;\ c_{noise}) \]
 * with sd the data's standard deviation and
 * <pre>
 *   c_skip = sd^2 / (sigma^2 + sd^2)      c_out   = sigma sd / sqrt(sigma^2 + sd^2)
 *   c_in   = 1 / sqrt(sigma^2 + sd^2)     c_noise = ln(sigma) / 4
 * </pre>
 *
 * @param sigmaData the data's standard deviation sd, positive
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, table 1</a>
 */
public record EdmPreconditioning(double sigmaData) implements Preconditioning {
    /** Checks the range. */
    public EdmPreconditioning {
        if (!(sigmaData > 0) || Double.isInfinite(sigmaData)) {
            throw new IllegalArgumentException("sigmaData must be positive, got " + sigmaData);
        }
    }

    @Override
    public NDArray predict(NDArray x, NDArray sigma, BinaryOperator<NDArray> network) {
        NDArray level = sigma.reshape(-1, 1, 1, 1);
        NDArray raw = network.apply(x.mul(in(level)), noise(sigma));
        return x.mul(skip(level)).add(raw.mul(out(level)));
    }

    @Override
    public Prediction prediction() {
        return Prediction.DATA;
    }

    @Override
    public NoiseSchedule schedule() {
        return new Edm();
    }

    /** c_skip of each level in {@code sigma}. */
    public NDArray skip(NDArray sigma) {
        return variance(sigma).pow(Constant.like(sigma, -1)).mul(Constant.like(sigma, sigmaData * sigmaData));
    }

    /** c_out of each level in {@code sigma}. */
    public NDArray out(NDArray sigma) {
        return in(sigma).mul(sigma).mul(Constant.like(sigma, sigmaData));
    }

    /** c_in of each level in {@code sigma}. */
    public NDArray in(NDArray sigma) {
        return variance(sigma).sqrt().pow(Constant.like(sigma, -1));
    }

    /** c_noise of each level in {@code sigma}. */
    public NDArray noise(NDArray sigma) {
        return sigma.log().mul(Constant.like(sigma, 0.25));
    }

    private NDArray variance(NDArray sigma) {
        return sigma.square().add(sigmaData * sigmaData);
    }
}
