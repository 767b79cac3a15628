package s4s.verify;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import s4s.grid.GridType;
import s4s.model.Denoiser;
import s4s.sampling.Gits;
import s4s.sampling.JumpCosts;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * GITS, named model/metric/...: the teacher's points and deviation, the costs of jumps, and the paths through the stored costs.
 * Paths are not searched in our own costs, whose last digits would decide between jumps of no cost.
 */
record GitsCheck(Workshop workshop) implements Check {

    private static final Pattern PATH = Pattern.compile("(dp|sigma)_num_steps(\\d+)_coeff([0-9.]+)");
    private static final String PARAMETERIZATION = "edm";
    private static final Map<String, Gits.Metric> METRICS =
            Map.of("l1", Gits.Metric.L1, "l2", Gits.Metric.L2, "dev", Gits.Metric.DEVIATION);

    @Override
    public String file() {
        return "gits.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> group : workshop.vectors().groups(file()).entrySet()) {
            for (Map.Entry<String, String> array : group.getValue().entrySet()) {
                cases.add(new VerificationCase(file() + ":" + array.getValue(),
                        () -> measure(group.getKey(), array.getKey())));
            }
        }
        return cases;
    }

    private Deviation measure(String group, String name) throws IOException {
        String[] part = group.split("/");
        Gits.Metric metric = Optional.ofNullable(METRICS.get(part[part.length - 1])).orElseThrow(() ->
                new UnknownNameException("its name is not model/metric/... with one of the metrics l1, l2, dev"));
        double[] points = numbers(group, "t_teacher").values();
        Numbers expected = numbers(group, name);
        Matcher path = PATH.matcher(name);
        if (path.matches()) {
            JumpCosts costs = new JumpCosts(points, rows(numbers(group, "cost_mat")));
            int steps = Integer.parseInt(path.group(2)) - 1;
            double coefficient = Double.parseDouble(path.group(3));
            return Deviation.of(name, expected.values(), path.group(1).equals("sigma") ? costs.grid(steps, coefficient)
                    : Arrays.stream(costs.path(steps, coefficient)).asDoubleStream().toArray());
        }
        NoiseSchedule schedule = workshop.schedule(PARAMETERIZATION);
        Denoiser denoiser = workshop.denoiser(part[0], PARAMETERIZATION, Optional.empty(), Prediction.NOISE);
        NDArray noise = workshop.noise(part[0]);
        return Deviation.of(name, expected.values(), switch (name) {
            case "t_teacher" -> GridType.EDM.levels(schedule, points.length - 1);
            case "deviation_teacher" -> Gits.deviations(denoiser, points, noise);
            case "cost_mat" -> Arrays.stream(Gits.costs(denoiser, points, metric, noise).cost())
                    .flatMapToDouble(Arrays::stream).toArray();
            default -> throw new UnknownNameException("there is nothing called " + name + " in GITS");
        });
    }

    private static double[][] rows(Numbers matrix) {
        return IntStream.range(0, matrix.rows()).mapToObj(i -> matrix.row(i).values()).toArray(double[][]::new);
    }

    private Numbers numbers(String group, String name) throws IOException {
        return workshop.vectors().numbers(file(), group + "/" + name);
    }
}
