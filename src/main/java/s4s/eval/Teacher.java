package s4s.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import s4s.data.NpyArray;
import s4s.data.Npz;
import s4s.model.Denoiser;
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
    /** The teacher as a value for {@code denoiser}. */
    public Solver solver(Denoiser denoiser) {
        return method.on(grid, denoiser.schedule(), nfe);
    }

    /** Name for tables, for instance {@code unipc-3-bh1 logsnr 20}. */
    public String label() {
        return method.name() + " " + grid.id() + " " + nfe;
    }

    /** The teacher's images of some seeds, in memory as float32. */
    public static final class Images {
        private final long[] seeds;
        private final float[] values;
        private final Shape sample;

        private Images(long[] seeds, float[] values, Shape sample) {
            this.seeds = seeds;
            this.values = values;
            this.sample = sample;
        }

        /** Number of images. */
        public int count() {
            return seeds.length;
        }

        /** The seeds, in the order of the images. */
        public long[] seeds() {
            return seeds.clone();
        }

        /** Images {@code from} to {@code to} (exclusive), float32 [n, C, H, W]. */
        public NDArray batch(NDManager manager, int from, int to) {
            int size = (int) sample.size();
            return manager.create(Arrays.copyOfRange(values, from * size, to * size),
                    new Shape(to - from).addAll(sample));
        }
    }

    /** Draws the images of {@code seeds}. */
    public Images draw(NDManager manager, Denoiser denoiser, long[] seeds, int batch, LongConsumer progress) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray images = Sampling.images(scope, denoiser, solver(denoiser), seeds, batch, progress);
            return new Images(seeds.clone(), images.toFloatArray(), denoiser.sampleShape());
        }
    }

    /**
     * The images of {@code seeds} from {@code cache}, drawn and stored there first if they are not
     * all in it.
     *
     * @param model hash of the network's weights; images of another network are not used
     */
    public Images draw(NDManager manager, Denoiser denoiser, String model, long[] seeds, int batch, Path cache,
            LongConsumer progress) throws IOException {
        String key = label() + " " + model;
        if (Files.exists(cache)) {
            try (Npz npz = Npz.open(cache)) {
                if (npz.get("key").strings().equals(java.util.List.of(key))
                        && Arrays.equals(npz.get("seeds").longs(), seeds)) {
                    return new Images(seeds.clone(), npz.get("images").floats(), denoiser.sampleShape());
                }
            }
        }
        Images images = draw(manager, denoiser, seeds, batch, progress);
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("key", NpyArray.of(java.util.List.of(key)));
        arrays.put("seeds", NpyArray.of(seeds, seeds.length));
        arrays.put("images", NpyArray.of(images.values, new Shape(seeds.length).addAll(images.sample).getShape()));
        Npz.write(cache, arrays);
        return images;
    }
}
