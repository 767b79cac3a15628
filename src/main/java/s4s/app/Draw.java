package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import s4s.grid.GridNames;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.ConditionEncoder;
import s4s.model.Conditions;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.sampling.SamplingJob;
import s4s.sampling.SearchedGrids;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;
import s4s.solver.data.SolverSource;

/**
 * What is drawn: a model, its conditions and a solver.
 *
 * @param model name of a model, or the path of its folder
 * @param solver name of a method, or the path of a solver file
 * @param grid of the method; empty: {@link SolverSource#GRID}
 * @param nfe of the method; empty: {@link SolverSource#NFE}
 * @param asked conditions, if there are any
 * @param guidance scale; 1 is the condition alone
 * @param threshold quantile of dynamic thresholding, if it is wanted
 * @param batch most images in a network call
 */
public record Draw(String model, String solver, Optional<String> grid, Optional<Integer> nfe, Asked asked, double guidance,
        Optional<Double> threshold, int batch) {

    /**
     * Ways to ask a conditional model, of which one can be chosen.
     *
     * @param conditions one for all seeds, or one for each
     * @param balanced all classes equally often
     * @param prompts a text file, whose lines come in turn
     */
    public record Asked(List<String> conditions, boolean balanced, Optional<Path> prompts) {}

    /**
     * Everything that draws.
     *
     * @param loaded the model in memory
     * @param model the model under its conditions
     * @param conditions of every seed, if they are chosen
     * @param solver the numbers
     * @param label what to call the images
     */
    public record Drawing(DiffusionModel loaded, DiffusionModel model, Optional<Conditions> conditions, Solver solver,
            String label) {}

    /**
     * Loads the model and chooses the solver.
     *
     * @param seeds that will be drawn, for conditions given one by one
     */
    public Drawing load(Models models, NDManager manager, long[] seeds, Output output) throws IOException {
        SolverSource source = SolverSource.of(solver, grid, nfe);
        requireThreshold(models);
        DiffusionModel loaded = models.load(model, manager);
        NoiseSchedule schedule = loaded.schedule();
        Optional<Conditions> chosen = conditions(loaded, seeds);
        DiffusionModel under = loaded.given(chosen, guidance);
        DiffusionModel diffusion = threshold.map(under::thresholded).orElse(under);
        Solver numbers = searched(source, models, diffusion, manager, output).on(schedule);
        numbers.requireRange(schedule).ifPresent(output::note);
        return new Drawing(loaded, diffusion, chosen, numbers, model + " " + source.label());
    }

    /** The order for the images of some seeds. */
    SamplingJob job(Drawing drawing, long[] seeds) {
        return new SamplingJob(drawing.label, drawing.solver, seeds, drawing.conditions.map(c -> c.of(seeds)).orElse(List.of()),
                guidance, quantile(), batch);
    }

    /** Of dynamic thresholding; 0 is without. */
    double quantile() {
        return threshold.orElse(0.0);
    }

    /** {@code provenance} with what images depend on, beside their seeds. */
    Provenance record(Provenance provenance, Models models, Drawing drawing) throws IOException {
        ModelCard card = models.card(model);
        Provenance all = provenance.with("model", card.name()).with("model sha256", card.weightsSha256())
                .with("solver", SolverSource.of(solver, grid, nfe).label());
        if (SolverSource.isFile(solver)) {
            all = all.file("solver file", Path.of(solver));
        }
        if (threshold.isPresent()) {
            all = all.with("threshold", String.valueOf(threshold.get()));
        }
        Optional<String> rule = drawing.model.conditions();
        return rule.isPresent() ? all.with("conditions", rule.get()) : all;
    }

    /** The same method, its grid searched on the model if it is one of those. */
    private SolverSource searched(SolverSource source, Models models, DiffusionModel diffusion, NDManager manager,
            Output output) throws IOException {
        if (!(source instanceof SolverSource.Named named) || !SearchedGrids.isSearched(named.grid())) {
            return source;
        }
        if (asked.conditions.size() > 1) {
            throw new IllegalArgumentException("--grid " + named.grid().id() + " is searched on samples of its own: give one"
                    + " --class or --text for all, --balanced or --prompts");
        }
        Map<String, String> setting = new LinkedHashMap<>();
        setting.put("model sha256", models.card(model).weightsSha256());
        setting.put("conditions", diffusion.conditions().orElse("none"));
        setting.put("threshold", threshold.map(String::valueOf).orElse("none"));
        SearchedGrids grids = new SearchedGrids(models.path(model).resolve("grids"), diffusion, setting, output::note);
        int samples = GridNames.gitsSamples(named.grid().id()).orElse(1);
        try (Progress progress = output.progress("grid " + named.grid().id())) {
            GridType found = grids.of(named.grid(), manager, done -> progress.update(done, samples));
            return new SolverSource.Named(named.method(), found, named.nfe());
        }
    }

    private void requireThreshold(Models models) throws IOException {
        if (threshold.isEmpty()) {
            return;
        }
        if (!(threshold.get() > 0 && threshold.get() <= 1)) {
            throw new IllegalArgumentException("--threshold is a quantile above 0 and at most 1, not " + threshold.get());
        }
        if (models.card(model).latent()) {
            throw new IllegalArgumentException("--threshold is for pixels, but model '" + model + "' predicts latents");
        }
    }

    private Optional<Conditions> conditions(DiffusionModel loaded, long[] seeds) throws IOException {
        List<String> given = asked.conditions;
        long ways = Stream.of(!given.isEmpty(), asked.balanced, asked.prompts.isPresent()).filter(way -> way).count();
        if (ways == 0) {
            if (guidance != 1) {
                throw new IllegalArgumentException("--guidance needs a --class, a --text, --balanced or --prompts to guide to");
            }
            return Optional.empty();
        }
        if (ways > 1) {
            throw new IllegalArgumentException("--class, --text, --balanced and --prompts choose the conditions: give one");
        }
        ConditionEncoder encoder = loaded.encoder()
                .orElseThrow(() -> new IOException("model '" + model + "' takes no class and no text"));
        if (asked.balanced) {
            return Optional.of(Conditions.balanced(encoder));
        }
        if (asked.prompts.isPresent()) {
            return Optional.of(Conditions.prompts(asked.prompts.get()));
        }
        return Optional.of(given.size() == 1 ? Conditions.inTurn(given.get(0), given) : Conditions.each(seeds, given));
    }
}
