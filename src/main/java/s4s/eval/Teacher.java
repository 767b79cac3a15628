package s4s.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import s4s.model.DiffusionModel;
import s4s.run.Sampling;
import s4s.schedule.GridType;
import s4s.solver.Method;
import s4s.solver.Solver;

/**
 * The many-step solver whose images students should reproduce.
 *
 * @param method its method
 * @param grid its time grid
 * @param nfe its evaluations
 */
public record Teacher(Method method, GridType grid, int nfe) {
    /** The teacher as a value for {@code model}. */
    public Solver solver(DiffusionModel model) {
        return method.on(grid, model.schedule(), nfe);
    }

    /** Name for tables, for instance {@code unipc-3-bh1 logsnr 20}. */
    public String label() {
        return method.name() + " " + grid.id() + " " + nfe;
    }

    /** The teacher's pictures of some seeds, in memory as float32. */
    public static final class Images {
        private final long[] seeds;
        private final float[] values;
        private final Shape picture;

        private Images(long[] seeds, float[] values, Shape picture) {
            this.seeds = seeds;
            this.values = values;
            this.picture = picture;
        }

        /** Number of images. */
        public int count() {
            return seeds.length;
        }

        /** The seeds, in the order of the images. */
        public long[] seeds() {
            return seeds.clone();
        }

        /** Pictures {@code from} to {@code to} (exclusive), float32 [n, C, H, W], around [-1, 1]. */
        public NDArray batch(NDManager manager, int from, int to) {
            int size = (int) picture.size();
            return manager.create(Arrays.copyOfRange(values, from * size, to * size),
                    new Shape(to - from).addAll(picture));
        }
    }

    /** Draws the pictures of {@code seeds}, decoded. */
    public Images draw(NDManager manager, DiffusionModel model, long[] seeds, int batch, LongConsumer progress) {
        List<float[]> parts = new ArrayList<>();
        Shape[] picture = new Shape[1];
        Sampling.batches(manager, model, solver(model), seeds, batch, (first, samples) -> {
            NDArray pictures = model.decoder().decode(samples).toType(DataType.FLOAT32, false);
            picture[0] = pictures.getShape().slice(1);
            parts.add(pictures.toFloatArray());
            progress.accept(first + pictures.getShape().get(0));
        });
        float[] values = new float[Math.toIntExact(Math.multiplyExact(seeds.length, picture[0].size()))];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, values, at, part.length);
            at += part.length;
        }
        return new Images(seeds.clone(), values, picture[0]);
    }
}
