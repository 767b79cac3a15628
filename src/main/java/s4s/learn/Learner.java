package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import s4s.io.Checkpoint;
import s4s.io.NpyArray;
import s4s.io.Progress;
import s4s.model.DiffusionModel;
import s4s.sampling.DivergedException;

/**
 * Learns the parameters of a family from teacher pairs. The validation pairs decide: what is returned are the parameters that
 * were best on them, starting with the family's start, whatever happens later. Where a checkpoint file is given, everything that a
 * run needs to go on is in it after each validation, and a later run gives the same numbers as one that was not interrupted.
 */
public final class Learner implements AutoCloseable {

    /** A gradient of so many times its noise is one. */
    private static final double SIGNIFICANT = 2;

    private final Family family;
    private final Plan plan;
    private final Objective objective;
    private final NDManager manager;
    private final long[] seeds;
    private final NDArray noise;
    private final NDArray targets;
    private final NDArray relaxed;
    private final Objective.Batch validation;
    private final long seed;
    private final Optional<Checkpoint> checkpoint;

    private final List<Entry> history = new ArrayList<>();
    private final double[] reach;
    private int phase;
    private int step;
    private long seen;
    private int waiting;
    private double[] theta;
    private double[] mean;
    private double[] best;
    private double bestLoss = Double.POSITIVE_INFINITY;

    /**
     * One validation.
     *
     * @param step steps so far
     * @param phase its name
     * @param loss mean distance of the last step's pairs, before the step; NaN at the start
     * @param validation mean distance of the validation pairs
     * @param evaluations network evaluations so far, each of one image
     * @param products vector-Jacobian products so far, each of one image
     */
    public record Entry(int step, String phase, double loss, double validation, long evaluations, long products) {
        /** Cost in units of network evaluations: a vector-Jacobian product counts as two. */
        public long cost() {
            return evaluations + 2 * products;
        }
    }

    /**
     * What was learned.
     *
     * @param theta the best parameters
     * @param validation mean distance of the validation pairs there
     * @param history all validations, first that of the start
     * @param outcome whether it is of use
     * @param ended why the run ended, a sentence
     */
    public record Learned(double[] theta, double validation, List<Entry> history, Outcome outcome, String ended) {}

    /** What came of learning. */
    public enum Outcome {
        /** Parameters with a smaller validation loss than the start's. */
        LEARNED,
        /** None are better than the start: its loss is at rounding, or its gradient at the noise of the pairs. */
        CONVERGED,
        /** None are better than the start, though its gradient says that there are. */
        NOTHING,
        /** The finite numbers were left; the parameters are the best before. */
        DIVERGED;

        /** Whether a plan was carried out and the result is as good as its pairs allow. */
        public boolean usable() {
            return this == LEARNED || this == CONVERGED;
        }
    }

    /**
     * @param parent parent of all working memory
     * @param family what is learned
     * @param model what is drawn from
     * @param distance to the teacher's samples
     * @param training pairs to learn from
     * @param validation pairs that decide
     * @param plan how
     * @param seed of the random cotangents
     * @param checkpoint file to go on from and to keep; empty: none
     * @param settings everything else that the numbers depend on, by name: a checkpoint of others is refused
     * @throws IllegalArgumentException if pairs are not of the right seed range
     */
    public Learner(NDManager parent, Family family, DiffusionModel model, Distance distance, TeacherPairs training,
            TeacherPairs validation, Plan plan, long seed, Optional<Path> checkpoint, Map<String, String> settings) {
        requireRole(training, SeedRange.TRAINING);
        requireRole(validation, SeedRange.VALIDATION);
        this.family = family;
        this.plan = plan;
        this.seed = seed;
        this.objective = new Objective(family, model, distance, plan.graphs(), plan.batch());
        this.manager = parent.newSubManager();
        this.seeds = training.seeds();
        this.noise = training.noise(manager, 0, training.count());
        this.targets = training.samples(manager, 0, training.count());
        this.relaxed = plan.radius() > 0 ? noise.duplicate() : noise;
        this.validation = new Objective.Batch(validation.seeds(),
                validation.noise(manager, 0, validation.count()), validation.samples(manager, 0, validation.count()));
        this.reach = new double[training.count()];
        Arrays.fill(reach, plan.radius() / 2);
        this.theta = family.start();
        this.mean = family.start();
        this.best = family.start();
        Map<String, String> recipe = new LinkedHashMap<>(settings);
        recipe.put("learned", family.name() + " on " + family.base());
        recipe.put("starting parameters", Arrays.toString(family.start()));
        recipe.put("pairs", training.count() + " + " + validation.count());
        recipe.put("radius", Double.toString(plan.radius()));
        recipe.put("seed", Long.toString(seed));
        recipe.put("phases", plan.phases().stream().map(Plan.Phase::name).toList().toString());
        this.checkpoint = checkpoint.map(file -> new Checkpoint(file, recipe));
    }

    private static void requireRole(TeacherPairs pairs, SeedRange role) {
        if (pairs.role() != role) {
            throw new IllegalArgumentException(
                    "These pairs are for " + pairs.role().id() + "; " + role.id() + " needs seeds of its own.");
        }
    }

    /**
     * Learns to the end of the plan.
     *
     * @param progress shows steps and losses
     * @throws CancellationException if the thread is interrupted
     * @throws DivergedException if the start already leaves the finite numbers
     * @throws IllegalStateException if the engine's gradient collector is open outside of s4s
     * @throws IOException if the checkpoint cannot be read or written
     */
    public Learned run(Progress progress) throws IOException {
        return run(progress, note -> {});
    }

    /**
     * Learns to the end of the plan.
     *
     * @param notes told in one line where a run goes on
     * @see #run(Progress)
     */
    public Learned run(Progress progress, Consumer<String> notes) throws IOException {
        Optional<Optimizer> going = restore();
        if (going.isPresent()) {
            notes.accept("going on from " + checkpoint.orElseThrow().file() + ", step " + done());
        }
        int total = plan.phases().stream().mapToInt(Plan.Phase::steps).sum();
        if (history.isEmpty()) {
            validate("start", Double.NaN);
        }
        try {
            for (; phase < plan.phases().size(); phase++) {
                Plan.Phase now = plan.phases().get(phase);
                int[] free = IntStream.range(0, family.size())
                        .filter(i -> now.blocks().contains(family.blocks()[i])).toArray();
                Optimizer optimizer = going.orElseGet(now.optimizer());
                going = Optional.empty();
                for (; free.length > 0 && step < now.steps() && waiting < plan.patience(); ) {
                    double loss = step(now, free, optimizer);
                    step++;
                    if (step % plan.validateEvery() == 0 || step == now.steps()) {
                        validate(now.name(), loss);
                        save(optimizer);
                    }
                    progress.update(done(), total, String.format(Locale.ROOT,
                            "%s: loss %.5g, best validation %.5g", now.name(), loss, bestLoss));
                }
                theta = best.clone();
                mean = best.clone();
                step = 0;
                waiting = 0;
            }
        } catch (DivergedException e) {
            return learned(Outcome.DIVERGED, "Learning diverged in step " + (done() + 1)
                    + ", the best parameters before are kept: " + e.getMessage());
        }
        if (bestLoss < history.get(0).validation()) {
            return learned(Outcome.LEARNED, "The plan was finished.");
        }
        if (bestLoss <= objective.rounding(validation)) {
            return learned(Outcome.CONVERGED, "Converged at its start: the loss there is that of rounding.");
        }
        double significance = objective.linearize(best, new Objective.Batch(seeds, noise, targets), Optional.empty())
                .significance();
        String told = String.format(Locale.ROOT, "no step lowered the validation loss, and the gradient at the start is %.2g"
                + " times its noise.", significance);
        return significance <= SIGNIFICANT ? learned(Outcome.CONVERGED, "Converged at its start: " + told)
                : learned(Outcome.NOTHING, "Nothing was learned, these are the start's numbers: " + told);
    }

    private Learned learned(Outcome outcome, String ended) {
        return new Learned(best.clone(), bestLoss, List.copyOf(history), outcome, ended);
    }

    private int done() {
        return plan.phases().subList(0, phase).stream().mapToInt(Plan.Phase::steps).sum() + step;
    }

    /** One step; returns the loss before it. */
    private double step(Plan.Phase now, int[] free, Optimizer optimizer) {
        int pairs = Math.min(now.pairs().applyAsInt(step), (int) noise.getShape().get(0));
        int[] rows = IntStream.range(0, pairs).map(i -> (int) ((seen + i) % noise.getShape().get(0))).toArray();
        seen += pairs;
        try (NDManager scope = manager.newSubManager()) {
            long[] some = Arrays.stream(rows).mapToLong(row -> seeds[row]).toArray();
            Objective.Batch batch = new Objective.Batch(some, rows(relaxed, rows, scope), rows(targets, rows, scope));
            Restricted sample = new Restricted(batch, free, new SplittableRandom(seed ^ (seen * 0x9E3779B97F4A7C15L)));
            Block[] blocks = Arrays.stream(free).mapToObj(i -> family.blocks()[i]).toArray(Block[]::new);
            double[] before = theta;
            theta = sample.whole(optimizer.step(part(theta, free), blocks, sample));
            if (plan.radius() > 0) {
                relax(before, batch, rows, sample.last.orElseThrow(), scope);
            }
            for (int i = 0; i < theta.length; i++) {
                mean[i] = plan.average() * mean[i] + (1 - plan.average()) * theta[i];
            }
            return sample.last.map(Linearization::loss).orElse(Double.NaN);
        }
    }

    /**
     * Moves each pair's noise against the gradient, back into its ball, where its own loss falls; where it does not, the next
     * move is half as long.
     */
    private void relax(double[] at, Objective.Batch batch, int[] rows, Linearization here, NDManager scope) {
        double[] current = batch.noise().toDoubleArray();
        double[] centre = rows(noise, rows, scope).toDoubleArray();
        int size = current.length / rows.length;
        double[] moved = current.clone();
        for (int i = 0; i < rows.length; i++) {
            double[] gradient = here.noise()[i];
            double length = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
            double distance = 0;
            for (int j = 0; j < size; j++) {
                int n = i * size + j;
                moved[n] -= length > 0 ? reach[rows[i]] * gradient[j] / length : 0;
                distance += (moved[n] - centre[n]) * (moved[n] - centre[n]);
            }
            double shrink = Math.min(1, plan.radius() / Math.sqrt(distance));
            for (int j = 0; j < size; j++) {
                int n = i * size + j;
                moved[n] = centre[n] + shrink * (moved[n] - centre[n]);
            }
        }
        NDArray candidate = scope.create(moved, batch.noise().getShape());
        double[] losses = objective.losses(at, new Objective.Batch(batch.seeds(), candidate, batch.targets()));
        for (int i = 0; i < rows.length; i++) {
            if (losses[i] < here.losses()[i]) {
                try (NDArray row = candidate.get(i)) {
                    relaxed.set(new NDIndex(rows[i]), row);
                }
            } else {
                reach[rows[i]] /= 2;
            }
        }
    }

    /** How far the relaxed objective has moved a training pair's noise at most. */
    double farthest() {
        try (NDArray moves = relaxed.sub(noise); NDArray squares = moves.square();
                NDArray rows = squares.reshape(reach.length, -1); NDArray sums = rows.sum(new int[] {1})) {
            return Math.sqrt(Arrays.stream(sums.toDoubleArray()).max().orElse(0));
        }
    }

    private void validate(String name, double loss) {
        double[] here = plan.average() > 0 ? mean : theta;
        double value = Linearization.mean(objective.losses(here, validation));
        waiting = value < bestLoss ? 0 : waiting + 1;
        if (value < bestLoss) {
            bestLoss = value;
            best = here.clone();
        }
        history.add(new Entry(done(), name, loss, value, objective.evaluations(), objective.products()));
    }

    private static double[] part(double[] whole, int[] free) {
        return Arrays.stream(free).mapToDouble(i -> whole[i]).toArray();
    }

    /** Some rows of an array, in their order. */
    static NDArray rows(NDArray all, int[] rows, NDManager scope) {
        NDList parts = new NDList();
        for (int from = 0; from < rows.length; ) {           // runs of neighbours: a batch wraps around at most a few times
            int to = from + 1;
            while (to < rows.length && rows[to] == rows[to - 1] + 1) {
                to++;
            }
            parts.add(all.get(rows[from] + ":" + (rows[to - 1] + 1)));
            from = to;
        }
        parts.attach(scope);
        return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts);
    }

    /** The objective over the free parameters alone. */
    private final class Restricted implements Optimizer.Sample {
        private final Objective.Batch batch;
        private final int[] free;
        private final SplittableRandom random;
        private Optional<Linearization> last = Optional.empty();

        Restricted(Objective.Batch batch, int[] free, SplittableRandom random) {
            this.batch = batch;
            this.free = free;
            this.random = random;
        }

        double[] whole(double[] part) {
            double[] whole = theta.clone();
            for (int i = 0; i < free.length; i++) {
                whole[free[i]] = part[i];
            }
            return whole;
        }

        @Override
        public Linearization linearize(boolean curvature) {
            last = Optional.of(objective.linearize(theta, free, batch, curvature ? Optional.of(random) : Optional.empty()));
            return last.get();
        }

        @Override
        public double loss(double[] part) {
            try {
                return Linearization.mean(objective.losses(whole(part), batch));
            } catch (DivergedException e) {
                return Double.POSITIVE_INFINITY;
            }
        }

        @Override
        public int size() {
            return batch.size();
        }
    }

    private void save(Optimizer optimizer) throws IOException {
        if (checkpoint.isEmpty()) {
            return;
        }
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        put(arrays, "place", phase, step, seen, waiting, bestLoss, objective.evaluations(), objective.products());
        put(arrays, "theta", theta);
        put(arrays, "mean", mean);
        put(arrays, "best", best);
        put(arrays, "reach", reach);
        arrays.put("phases", NpyArray.of(history.stream().map(Entry::phase).toList()));
        put(arrays, "history", history.stream().flatMapToDouble(e -> DoubleStream.of(
                e.step(), e.loss(), e.validation(), e.evaluations(), e.products())).toArray());
        optimizer.state().forEach((name, values) -> put(arrays, "optimizer/" + name, values));
        arrays.put("optimizers", NpyArray.of(List.copyOf(optimizer.state().keySet())));
        if (plan.radius() > 0) {
            put(arrays, "relaxed", relaxed.toDoubleArray());
        }
        checkpoint.get().write(arrays);
    }

    private static void put(Map<String, NpyArray> arrays, String name, double... values) {
        arrays.put(name, NpyArray.of(values, values.length));
    }

    private Optional<Optimizer> restore() throws IOException {
        Optional<Map<String, NpyArray>> stored = checkpoint.isPresent() ? checkpoint.get().read() : Optional.empty();
        return stored.map(arrays -> {
            double[] place = arrays.get("place").doubles();
            phase = (int) place[0];
            step = (int) place[1];
            seen = (long) place[2];
            waiting = (int) place[3];
            bestLoss = place[4];
            objective.count((long) place[5], (long) place[6]);
            theta = arrays.get("theta").doubles();
            mean = arrays.get("mean").doubles();
            best = arrays.get("best").doubles();
            System.arraycopy(arrays.get("reach").doubles(), 0, reach, 0, reach.length);
            List<String> phases = arrays.get("phases").strings();
            double[] entries = arrays.get("history").doubles();
            for (int i = 0; i < phases.size(); i++) {
                history.add(new Entry((int) entries[5 * i], phases.get(i), entries[5 * i + 1], entries[5 * i + 2],
                        (long) entries[5 * i + 3], (long) entries[5 * i + 4]));
            }
            if (plan.radius() > 0) {
                try (NDArray moved = manager.create(arrays.get("relaxed").doubles(), relaxed.getShape())) {
                    moved.copyTo(relaxed);
                }
            }
            Optimizer optimizer = plan.phases().get(phase).optimizer().get();
            Map<String, double[]> state = new LinkedHashMap<>();
            for (String name : arrays.get("optimizers").strings()) {
                state.put(name, arrays.get("optimizer/" + name).doubles());
            }
            optimizer.restore(state);
            return optimizer;
        });
    }

    /** Releases the pairs. */
    @Override
    public void close() {
        manager.close();
    }
}
