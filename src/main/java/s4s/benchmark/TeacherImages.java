package s4s.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import s4s.learn.Teacher;
import s4s.model.DiffusionModel;
import s4s.sampling.Sampling;

/** The teacher's images of some seeds, in memory as float32. */
public final class TeacherImages {
    private final long[] seeds;
    private final float[] values;
    private final Shape picture;

    private TeacherImages(long[] seeds, float[] values, Shape picture) {
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

    /** Images {@code from} to {@code to} (exclusive), float32 [n, C, H, W], around [-1, 1]. */
    public NDArray batch(NDManager manager, int from, int to) {
        int size = (int) picture.size();
        return manager.create(Arrays.copyOfRange(values, from * size, to * size),
                new Shape(to - from).addAll(picture));
    }

    /**
     * Draws the images of {@code seeds}, decoded.
     *
     * @param manager parent of all working memory
     * @param teacher what draws
     * @param batch most images in a network call
     * @param progress told the number of images done
     */
    public static TeacherImages draw(NDManager manager, DiffusionModel model, Teacher teacher, long[] seeds, int batch,
            LongConsumer progress) {
        List<float[]> parts = new ArrayList<>();
        Shape[] picture = new Shape[1];
        Sampling.batches(manager, model, teacher.solver(model), seeds, batch, (first, samples) -> {
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
        return new TeacherImages(seeds.clone(), values, picture[0]);
    }
}
