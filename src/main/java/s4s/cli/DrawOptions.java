package s4s.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import s4s.app.Draw;

/** The options that say what is drawn: a model, its conditions and a solver. */
final class DrawOptions {
    @Option(names = "--model", defaultValue = "cifar10-mini", paramLabel = "NAME",
            description = "Model in data/models, or the path of such a folder (default ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--solver", defaultValue = "dpmpp-3m", paramLabel = "NAME|FILE.json",
            description = "See s4s solvers, or a solver file, which has its own grid and NFE (default ${DEFAULT-VALUE}).")
    private String solver;

    @Option(names = "--grid", description = "See s4s solvers (default logsnr).")
    private Optional<String> grid;

    @Option(names = "--nfe", description = "Network calls for an image (default 5).")
    private Optional<Integer> nfe;

    @Option(names = "--batch", defaultValue = "100", description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = {"--class", "--text"}, paramLabel = "TEXT",
            description = "Condition of a conditional model: a class by its number or name, or a text. Once"
                + " for all images, or once for each seed.")
    private List<String> conditions = List.of();

    @Option(names = "--balanced", description = "All classes equally often: seed i draws class i mod their number, so that"
            + " 50,000 seeds are 50 images of each ImageNet class.")
    private boolean balanced;

    @Option(names = "--prompts", paramLabel = "FILE.txt",
            description = "The lines of a text file in turn: seed i draws line i mod their number.")
    private Optional<Path> prompts;

    @Option(names = "--guidance", defaultValue = "1", paramLabel = "W",
            description = "Guidance scale; 1 is the condition alone (default ${DEFAULT-VALUE}).")
    private double guidance;

    @Option(names = "--threshold", paramLabel = "QUANTILE", fallbackValue = "0.995", arity = "0..1",
            description = "Dynamic thresholding of the predicted pixels (Imagen): each is clipped to this quantile of its image's"
                + " absolute values, if that is above 1, and divided by it; ${FALLBACK-VALUE} if no number follows.")
    private Optional<Double> threshold;

    Draw draw() {
        return new Draw(model, solver, grid, nfe, new Draw.Asked(conditions, balanced, prompts), guidance, threshold, batch);
    }
}
