package s4s.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import s4s.data.ImageSet;
import s4s.model.Decoder;
import s4s.model.Denoiser;
import s4s.solver.Solver;

/**
 * Images from seeds. The image of a seed does not depend on the other seeds, nor, up to float32 rounding, on the batch size; the
 * same call gives the same bits.
 */
public final class Sampling {

    private Sampling() {}

    /** Takes the images of a batch; they are closed afterwards. */
    @FunctionalInterface
    public interface BatchConsumer {
        /**
         * @param first index of the batch's first seed
         * @param images shape (n, sample shape...), of the network's type
         */
        void accept(int first, NDArray images);
    }

    /** {@link #images(NDManager, Denoiser, Solver, long[], int, LongConsumer)} without progress. */
    public static NDArray images(NDManager manager, Denoiser denoiser, Solver solver, long[] seeds, int batch) {
        return images(manager, denoiser, solver, seeds, batch, done -> {});
    }

    /** {@link #images(NDManager, Denoiser, Program, long[], int, LongConsumer)} of a solver. */
    public static NDArray images(
            NDManager manager, Denoiser denoiser, Solver solver, long[] seeds, int batch, LongConsumer progress) {
        return images(manager, denoiser, program(denoiser, solver), seeds, batch, progress);
    }

    /**
     * Draws one image for each seed.
     *
     * @param manager manager of the result
     * @param denoiser the network
     * @param program a solver compiled for the network
     * @param seeds at least one, see {@link Noise}
     * @param batch most images in a network call, at least 1
     * @param progress told the number of finished images after each batch
     * @return shape (seeds, sample shape...), of the network's type
     * @throws IllegalArgumentException for a wrong seed or batch size
     */
    public static NDArray images(
            NDManager manager, Denoiser denoiser, Program program, long[] seeds, int batch, LongConsumer progress) {
        requireWork(seeds, batch);
        if (seeds.length <= batch) {
            NDArray images = batch(manager, denoiser, program, seeds);
            progress.accept(seeds.length);
            return images;
        }
        Shape shape = new Shape(LongStream.concat(
                LongStream.of(seeds.length), LongStream.of(denoiser.sampleShape().getShape())).toArray());
        NDArray all = manager.create(shape, denoiser.dataType());
        batches(manager, denoiser, program, seeds, batch, (first, images) -> {
            long end = first + images.getShape().get(0);
            all.set(new NDIndex(first + ":" + end), images);
            progress.accept(end);
        });
        return all;
    }

    /** {@link #batches(NDManager, Denoiser, Program, long[], int, BatchConsumer)} of a solver. */
    public static void batches(
            NDManager manager, Denoiser denoiser, Solver solver, long[] seeds, int batch, BatchConsumer consumer) {
        batches(manager, denoiser, program(denoiser, solver), seeds, batch, consumer);
    }

    /**
     * Draws one image for each seed and hands them on batch by batch, in order.
     *
     * @param manager parent of the managers that each batch uses
     * @param denoiser the network
     * @param program a solver compiled for the network
     * @param seeds at least one, see {@link Noise}
     * @param batch most images in a network call, at least 1
     * @param consumer takes the images
     * @throws IllegalArgumentException for a wrong seed or batch size
     */
    public static void batches(
            NDManager manager, Denoiser denoiser, Program program, long[] seeds, int batch, BatchConsumer consumer) {
        requireWork(seeds, batch);
        for (int first = 0; first < seeds.length; first += batch) {
            long[] some = Arrays.copyOfRange(seeds, first, Math.min(first + batch, seeds.length));
            try (NDManager scope = manager.newSubManager()) {
                consumer.accept(first, batch(scope, denoiser, program, some));
            }
        }
    }

    /** The network of a batch: always the same, or one whose conditions are those of the batch's seeds. */
    @FunctionalInterface
    public interface Denoisers {
        /**
         * @param from index of the batch's first seed
         * @param to index after its last
         */
        Denoiser of(int from, int to);
    }

    /**
     * Draws one picture for each seed.
     *
     * @param manager parent of the managers that each batch uses
     * @param denoisers the networks, all of one schedule, prediction and sample shape
     * @param decoder from their samples to pictures
     * @param solver a solver, compiled for a network
     * @param seeds at least one, see {@link Noise}
     * @param batch most pictures in a network call, at least 1
     * @param source what to call the pictures
     * @param progress told the number of finished pictures after each batch
     * @throws IllegalArgumentException for a wrong seed or batch size
     */
    public static ImageSet pictures(NDManager manager, Denoisers denoisers, Decoder decoder, Function<Denoiser, Program> solver,
            long[] seeds, int batch, String source, LongConsumer progress) {
        requireWork(seeds, batch);
        float[] all = {};
        Shape shape = new Shape();
        for (int first = 0; first < seeds.length; first += batch) {
            int end = Math.min(first + batch, seeds.length);
            try (NDManager scope = manager.newSubManager()) {
                Denoiser denoiser = denoisers.of(first, end);
                NDArray pictures = decoder.decode(batch(scope, denoiser, solver.apply(denoiser),
                        Arrays.copyOfRange(seeds, first, end)));
                shape = pictures.getShape();
                float[] values = pictures.toFloatArray();
                int size = values.length / (end - first);
                all = first == 0 ? new float[Math.multiplyExact(size, seeds.length)] : all;
                System.arraycopy(values, 0, all, first * size, values.length);
            }
            progress.accept(end);
        }
        return ImageSet.of(all, (int) shape.get(2), (int) shape.get(3), source);
    }

    private static NDArray batch(NDManager manager, Denoiser denoiser, Program program, long[] seeds) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray noise = Noise.single(scope, seeds, denoiser.sampleShape());
            NDArray images = Executor.run(program, denoiser, noise, evaluation -> {}, denoiser.dataType());
            images.attach(manager);
            return images;
        }
    }

    private static Program program(Denoiser denoiser, Solver solver) {
        return Program.of(solver, denoiser.schedule(), denoiser.prediction());
    }

    private static void requireWork(long[] seeds, int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("A batch holds at least one image, not " + batch + ".");
        }
        if (seeds.length == 0) {
            throw new IllegalArgumentException("Sampling needs at least one seed.");
        }
    }
}
