package s4s.schedule;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * What schedules with {@code alpha_t^2 + sigma_t^2 = 1} share: {@code alpha = 1 / sqrt(1 + sigma^2)}, and sampling starts from
 * unit noise, {@code x_T = z}.
 */
interface VariancePreserving extends NoiseSchedule {

    @Override
    default DerivativeStructure alpha(DerivativeStructure sigma) {
        return start(sigma).reciprocal();
    }

    /** {@code sqrt(1 + sigma^2) = 1 / alpha}, because {@code x_T = z}. */
    @Override
    default DerivativeStructure start(DerivativeStructure sigma) {
        return sigma.multiply(sigma).add(1).sqrt();
    }
}
