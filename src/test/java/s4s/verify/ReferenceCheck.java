package s4s.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.NoiseSchedule;

/**
 * Accurate solutions of the ODE, named model/parameterization, with {@code _to0} down to noise level 1e-7, followed by
 * {@code /cfgW_classC} with guidance; {@code NOISE_noise_MODEL} starts from another model's noise.
 */
record ReferenceCheck(Workshop workshop) implements Check {

    private static final String TO_ZERO = "_to0";
    private static final double NEARLY_ZERO = 1e-7;
    private static final String OTHER_NOISE = "_noise_";

    @Override
    public String file() {
        return "reference_ode.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (String key : workshop.vectors().keys(file())) {
            cases.add(new VerificationCase(file() + ":" + key, () -> measure(key)));
        }
        return cases;
    }

    private Deviation measure(String key) throws IOException {
        String[] parts = key.split("/");
        if (parts.length < 2 || parts.length > 3) {
            throw new UnknownNameException("its name is not model/parameterization[/cfgW_classC]");
        }
        boolean toZero = parts[1].endsWith(TO_ZERO);
        NoiseSchedule schedule = workshop.schedule(
                toZero ? parts[1].substring(0, parts[1].length() - TO_ZERO.length()) : parts[1]);
        int other = parts[0].indexOf(OTHER_NOISE);
        Mixture mixture = workshop.mixture(other < 0 ? parts[0] : parts[0].substring(other + OTHER_NOISE.length()));
        String noise = other < 0 ? workshop.noiseKey(parts[0]) : parts[0].substring(0, other);
        Optional<Guided> guided = parts.length < 3 ? Optional.empty() : Optional.of(Guided.of(parts[2]).orElseThrow(() ->
                new UnknownNameException("the end of its name is not cfgW_classC")));
        Numbers expected = workshop.vectors().numbers(file(), key);
        return Deviation.of("solutions", expected.values(), solve(new ExactFlow(mixture, guided), schedule,
                workshop.values(noise, mixture.shape(), expected.rows()), toZero ? NEARLY_ZERO : schedule.sigmaMin()));
    }

    private static double[] solve(ExactFlow flow, NoiseSchedule schedule, double[] noise, double last) {
        double first = schedule.sigmaMax();
        double start = schedule.start(new DerivativeStructure(0, 1, first)).getValue();
        double finish = schedule.alpha(last);
        int size = flow.getDimension();
        double[] samples = new double[noise.length];
        for (int from = 0; from < noise.length; from += size) {
            double[] y = Arrays.stream(noise, from, from + size).map(z -> start * z).toArray();
            double[] solution = flow.solve(y, first, last);
            for (int j = 0; j < size; j++) {
                samples[from + j] = finish * solution[j];
            }
        }
        return samples;
    }
}
