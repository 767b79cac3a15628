package s4s.schedule;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * What schedules share whose time is the noise level itself: {@code alpha = 1} unless they say otherwise, and sampling starts
 * from the first noise level times unit noise.
 */
public interface SigmaAsTime extends NoiseSchedule {

    @Override
    default DerivativeStructure alpha(DerivativeStructure sigma) {
        return sigma.getField().getOne();
    }

    @Override
    default DerivativeStructure time(DerivativeStructure sigma) {
        return sigma;
    }

    @Override
    default DerivativeStructure sigma(DerivativeStructure time) {
        return time;
    }

    @Override
    default DerivativeStructure start(DerivativeStructure sigma) {
        return sigma;
    }
}
