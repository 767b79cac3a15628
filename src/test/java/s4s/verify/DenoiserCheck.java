package s4s.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.model.ClassMixture;
import s4s.model.Denoiser;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.SigmaAsTime;
import s4s.solver.Prediction;

/** Single predictions of the exact models: data and noise, of a class, guided. */
record DenoiserCheck(Workshop workshop) implements Check {

    private static final String POINT = "alpha_sigma";

    @Override
    public String file() {
        return "denoiser.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> group : workshop.vectors().groups(file()).entrySet()) {
            for (Map.Entry<String, String> array : group.getValue().entrySet()) {
                if (!array.getKey().equals(POINT) && !array.getKey().equals("x")) {
                    cases.add(new VerificationCase(file() + ":" + array.getValue(),
                            () -> measure(group.getKey(), array.getKey())));
                }
            }
        }
        return cases;
    }

    private Deviation measure(String group, String name) throws IOException {
        Mixture mixture = workshop.mixture(group.substring(0, Math.max(0, group.indexOf('/'))));
        Numbers point = numbers(group, POINT);
        double alpha = point.row(0).number();
        double level = point.row(1).number() / alpha;
        Numbers x = numbers(group, "x");
        Shape shape = new Shape(LongStream.concat(LongStream.of(x.rows()), LongStream.of(mixture.shape().getShape())).toArray());
        try (NDManager scope = workshop.manager().newSubManager()) {
            NDArray prediction = denoiser(mixture, new Fixed(alpha, level), name)
                    .predict(scope.create(x.values(), shape), scope.create(new double[] {level}));
            return Deviation.of(name, numbers(group, name).values(), prediction.toDoubleArray());
        }
    }

    private static Denoiser denoiser(Mixture mixture, NoiseSchedule schedule, String name) {
        ClassMixture model = mixture.model(schedule, name.startsWith("eps") ? Prediction.NOISE : Prediction.DATA);
        Optional<Guided> guided = Guided.of(name);
        if (guided.isPresent()) {
            return model.guided(guided.get().condition(), guided.get().scale());
        }
        int end = name.indexOf("_class");
        String kind = end < 0 ? name : name.substring(0, end);
        if (!kind.equals("D") && !kind.equals("eps")) {
            throw new UnknownNameException("there is no prediction called " + name);
        }
        return end < 0 ? model.unconditional() : model.given(name.substring(end + "_class".length()));
    }

    private Numbers numbers(String group, String name) throws IOException {
        return workshop.vectors().numbers(file(), group + "/" + name);
    }

    /** One point of a schedule; the label is the noise level. */
    private record Fixed(double scale, double level) implements SigmaAsTime {

        @Override
        public DerivativeStructure alpha(DerivativeStructure sigma) {
            return sigma.getField().getOne().multiply(scale);
        }

        @Override
        public double sigmaMin() {
            return level;
        }

        @Override
        public double sigmaMax() {
            return level;
        }
    }
}
