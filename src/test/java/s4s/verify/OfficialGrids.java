package s4s.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import s4s.grid.GridType;
import s4s.grid.Grids;
import s4s.grid.PublishedGrids;
import s4s.grid.StepLayout;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VarianceExploding;
import s4s.schedule.VpLinear;

/**
 * What the public implementations call their schedules and grids, in our terms. The same word means different grids in them:
 * {@code time_quadratic} squares the index in LD3 and the time in DPM-Solver, and on EDM networks both space the noise level
 * where diff-sampler spaces VP time.
 */
public final class OfficialGrids {

    private static final Pattern SNAPPED = Pattern.compile("(.+) snapped to the M-grid");
    private static final Pattern WITH_EXPONENT = Pattern.compile("([a-z_]+?)_?(?:rho)?_?([0-9.]+)");
    /** Cells of DPM-Solver-v3's statistics. */
    private static final int CELLS = 1200;

    private OfficialGrids() {}

    /**
     * The schedule of a parameterization.
     *
     * @param parameterization edm, vplin, ldm, church, sd, ldm_ve, church_ve, sd_ve or gasedm
     * @throws IllegalArgumentException for another name
     */
    public static NoiseSchedule schedule(String parameterization) {
        return switch (parameterization) {
            case "edm" -> new Edm();
            case "vplin" -> new VpLinear();
            case "gasedm" -> VpLinear.edmAsVp();
            case "ldm" -> Discrete.latentDiffusion();
            case "church" -> Discrete.lsunChurch();
            case "sd" -> Discrete.stableDiffusion();
            case "ldm_ve", "church_ve", "sd_ve" -> new VarianceExploding(schedule(parameterization.replace("_ve", "")));
            default -> throw new UnknownNameException("There is no parameterization \"" + parameterization + "\".");
        };
    }

    /**
     * The family of grids that a solver of the reference vectors is run on.
     *
     * @param solver name in the vectors, for instance {@code unipc3_bh1_ld3}
     * @return ld3, dpmsolver or diffsampler
     */
    public static String family(String solver) {
        if (solver.contains("_ld3")) {
            return "ld3";
        }
        return solver.contains("_off") || solver.startsWith("dpmv3") ? "dpmsolver" : "diffsampler";
    }

    /**
     * The noise levels of a grid.
     *
     * @param family see {@link #type}
     * @param type the family's name of the grid; {@code "... snapped to the M-grid"} for DPM-Solver-v3
     * @param schedule as of {@link #schedule}
     * @param steps N, at least 1
     * @return N + 1 noise levels
     * @throws IllegalArgumentException for an unknown name, or if there is no such grid
     */
    public static double[] levels(String family, String type, NoiseSchedule schedule, int steps) {
        Matcher snapped = SNAPPED.matcher(type);
        return snapped.matches()
                ? Grids.snapped(levels(family, snapped.group(1), schedule, steps), CELLS)
                : type(family, type, schedule).levels(schedule, steps);
    }

    /**
     * The noise levels of GAS's time parameters, its {@code "from mu_logit"}.
     *
     * @param schedule a schedule whose label runs from 1 to 0.001
     * @param theta N - 1 parameters
     * @return N + 1 noise levels
     * @see Grids#stickBreaking
     */
    public static double[] fromMuLogit(NoiseSchedule schedule, double... theta) {
        return Arrays.stream(Grids.stickBreaking(1e-3, theta)).map(schedule::sigma).toArray();
    }

    /**
     * The noise levels at which the steps of DPM-Solver's single-step methods end. Inner nodes lie between them.
     *
     * @param type logSNR, time_uniform or time_quadratic
     * @param schedule as of {@link #schedule}
     * @param orders order of each step, see {@link #singleStepOrders}
     * @return one level more than steps
     */
    public static double[] singleStepEnds(String type, NoiseSchedule schedule, List<Integer> orders) {
        double[] all = type("dpmsolver_singlestep", type, schedule).levels(schedule, new StepLayout(orders, Optional.empty()));
        double[] ends = new double[orders.size() + 1];
        int next = 0;
        for (int step = 0; step < orders.size(); step++) {
            ends[step] = all[next];
            next += orders.get(step);
        }
        ends[orders.size()] = all[next];
        return ends;
    }

    /**
     * DPM-Solver's orders of the steps of its single-step methods: as many of the given order as fit, the rest at the end.
     *
     * @param order 1, 2 or 3
     * @param nfe number of function evaluations, at least 1
     * @return orders, whose sum is {@code nfe}
     */
    public static List<Integer> singleStepOrders(int order, int nfe) {
        if (order < 1 || order > 3 || nfe < 1) {
            throw new IllegalArgumentException("Single-step methods have orders 1 to 3 and take at least one evaluation, "
                    + "not order " + order + " and NFE " + nfe + ".");
        }
        List<Integer> orders = new ArrayList<>(Collections.nCopies(nfe / order, order));
        if (nfe % order != 0) {
            orders.add(nfe % order);
        } else if (order == 3) {                             // order 3 always ends with lower orders: 3, ..., 3, 2, 1
            orders.set(orders.size() - 1, 2);
            orders.add(1);
        }
        return List.copyOf(orders);
    }

    /**
     * The grid type of a family's name.
     *
     * @param family ld3, dpmsolver, dpmsolver_singlestep, diffsampler, edm_sampler, gits_ld3_table or
     *     gits_diffsampler_launch_cifar10
     * @param name the family's name of the grid, with the exponent where it has one ({@code poly_3}, {@code edm_5}), with
     *     {@code +0} where noise level 0 is appended; for the tables, the name of the solver
     * @param schedule as of {@link #schedule}
     * @throws IllegalArgumentException for an unknown name
     */
    public static GridType type(String family, String name, NoiseSchedule schedule) {
        if (name.endsWith("+0")) {
            return type(family, name.substring(0, name.length() - 2), schedule).toZero();
        }
        Matcher split = WITH_EXPONENT.matcher(name);
        String word = split.matches() ? split.group(1) : name;
        OptionalDouble rho = split.matches() ? OptionalDouble.of(Double.parseDouble(split.group(2))) : OptionalDouble.empty();
        boolean level = schedule.timeline() != schedule;     // the label is the noise level, so grids in the label are
        return switch (family) {
            case "ld3" -> ld3(word, rho, level);
            case "dpmsolver", "dpmsolver_singlestep" -> dpmSolver(word, level);
            case "diffsampler", "edm_sampler" -> diffSampler(word, rho, schedule);
            case "gits_ld3_table" -> word.equals("ipndm") ? PublishedGrids.GITS_SD_IPNDM : PublishedGrids.GITS_SD;
            case "gits_diffsampler_launch_cifar10" -> PublishedGrids.GITS_CIFAR10;
            default -> throw unknown(family);
        };
    }

    private static GridType ld3(String name, OptionalDouble rho, boolean level) {
        return switch (name) {
            case "logSNR" -> GridType.LOGSNR;
            case "time_uniform" -> level ? GridType.SIGMA_UNIFORM : GridType.TIME_UNIFORM;
            case "time_quadratic" -> level ? GridType.SIGMA_QUADRATIC : GridType.TIME_QUADRATIC_LD3;
            case "edm" -> rho.isEmpty()
                    ? (level ? GridType.EDM : GridType.TIME_EDM)
                    : level ? GridType.edm(rho.getAsDouble()) : GridType.timeEdm(rho.getAsDouble());
            case "poly" -> level ? GridType.sigmaPoly(rho.orElseThrow()) : GridType.timePoly(rho.orElseThrow());
            default -> throw unknown(name);
        };
    }

    private static GridType dpmSolver(String name, boolean level) {
        return switch (name) {
            case "logSNR" -> GridType.LOGSNR;
            case "time_uniform" -> level ? GridType.SIGMA_UNIFORM : GridType.TIME_UNIFORM;
            case "time_quadratic" -> level ? GridType.edm(2) : GridType.TIME_QUADRATIC;
            default -> throw unknown(name);
        };
    }

    private static GridType diffSampler(String name, OptionalDouble rho, NoiseSchedule schedule) {
        return switch (name) {
            case "logSNR", "logsnr" -> GridType.LOGSNR;
            case "edm", "polynomial" -> rho.isEmpty() ? GridType.EDM : GridType.edm(rho.getAsDouble());
            case "vp_uniform" -> linearTime(GridType.TIME_UNIFORM);
            case "vp_quadratic" -> linearTime(GridType.TIME_QUADRATIC);
            case "time_uniform" -> linearTime(GridType.timeEdm(rho.orElse(1)));
            case "discrete" -> {
                if (!(schedule.timeline() instanceof Discrete)) {
                    throw new IllegalArgumentException("Grid \"discrete\" needs a discrete schedule.");
                }
                yield rho.isEmpty() ? GridType.TIME_UNIFORM : GridType.timeEdm(rho.getAsDouble());
            }
            default -> throw unknown(name);
        };
    }

    /** A grid in the time of the linear schedule with the same range, whatever the network's own time is. */
    private static GridType linearTime(GridType type) {
        String description = type.description() + ", of the linear schedule";
        return new GridType("linear-" + type.id(), description, (schedule, from, to, steps) ->
                type.levels(VpLinear.between(schedule.sigmaMin(), schedule.sigmaMax()), from, to, steps));
    }

    private static UnknownNameException unknown(String name) {
        return new UnknownNameException("No public implementation has a grid \"" + name + "\" here.");
    }
}
