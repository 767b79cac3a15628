package s4s.grid;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Grids that were searched or learned for one model and published as lists of noise levels. They fit schedules whose range they
 * lie in, up to the rounding of the publication.
 */
public final class PublishedGrids {

    /** GITS for Stable Diffusion with DPM-Solver++ as the student, as listed in LD3's code. */
    public static final GridType GITS_SD = table("gits-sd",
            "GITS for Stable Diffusion 1 with DPM-Solver++ (arXiv:2405.11326, listed by LD3)",
            new double[] {14.6146, 1.5286, 0.4936, 0.0292},
            new double[] {14.6146, 3.1131, 1.0421, 0.3811, 0.0292},
            new double[] {14.6146, 4.39, 1.4467, 0.6114, 0.2255, 0.0292},
            new double[] {14.6146, 4.39, 1.8073, 0.8319, 0.3811, 0.1258, 0.0292},
            new double[] {14.6146, 4.39, 2.0267, 1.0421, 0.5712, 0.3058, 0.1258, 0.0292},
            new double[] {14.6146, 5.9489, 2.9183, 1.5286, 0.8811, 0.4936, 0.2667, 0.1258, 0.0292},
            new double[] {14.6146, 6.4477, 3.1131, 1.7083, 1.0421, 0.6526, 0.4183, 0.2667, 0.1258, 0.0292},
            new double[] {14.6146, 7.6188, 4.0861, 2.4211, 1.4467, 0.9324, 0.6114, 0.3811, 0.2255, 0.1258, 0.0292},
            new double[] {14.6146, 7.0019, 3.8092, 2.2797, 1.5286, 1.0421, 0.7391, 0.4936, 0.3437, 0.2255, 0.1258, 0.0292});

    /** GITS for Stable Diffusion with iPNDM as the student, as listed in LD3's code. */
    public static final GridType GITS_SD_IPNDM = table("gits-sd-ipndm",
            "GITS for Stable Diffusion 1 with iPNDM (arXiv:2405.11326, listed by LD3)",
            new double[] {14.6146, 1.7083, 0.532, 0.0292},
            new double[] {14.6146, 3.1131, 1.0421, 0.3811, 0.0292},
            new double[] {14.6146, 4.39, 1.5286, 0.6526, 0.2667, 0.0292},
            new double[] {14.6146, 4.7242, 1.9132, 0.9324, 0.4557, 0.1801, 0.0292},
            new double[] {14.6146, 6.4477, 2.2797, 1.1629, 0.6114, 0.3058, 0.1258, 0.0292},
            new double[] {14.6146, 6.4477, 2.7391, 1.4467, 0.8319, 0.4936, 0.2667, 0.1258, 0.0292},
            new double[] {14.6146, 6.4477, 3.3251, 1.9132, 1.1629, 0.7391, 0.4557, 0.2667, 0.1258, 0.0292},
            new double[] {14.6146, 5.9489, 3.3251, 2.0267, 1.2969, 0.8319, 0.5712, 0.3811, 0.2255, 0.1258, 0.0292},
            new double[] {14.6146, 6.4477, 3.8092, 2.2797, 1.5286, 1.0421, 0.7391, 0.4936, 0.3437, 0.2255, 0.1258, 0.0292});

    /** GITS for CIFAR-10, the list in the running script of diff-sampler. */
    public static final GridType GITS_CIFAR10 = table("gits-cifar10",
            "GITS for EDM's CIFAR-10 network, 6 steps (arXiv:2405.11326, diff-sampler's script)",
            new double[] {80, 10.9836, 3.8811, 1.584, 0.5666, 0.1698, 0.002});

    /** AYS for Stable Diffusion 1.5. */
    public static final GridType AYS_SD15 = ays("ays-sd15", "Stable Diffusion 1.5",
            14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029);

    /** AYS for SDXL. */
    public static final GridType AYS_SDXL = ays("ays-sdxl", "SDXL",
            14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029);

    /** AYS for stage 1 of DeepFloyd-IF. */
    public static final GridType AYS_DEEPFLOYD = ays("ays-deepfloyd", "DeepFloyd-IF stage 1",
            160.41, 8.081, 3.315, 1.885, 1.207, 0.785, 0.553, 0.293, 0.186, 0.030, 0.006);

    /** AYS for Stable Video Diffusion, whose noise levels run from 700 to 0.002. */
    public static final GridType AYS_SVD = ays("ays-svd", "Stable Video Diffusion",
            700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002);

    private static final List<GridType> ALL = List.of(
            GITS_SD, GITS_SD_IPNDM, GITS_CIFAR10, AYS_SD15, AYS_SDXL, AYS_DEEPFLOYD, AYS_SVD);

    private PublishedGrids() {}

    /** All published grids. */
    public static List<GridType> all() {
        return ALL;
    }

    private static GridType table(String id, String description, double[]... grids) {
        String published = Arrays.stream(grids).map(grid -> String.valueOf(grid.length - 1)).collect(Collectors.joining(", "));
        return new GridType(id, description, (schedule, from, to, steps) ->
                Arrays.stream(grids).filter(grid -> grid.length == steps + 1).findFirst().orElseThrow(() ->
                        new IllegalArgumentException("Grid " + id + " is published for " + published + " steps, not for " + steps
                                + ".")));
    }

    /** Ten steps, table 3 of the paper; other numbers of steps by interpolation, as its authors describe. */
    private static GridType ays(String id, String model, double... ten) {
        return new GridType(id, "AYS for " + model + ", log-linear between its 10 steps (arXiv:2404.14507, table 3)",
                (schedule, from, to, steps) -> Grids.logLinear(ten, steps));
    }
}
