package s4s.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import s4s.image.ImageSet;
import s4s.model.DiffusionModel;
import s4s.solver.Solver;

/**
 * Images from seeds. The image of a seed, starting noise and condition, does not depend on the other seeds, nor, up to float32
 * rounding, on the batch size; the same call gives the same bits. The batch is halved where a device has no memory for it, see
 * {@link BatchLoop}.
 */
public final class Sampling {

    private Sampling() {}

    /** Takes the images of a batch, as {@link BatchLoop.Work} does; they are closed afterwards. */
    @FunctionalInterface
    public interface BatchConsumer {
        /**
         * @param first index of the batch's first seed
         * @param images shape (n, sample shape...), of the network's type
         */
        void accept(int first, NDArray images);
    }

    /** {@link #images(NDManager, DiffusionModel, Solver, long[], int, LongConsumer)} without progress. */
    public static NDArray images(NDManager manager, DiffusionModel model, Solver solver, long[] seeds, int batch) {
        return images(manager, model, solver, seeds, batch, done -> {});
    }

    /** {@link #images(NDManager, DiffusionModel, Program, long[], int, LongConsumer)} of a solver. */
    public static NDArray images(
            NDManager manager, DiffusionModel model, Solver solver, long[] seeds, int batch, LongConsumer progress) {
        return images(manager, model, Program.of(solver, model), seeds, batch, progress);
    }

    /**
     * Draws one image for each seed; of a latent model its latents, see {@link #pictures}.
     *
     * @param manager manager of the result
     * @param model what is drawn from
     * @param program a solver compiled for the model
     * @param seeds at least one, see {@link Noise}
     * @param batch most images in a network call, at least 1
     * @param progress told the number of finished images after each batch
     * @return shape (seeds, sample shape...), of the network's type
     * @throws IllegalArgumentException for a wrong seed or batch size
     */
    public static NDArray images(
            NDManager manager, DiffusionModel model, Program program, long[] seeds, int batch, LongConsumer progress) {
        requireWork(seeds, batch);
        Shape shape = new Shape(LongStream.concat(
                LongStream.of(seeds.length), LongStream.of(model.sampleShape().getShape())).toArray());
        NDArray all = manager.create(shape, model.dataType());
        try {
            batches(manager, model, program, seeds, batch, (first, images) -> {
                long end = first + images.getShape().get(0);
                all.set(new NDIndex(first + ":" + end), images);
                progress.accept(end);
            });
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
        return all;
    }

    /** {@link #batches(NDManager, DiffusionModel, Program, long[], int, BatchConsumer)} of a solver. */
    public static void batches(
            NDManager manager, DiffusionModel model, Solver solver, long[] seeds, int batch, BatchConsumer consumer) {
        batches(manager, model, Program.of(solver, model), seeds, batch, consumer);
    }

    /**
     * Draws one image for each seed and hands them on batch by batch, in order.
     *
     * @param manager parent of the managers that each batch uses
     * @param model what is drawn from
     * @param program a solver compiled for the model
     * @param seeds at least one, see {@link Noise}
     * @param batch most images in a network call, at least 1
     * @param consumer takes the images
     * @throws IllegalArgumentException for a wrong seed or batch size
     */
    public static void batches(
            NDManager manager, DiffusionModel model, Program program, long[] seeds, int batch, BatchConsumer consumer) {
        requireWork(seeds, batch);
        BatchLoop.over(0, seeds.length, batch, (from, to) -> {
            try (NDManager scope = manager.newSubManager()) {
                consumer.accept(from, batch(scope, model, program, Arrays.copyOfRange(seeds, from, to)));
            }
        });
    }

    /**
     * Draws one image for each seed: decoded and rounded to 8 bits.
     *
     * @param manager parent of the managers that each batch uses
     * @param model what is drawn from
     * @param program a solver compiled for the model
     * @param seeds at least one, see {@link Noise}
     * @param batch most images in a network call, at least 1
     * @param source what to call the images
     * @param progress told the number of finished images after each batch
     * @throws IllegalArgumentException for a wrong seed or batch size
     */
    public static ImageSet pictures(NDManager manager, DiffusionModel model, Program program, long[] seeds, int batch,
            String source, LongConsumer progress) {
        Canvas canvas = new Canvas();
        batches(manager, model, program, seeds, batch, (first, samples) -> {
            long drawn = samples.getShape().get(0);
            canvas.add(model.decoder().decode(samples), first, seeds.length);
            progress.accept(first + drawn);
        });
        return ImageSet.of(canvas.pixels, canvas.height, canvas.width, source);
    }

    /** Pixels of all images, as batches come in. */
    private static final class Canvas {
        private byte[] pixels = {};
        private int height;
        private int width;

        void add(NDArray pictures, int first, int count) {
            float[] values = pictures.toType(DataType.FLOAT32, false).toFloatArray();
            int size = values.length / (int) pictures.getShape().get(0);
            if (first == 0) {
                pixels = new byte[Math.multiplyExact(size, count)];
                height = (int) pictures.getShape().get(2);
                width = (int) pictures.getShape().get(3);
            }
            for (int i = 0; i < values.length; i++) {
                pixels[first * size + i] = ImageSet.toByte(values[i]);
            }
        }
    }

    private static NDArray batch(NDManager manager, DiffusionModel model, Program program, long[] seeds) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray noise = Noise.single(scope, seeds, model.sampleShape());
            NDArray images = Executor.run(program, model.denoiser(seeds), noise, evaluation -> {}, model.dataType());
            images.attach(manager);
            return images;
        }
    }

    static void requireWork(long[] seeds, int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("A batch holds at least one image, not " + batch + ".");
        }
        if (seeds.length == 0) {
            throw new IllegalArgumentException("Sampling needs at least one seed.");
        }
    }
}
