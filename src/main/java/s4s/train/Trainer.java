package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import s4s.io.BadFileException;
import s4s.io.Checkpoint;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.model.Devices;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;
import s4s.sampling.Backpropagation;

/**
 * Minimises an {@link Objective} over {@link Examples}: Adam, warm-up and linear decay, an
 * exponential average of the weights, and a checkpoint from which a killed run goes on as if nothing
 * had happened (data, noise and weights are the same; only the machine's rounding may differ).
 */
public final class Trainer implements AutoCloseable {
    private final TrainConfig config;
    private final Objective objective;
    private final Examples examples;
    private final Batches batches;
    private final Checkpoint checkpoint;
    private final NDManager manager;
    private final Weights weights;
    private final Weights average;
    private final Adam adam;
    private final List<String> plans = new ArrayList<>();
    private long step;
    private double seconds;
    private double recentLoss;

    /** Where a run stands: steps done, mean loss of about the last 100 steps, training seconds in all runs. */
    public record State(long step, double loss, double seconds) {}

    /**
     * A run that starts at {@code checkpoint} if that file exists, else at the beginning.
     *
     * @throws IOException if the checkpoint is damaged, or of a run with other data, another start, network or settings; the
     *     number of images alone may be another
     */
    public Trainer(TrainConfig config, Objective objective, Examples examples, Path checkpoint) throws IOException {
        this(config, objective, examples, checkpoint, Map.of());
    }

    /**
     * A run that starts at {@code checkpoint} if that file exists, else at the weights of another network: those of its arrays
     * that this network has too, in the same shape, instead of what the objective draws.
     *
     * @param start arrays of the other network
     * @throws IllegalArgumentException if the other network has no array in common with this one
     * @throws IOException as above
     */
    public Trainer(TrainConfig config, Objective objective, Examples examples, Path checkpoint, Map<String, NpyArray> start)
            throws IOException {
        if (!objective.sampleShape().equals(examples.shape())) {
            throw new IllegalArgumentException("the network takes examples of shape " + objective.sampleShape() + ", "
                    + examples.source() + " holds " + examples.shape());
        }
        this.config = config;
        this.objective = objective;
        this.examples = examples;
        this.batches = new Batches(examples.count(), config.batch(), config.seed());
        this.checkpoint = new Checkpoint(checkpoint, recipe(start));
        this.manager = Devices.manager();
        try {
            Optional<Map<String, NpyArray>> stored = this.checkpoint.read();
            if (stored.isPresent()) {
                Map<String, NpyArray> arrays = stored.get();
                double[] state = arrays.get("state").doubles();
                step = (long) state[0];
                seconds = state[1];
                recentLoss = state[2];
                plans.addAll(arrays.get("plans").strings());
                long images = arrays.get("images").longs()[0];
                if (images != config.images()) {
                    plans.add(images + " images were planned until step " + step);
                }
                weights = read(arrays, "weights/");
                average = read(arrays, "average/");
                adam = new Adam(read(arrays, "mean/"), read(arrays, "square/"));
            } else {
                weights = Weights.fromNpy(manager, initial(start));
                average = weights.copy(manager);
                adam = Adam.start(weights, manager);
            }
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** What the weights depend on, but for the number of images: a run may be made longer. */
    private Map<String, String> recipe(Map<String, NpyArray> start) {
        Map<String, String> recipe = new LinkedHashMap<>();
        recipe.put("data", examples.source());
        recipe.put("data sha256", examples.sha256());
        recipe.put("examples", examples.count() + " of " + examples.shape());
        recipe.put("network", objective.kind() + " " + objective.network());
        new TreeMap<>(objective.plan()).forEach((name, value) -> recipe.put(name, brief(ModelCard.json(value).toString())));
        recipe.put("batch", Integer.toString(config.batch()));
        recipe.put("learning rate", Double.toString(config.learningRate()));
        recipe.put("warm-up", Long.toString(config.warmup()));
        recipe.put("half-life of the average", Double.toString(config.emaHalfLife()));
        recipe.put("flip", Boolean.toString(config.flip()));
        recipe.put("seed", Long.toString(config.seed()));
        recipe.put("starting weights sha256", hash(start));
        return recipe;
    }

    /** Long texts by their hash. */
    private static String brief(String text) {
        return text.length() <= 200 ? text : "sha256 " + Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hash(Map<String, NpyArray> arrays) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(arrays).forEach((name, a) -> text.append(name).append(' ').append(Arrays.hashCode(a.floats())).append('\n'));
        return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, NpyArray> initial(Map<String, NpyArray> start) {
        Map<String, NpyArray> arrays;
        try (NDManager scope = manager.newSubManager()) {
            arrays = objective.initial(scope, config.seed()).toNpy();
        }
        List<String> shared = arrays.keySet().stream().filter(name -> start.containsKey(name)
                && Arrays.equals(start.get(name).shape(), arrays.get(name).shape())).toList();
        if (shared.isEmpty() && !start.isEmpty()) {
            throw new IllegalArgumentException("the network to start from has no array in common with the one to train: start"
                    + " from a model of the same kind and widths");
        }
        shared.forEach(name -> arrays.put(name, start.get(name)));
        return arrays;
    }

    private Weights read(Map<String, NpyArray> all, String prefix) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (Map.Entry<String, Shape> expected : objective.weightShapes().entrySet()) {
            NpyArray array = all.get(prefix + expected.getKey());
            if (array == null || !new Shape(array.shape()).equals(expected.getValue())) {
                throw new BadFileException(checkpoint.file() + " has " + array + " as '" + prefix + expected.getKey()
                        + "' where " + expected.getValue() + " is expected; remove it to begin again");
            }
            for (float value : array.floats()) {
                if (!Float.isFinite(value)) {
                    throw new BadFileException(checkpoint.file() + " holds " + value + " in '" + prefix + expected.getKey()
                            + "'; remove it to begin again");
                }
            }
            arrays.put(expected.getKey(), array);
        }
        return Weights.fromNpy(manager, arrays);
    }

    /** Where the run stands. */
    public State state() {
        return new State(step, recentLoss, seconds);
    }

    /** Where other numbers of images were planned before, with another decay of the learning rate: a sentence for each. */
    public List<String> earlierPlans() {
        return List.copyOf(plans);
    }

    /** The averaged weights, in this trainer's manager. */
    public Weights average() {
        return average;
    }

    /**
     * Trains to the end of the configuration, or until {@code until} steps are done.
     *
     * @param until no more steps than this in all runs
     * @param each called after every step
     */
    public void run(long until, Consumer<State> each) {
        long last = Math.min(until, config.steps());
        weights.arrays().values().forEach(w -> w.setRequiresGradient(true));
        while (step < last) {
            long start = System.nanoTime();
            double loss = step();
            if (!Double.isFinite(loss)) {
                throw new IllegalStateException("the loss is " + loss + " at step " + step
                        + ": lower the learning rate and start again from the last checkpoint, " + checkpoint.file());
            }
            recentLoss = step == 0 ? loss : recentLoss + (loss - recentLoss) * Math.max(0.01, 1.0 / (step + 1));
            step++;
            seconds += (System.nanoTime() - start) / 1e9;
            each.accept(state());
        }
    }

    private double step() {
        double loss;
        try (NDManager scope = manager.newSubManager()) {
            SplittableRandom random = batches.random(step);
            int[] indices = batches.indices(step);
            NDArray batch = examples.batch(scope, indices, random);
            loss = Backpropagation.collect(collector -> {
                NDArray value = objective.loss(weights, batch, indices, random);
                collector.backward(value);
                return value.getFloat();
            });
            adam.step(weights, step, config.learningRateAt(step));
            double decay = config.emaDecayAt(step);
            weights.arrays().forEach((name, w) -> {
                NDArray values = w.stopGradient();
                values.attach(scope);
                average.get(name).muli(decay).addi(values.mul(1 - decay));
            });
        }
        return loss;
    }

    /** Writes everything that a later run needs to go on. */
    public void save() throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("images", NpyArray.of(new long[] {config.images()}, 1));
        arrays.put("plans", NpyArray.of(plans));
        arrays.put("state", NpyArray.of(new double[] {step, seconds, recentLoss}, 3));
        weights.toNpy().forEach((name, a) -> arrays.put("weights/" + name, a));
        average.toNpy().forEach((name, a) -> arrays.put("average/" + name, a));
        adam.mean().toNpy().forEach((name, a) -> arrays.put("mean/" + name, a));
        adam.square().toNpy().forEach((name, a) -> arrays.put("square/" + name, a));
        checkpoint.write(arrays);
    }

    /** Releases the tensors. */
    @Override
    public void close() {
        manager.close();
    }
}
