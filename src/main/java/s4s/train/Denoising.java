package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import s4s.model.Decoder;
import s4s.model.EdmPreconditioning;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;

/**
 * Denoising score matching with EDM's preconditioning, noise distribution and weight: the mean over
 * batch and pixels of
 * \[ \| F(c_{in} y;\,c_{noise}) - (x - c_{skip} y)/c_{out} \|^2,\quad y = x + \sigma n,\quad
 *    \ln\sigma \sim N(\mathrm{noiseMean}, \mathrm{noiseStd}^2), \]
 * which is EDM's loss with its weight (sigma^2 + sd^2)/(sigma sd)^2.
 *
 * @param network the network F
 * @param preconditioning c_skip, c_out, c_in, c_noise
 * @param noiseMean mean of ln(sigma), EDM: -1.2
 * @param noiseStd standard deviation of ln(sigma), EDM: 1.2
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, equation 8 and table 1</a>
 */
public record Denoising(UNet.Config network, EdmPreconditioning preconditioning, double noiseMean, double noiseStd)
        implements Diffusion {
    /** Checks ranges. */
    public Denoising {
        if (!Double.isFinite(noiseMean) || !(noiseStd > 0)) {
            throw new IllegalArgumentException("the noise distribution needs a finite mean and a positive standard "
                    + "deviation, got " + noiseMean + ", " + noiseStd);
        }
    }

    @Override
    public Decoder decoder() {
        return Decoder.none();
    }

    @Override
    public ModelCard.Kind kind() {
        return ModelCard.Kind.EDM_UNET;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("noiseDistribution", new TreeMap<>(Map.of("lnSigmaMean", noiseMean, "lnSigmaStd", noiseStd)));
    }

    @Override
    public Map<String, Object> plan() {
        Map<String, Object> plan = new TreeMap<>(settings());
        plan.put("sigmaData", preconditioning.sigmaData());
        return plan;
    }

    @Override
    public Map<String, Object> details(Weights weights, Examples examples) {
        return Map.of("sigmaData", preconditioning.sigmaData());
    }

    @Override
    public NDArray loss(Weights weights, NDArray x, int[] indices, SplittableRandom random) {
        NDManager scope = x.getManager();
        Shape levels = new Shape(x.getShape().get(0), 1, 1, 1);
        NDArray sigma = Batches.normal(scope, random, levels).mul(noiseStd).add(noiseMean).exp();
        NDArray y = Batches.normal(scope, random, x.getShape()).mul(sigma).add(x);
        NDArray target = x.sub(y.mul(preconditioning.skip(sigma))).div(preconditioning.out(sigma));
        NDArray input = y.mul(preconditioning.in(sigma));
        NDArray label = preconditioning.noise(sigma).reshape(-1);
        return new UNet(network, weights).forward(input, label).sub(target).square().mean();
    }
}
