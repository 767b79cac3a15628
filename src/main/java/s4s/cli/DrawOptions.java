package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.grid.GridNames;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.ConditionalNetwork;
import s4s.model.Conditions;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.sampling.LoadedModel;
import s4s.sampling.SamplingJob;
import s4s.sampling.SearchedGrids;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;
import s4s.solver.data.SolverSource;

/** What is drawn: a model, its conditions and a solver. */
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

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /**
     * Everything that draws.
     *
     * @param loaded the model in memory
     * @param model the model under its conditions
     * @param conditions of every seed, if they are chosen
     * @param solver the numbers
     * @param label what to call the images
     * @param guidance scale
     * @param threshold quantile of dynamic thresholding; 0 is without
     * @param batch images in a network call
     */
    record Drawing(LoadedModel loaded, DiffusionModel model, Optional<Conditions> conditions, Solver solver, String label,
            double guidance, double threshold, int batch) {

        /** The order for the images of some seeds. */
        SamplingJob order(long[] seeds) {
            return new SamplingJob(label, solver, seeds, conditions.map(c -> c.of(seeds)).orElse(List.of()), guidance,
                    threshold, batch);
        }
    }

    /** Name of the model, or its folder's path. */
    String model() {
        return model;
    }

    /**
     * Loads the model and chooses the solver.
     *
     * @param seeds that will be drawn, for conditions given one by one
     */
    Drawing load(Models models, NDManager manager, long[] seeds) throws IOException {
        SolverSource source = SolverSource.of(solver, grid, nfe);
        double quantile = threshold(models);
        LoadedModel loaded = LoadedModel.load(models, model, manager);
        NoiseSchedule schedule = loaded.denoiser().schedule();
        Optional<Conditions> chosen = conditions(loaded, seeds);
        DiffusionModel diffusion = loaded.under(chosen, guidance, quantile);
        Solver numbers = searched(source, models, diffusion, manager).on(schedule);
        return new Drawing(loaded, diffusion, chosen, noted(numbers, schedule), model + " " + source.label(), guidance, quantile,
                batch);
    }

    /** The same method, its grid searched on the model if it is one of those. */
    private SolverSource searched(SolverSource source, Models models, DiffusionModel diffusion, NDManager manager)
            throws IOException {
        if (!(source instanceof SolverSource.Named named) || !SearchedGrids.isSearched(named.grid())) {
            return source;
        }
        if (conditions.size() > 1) {
            throw new IllegalArgumentException("--grid " + named.grid().id() + " is searched on samples of its own: give one"
                    + " --class or --text for all, --balanced or --prompts");
        }
        Map<String, String> setting = new LinkedHashMap<>();
        setting.put("model sha256", models.card(model).weightsSha256());
        setting.put("conditions", diffusion.conditions().orElse("none"));
        setting.put("threshold", threshold.map(String::valueOf).orElse("none"));
        SearchedGrids grids = new SearchedGrids(models.path(model).resolve("grids"), diffusion, setting,
                note -> spec.commandLine().getErr().println("s4s: " + note));
        int samples = GridNames.gitsSamples(named.grid().id()).orElse(1);
        try (Progress progress = Progress.terminal(System.err, "grid " + named.grid().id())) {
            GridType found = grids.of(named.grid(), manager, done -> progress.update(done, samples));
            return new SolverSource.Named(named.method(), found, named.nfe());
        }
    }

    private double threshold(Models models) throws IOException {
        if (threshold.isEmpty()) {
            return 0;
        }
        if (!(threshold.get() > 0 && threshold.get() <= 1)) {
            throw new IllegalArgumentException("--threshold is a quantile above 0 and at most 1, not " + threshold.get());
        }
        if (models.card(model).latent()) {
            throw new IllegalArgumentException("--threshold is for pixels, but model '" + model + "' predicts latents");
        }
        return threshold.get();
    }

    private Solver noted(Solver solver, NoiseSchedule schedule) {
        solver.requireRange(schedule).ifPresent(note -> spec.commandLine().getErr().println("s4s: " + note));
        return solver;
    }

    /** {@code provenance} with what images depend on, beside their seeds. */
    Provenance record(Provenance provenance, Models models, Drawing drawing) throws IOException {
        ModelCard card = models.card(model);
        Provenance all = provenance.with("model", card.name()).with("model sha256", card.weightsSha256())
                .with("solver", SolverSource.of(solver, grid, nfe).label());
        if (solver.endsWith(".json")) {
            all = all.file("solver file", Path.of(solver));
        }
        if (threshold.isPresent()) {
            all = all.with("threshold", String.valueOf(threshold.get()));
        }
        Optional<String> rule = drawing.model().conditions();
        return rule.isPresent() ? all.with("conditions", rule.get()) : all;
    }

    private Optional<Conditions> conditions(LoadedModel loaded, long[] seeds) throws IOException {
        long ways = Stream.of(!conditions.isEmpty(), balanced, prompts.isPresent()).filter(way -> way).count();
        if (ways == 0) {
            if (guidance != 1) {
                throw new IllegalArgumentException("--guidance needs a --class, a --text, --balanced or --prompts to guide to");
            }
            return Optional.empty();
        }
        if (ways > 1) {
            throw new IllegalArgumentException("--class, --text, --balanced and --prompts choose the conditions: give one");
        }
        ConditionalNetwork network = loaded.conditional()
                .orElseThrow(() -> new IOException("model '" + model + "' takes no class and no text"));
        if (balanced) {
            return Optional.of(Conditions.balanced(network.requests()));
        }
        if (prompts.isPresent()) {
            return Optional.of(Conditions.prompts(prompts.get()));
        }
        return Optional.of(conditions.size() == 1 ? Conditions.inTurn(conditions.get(0), conditions)
                : Conditions.each(seeds, conditions));
    }
}
