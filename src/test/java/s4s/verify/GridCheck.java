package s4s.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import s4s.grid.Dmn;
import s4s.grid.GridType;
import s4s.schedule.NoiseSchedule;

/**
 * Time grids, named family/parameterization/type/N..., published tables, GAS's parameters of the uniform grid, and the objective
 * of DMN. The number of intervals is that of the array.
 */
record GridCheck(Workshop workshop) implements Check {

    private static final Pattern SINGLE_STEP = Pattern.compile("(\\w+)/(\\w+)/order(\\d+)/nfe(\\d+)/(t|orders)");
    private static final String FLOAT32 = "_float32";
    /** Single precision costs LD3's grids up to this much. */
    private static final double SINGLE_PRECISION = 2e-4;

    @Override
    public String file() {
        return "grids.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (String key : workshop.vectors().keys(file())) {
            int slash = key.indexOf('/');
            String family = slash < 0 ? key : key.substring(0, slash);
            boolean rounded = family.endsWith(FLOAT32);
            cases.add(new VerificationCase(file() + ":" + key, Optional.empty(),
                    rounded ? SINGLE_PRECISION : VerificationCase.TOLERANCE,
                    () -> measure(key, rounded ? family.substring(0, family.length() - FLOAT32.length()) : family)));
        }
        return cases;
    }

    private Deviation measure(String key, String family) throws IOException {
        String[] part = key.split("/");
        double[] expected = workshop.vectors().numbers(file(), key).values();
        if (family.equals("gas")) {                              // parameters, of the uniform grid
            NoiseSchedule schedule = workshop.schedule("gasedm");
            double[] uniform = OfficialGrids.levels("ld3", "time_uniform", schedule, expected.length + 1);
            return Deviation.of("grid", times(schedule, uniform), times(schedule, OfficialGrids.fromMuLogit(schedule, expected)));
        }
        return Deviation.of("grid", expected, switch (family) {
            case "dpmsolver_singlestep" -> singleStep(key.substring(family.length() + 1));
            case "edm_sampler" -> times(family, name(key, part, 1), "edm", expected);
            case "gits_ld3_table", "gits_diffsampler_launch_cifar10" -> table(key, family, part, expected);
            case "dmn" -> dmn(key.substring(0, key.lastIndexOf('/') + 1), name(key, part, 1), part[part.length - 1]);
            default -> times(family, name(key, part, 2), name(key, part, 1), expected);
        });
    }

    private double[] times(String family, String type, String parameterization, double[] expected) {
        NoiseSchedule schedule = workshop.schedule(parameterization);
        return times(schedule, OfficialGrids.levels(family, type, schedule, expected.length - 1));
    }

    private static double[] times(NoiseSchedule schedule, double[] levels) {
        return Arrays.stream(levels).map(schedule::time).toArray();
    }

    private double[] singleStep(String name) {
        Matcher m = SINGLE_STEP.matcher(name);
        if (!m.matches()) {
            throw new UnknownNameException("the name is not parameterization/type/orderO/nfeN/t or .../orders");
        }
        NoiseSchedule schedule = workshop.schedule(m.group(1));
        List<Integer> orders = OfficialGrids.singleStepOrders(Integer.parseInt(m.group(3)), Integer.parseInt(m.group(4)));
        return m.group(5).equals("orders") ? orders.stream().mapToDouble(Integer::doubleValue).toArray()
                : times(schedule, OfficialGrids.singleStepEnds(m.group(2), schedule, orders));
    }

    /** Tables hold noise levels; some also the time in which Stable Diffusion's schedule has them. */
    private double[] table(String key, String family, String[] part, double[] expected) {
        boolean stableDiffusion = family.equals("gits_ld3_table");
        String parameterization = stableDiffusion ? "sd" : "edm";
        NoiseSchedule schedule = workshop.schedule(parameterization);
        double[] levels = OfficialGrids.levels(family, name(key, part, 1), schedule, expected.length - 1);
        return part[part.length - 1].equals("sigma") ? levels : times(schedule, levels);
    }

    private double[] dmn(String prefix, String parameterization, String name) throws IOException {
        NoiseSchedule schedule = workshop.schedule(parameterization);
        double[] lambda = workshop.vectors().numbers(file(), prefix + "lambda").values();
        double[] levels = Arrays.stream(lambda).map(l -> Math.exp(-l)).toArray();
        return switch (name) {
            case "t" -> times(schedule, levels);
            case "lambda" -> Arrays.stream(workshop.vectors().numbers(file(), prefix + "t").values())
                    .map(t -> -Math.log(schedule.sigma(t))).toArray();
            case "objective" -> new double[] {Dmn.of(schedule).objective(levels)};
            case "objective_at_uniform_lambda" ->
                    new double[] {Dmn.of(schedule).objective(GridType.LOGSNR.levels(schedule, levels.length - 1))};
            default -> throw new UnknownNameException("there is nothing called " + name + " in a grid of DMN");
        };
    }

    private static String name(String key, String[] part, int i) {
        if (i >= part.length) {
            throw new UnknownNameException("the name " + key + " has too few parts");
        }
        return part[i];
    }
}
