package s4s.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import s4s.schedule.NoiseSchedule;

/** Schedules: alpha, sigma and half the log SNR of times, their inverse, and the tables of discrete ones. */
record ScheduleCheck(Workshop workshop) implements Check {

    @Override
    public String file() {
        return "schedules.npz";
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

    private Deviation measure(String parameterization, String name) throws IOException {
        NoiseSchedule schedule = workshop.schedule(parameterization);
        double[] expected = numbers(parameterization, name);
        return Deviation.of(name, expected, switch (name) {
            case "t" -> map(expected, t -> schedule.time(schedule.sigma(t)));
            case "alpha" -> ofTimes(parameterization, t -> schedule.alpha(schedule.sigma(t)));
            case "log_alpha" -> ofTimes(parameterization, t -> Math.log(schedule.alpha(schedule.sigma(t))));
            case "sigma" -> ofTimes(parameterization, t -> schedule.sigma(t) * schedule.alpha(schedule.sigma(t)));
            case "lambda" -> ofTimes(parameterization, t -> -Math.log(schedule.sigma(t)));
            case "inverse_lambda_of_lambda" ->
                    map(numbers(parameterization, "lambda"), lambda -> schedule.time(Math.exp(-lambda)));
            case "log_alpha_array" -> logAlphas(schedule, expected.length);
            case "betas" -> betas(logAlphas(schedule, expected.length));
            case "t_eps" -> new double[] {schedule.time(schedule.sigmaMin())};
            case "sigma_min" -> new double[] {schedule.sigmaMin()};
            case "sigma_max" -> new double[] {schedule.sigmaMax()};
            case "beta_d" -> new double[] {rates(schedule)[1]};
            case "beta_min" -> new double[] {rates(schedule)[0]};
            default -> throw new UnknownNameException("there is nothing called " + name + " in a schedule");
        });
    }

    private double[] ofTimes(String parameterization, DoubleUnaryOperator function) throws IOException {
        return map(numbers(parameterization, "t"), function);
    }

    private static double[] map(double[] values, DoubleUnaryOperator function) {
        return Arrays.stream(values).map(function).toArray();
    }

    /** log alpha at the times 1/M, 2/M, ..., 1. */
    private static double[] logAlphas(NoiseSchedule schedule, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToDouble(n -> Math.log(schedule.alpha(schedule.sigma((double) n / count)))).toArray();
    }

    private static double[] betas(double[] logAlpha) {
        return IntStream.range(0, logAlpha.length)
                .mapToDouble(n -> -Math.expm1(2 * (logAlpha[n] - (n == 0 ? 0 : logAlpha[n - 1])))).toArray();
    }

    /** b and d of a linear noise rate b + d t, from -2 log alpha = b t + d t^2 / 2 at two times. */
    private static double[] rates(NoiseSchedule schedule) {
        double whole = -2 * Math.log(schedule.alpha(schedule.sigma(1.0)));
        double half = -2 * Math.log(schedule.alpha(schedule.sigma(0.5)));
        return new double[] {4 * half - whole, 4 * (whole - 2 * half)};
    }

    private double[] numbers(String parameterization, String name) throws IOException {
        return workshop.vectors().numbers(file(), parameterization + "/" + name).values();
    }
}
