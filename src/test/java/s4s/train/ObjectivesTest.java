package s4s.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.model.Decoder;
import s4s.model.DiffusionModel;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.sampling.Sampling;
import s4s.solver.Solvers;

/** The objectives of latent diffusion: what they say, that they learn, and that a killed run goes on. */
class ObjectivesTest {
    private static final Autoencoder.Config CODER = new Autoencoder.Config(3, 8, 2, List.of(8, 16), List.of(1, 1), 2);
    private static final FeatureNet.Config FEATURES = new FeatureNet.Config(3, 8, 2, List.of(8, 8), List.of(1, 1), 2);
    private static final NoiseMatching.LatentSpace PLAIN = new NoiseMatching.LatentSpace("none", "", CODER,
            Decoder.none());

    /** 40 images, left half darker than the right one or the other way round. */
    private static ImageSet images() {
        byte[] pixels = new byte[40 * 3 * 64];
        for (int i = 0; i < pixels.length; i++) {
            boolean right = i % 8 >= 4;
            boolean odd = i / 192 % 2 == 1;
            pixels[i] = (byte) (right == odd ? 200 + i % 13 : 30 + i % 7);
        }
        int[] labels = new int[40];
        Arrays.setAll(labels, i -> i % 2);
        return ImageSet.of(pixels, 8, 8, "halves").labelled(labels, List.of("left", "right"));
    }

    private static UNet.Config unet(int conditions) {
        return new UNet.Config(3, 8, 2, List.of(16, 16), List.of(1, 1), List.of(false, true), 16, conditions);
    }

    /** An untrained network predicts zero: the loss is then the mean square of the noise, which the same generator gives. */
    @Test
    void noiseMatchingComparesWithTheNoise() {
        NoiseMatching objective = new NoiseMatching(unet(0), NoiseMatching.Rates.LATENT_DIFFUSION, PLAIN, Optional.empty());
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = new Pixels(images(), false).batch(manager, new int[] {0, 1, 2, 3}, new SplittableRandom(0));
            SplittableRandom random = new SplittableRandom(7);
            IntStream.range(0, 4).forEach(i -> random.nextInt(1000));
            NDArray noise = Batches.normal(manager, random, x.getShape());
            NDArray loss = objective.loss(objective.initial(manager, 0), x, new int[] {0, 1, 2, 3}, new SplittableRandom(7));
            assertEquals(noise.square().mean().getFloat(), loss.getFloat(), 1e-6);
        }
    }

    /** Dark and bright images; a network that ignores the class would draw the same for both, right 8 times of 16. */
    @Test
    void aConditionalNetworkLearnsToObey(@TempDir Path folder) throws IOException {
        UNet.Config small = new UNet.Config(3, 4, 1, List.of(16), List.of(1), List.of(false), 16, 3);
        byte[] pixels = new byte[40 * 48];
        Arrays.fill(pixels, (byte) 40);
        Arrays.fill(pixels, 20 * 48, 40 * 48, (byte) 215);
        int[] labels = new int[40];
        Arrays.fill(labels, 20, 40, 1);
        ImageSet images = ImageSet.of(pixels, 4, 4, "plain").labelled(labels, List.of("dark", "bright"));
        Conditioning conditioning = Conditioning.classes(images, 0.3);
        NoiseMatching objective = new NoiseMatching(small, NoiseMatching.Rates.STABLE_DIFFUSION, PLAIN,
                Optional.of(conditioning));
        try (Trainer trainer = new Trainer(new TrainConfig(16 * 250, 16, 5e-3, 160, 400, false, 1), objective,
                new Pixels(images, false), folder.resolve("a.npz"));
                NDManager manager = NDManager.newBaseManager()) {
            trainer.run(Long.MAX_VALUE, s -> {});
            DiffusionModel model = DiffusionModel.of(new UNet(small, trainer.average()),
                    objective.preconditioning(), conditioning.vocabulary(), Decoder.none());
            for (String name : List.of("dark", "bright")) {
                float[] drawn = Sampling.images(manager, DiffusionModel.of(model.denoiser(List.of(name), 3)),
                        Solvers.named("dpmpp-2m").on(GridType.LOGSNR, model.schedule(), 8),
                        new long[] {1, 2, 3, 4, 5, 6, 7, 8}, 8).toFloatArray();
                int right = 0;
                for (int image = 0; image < 8; image++) {
                    double sum = 0;
                    for (int i = 0; i < 48; i++) {
                        sum += drawn[image * 48 + i];
                    }
                    right += sum > 0 == name.equals("bright") ? 1 : 0;
                }
                assertTrue(right >= 6, right + " of 8 are " + name);
            }
        }
    }

    @Test
    void aKilledConditionalRunGoesOnAsIfNothingHadHappened(@TempDir Path folder) throws IOException {
        double straight;
        try (Trainer trainer = conditional(folder.resolve("a.npz"))) {
            trainer.run(Long.MAX_VALUE, s -> {});
            straight = trainer.state().loss();
        }
        try (Trainer trainer = conditional(folder.resolve("b.npz"))) {
            trainer.run(3, s -> {});
            trainer.save();
        }
        try (Trainer trainer = conditional(folder.resolve("b.npz"))) {
            trainer.run(Long.MAX_VALUE, s -> {});
            assertEquals(straight, trainer.state().loss(), 1e-6);
        }
    }

    private static Trainer conditional(Path checkpoint) throws IOException {
        return new Trainer(new TrainConfig(8 * 8, 8, 2e-3, 16, 80, true, 5),
                new NoiseMatching(unet(3), NoiseMatching.Rates.LATENT_DIFFUSION, PLAIN,
                        Optional.of(Conditioning.classes(images(), 0.1))), new Pixels(images(), true), checkpoint);
    }

    @Test
    void conditionsAreDroppedAsOftenAsAsked() {
        Conditioning conditioning = Conditioning.captions(List.of(List.of("sea tree", "sea"), List.of("tree")), 1, 0.25);
        assertEquals(List.of("sea", "tree"), conditioning.vocabulary().entries());
        int[] indices = new int[4000];
        float[] vectors = conditioning.vectors(indices, new SplittableRandom(3));
        int[] counts = new int[3];
        for (int i = 0; i < 4000; i++) {
            counts[vectors[3 * i] == 1 ? 0 : vectors[3 * i + 1] == 1 ? 1 : 2]++;
        }
        assertEquals(1000, counts[0], 110, "dropped");
        assertEquals(1500, counts[1], 120, "'sea'");
        assertEquals(1500, counts[2], 120, "'sea tree'");
        assertThrows(IllegalArgumentException.class, () -> new Conditioning(conditioning.vocabulary(), List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> new NoiseMatching(unet(0), NoiseMatching.Rates.LATENT_DIFFUSION,
                PLAIN, Optional.of(conditioning)));
    }

    @Test
    void anAutoencoderLearnsAndItsScaleGivesUnitVariance(@TempDir Path folder) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            Reconstruction objective = new Reconstruction(CODER, new Reconstruction.Perceptual("random features",
                    new FeatureNet(FEATURES, FeatureNet.initial(FEATURES, manager, 4))), 0.1, 1e-3);
            Pixels pixels = new Pixels(images(), true);
            try (Trainer trainer = new Trainer(new TrainConfig(8 * 80, 8, 5e-3, 80, 100, true, 1), objective, pixels,
                    folder.resolve("a.npz"))) {
                double before = psnr(objective, trainer.average());
                trainer.run(Long.MAX_VALUE, s -> {});
                double after = psnr(objective, trainer.average());
                assertTrue(after > before + 6, before + " dB -> " + after + " dB");
                double scale = (double) objective.details(trainer.average(), pixels).get("scale");
                Latents latents = new Latents(pixels, new Autoencoder(CODER, trainer.average()), scale, done -> {});
                assertEquals(1, latents.deviation(), 1e-5);
                assertEquals(16, objective.preview(trainer.average(), pixels).orElseThrow().count() / 4);
            }
        }
    }

    private static double psnr(Reconstruction objective, Weights weights) {
        Object each = objective.evaluate(weights, new Pixels(images(), false)).get("reconstruction");
        return (double) ((Map<?, ?>) ((Map<?, ?>) each).get("halves")).get("psnr");
    }

    /** The mirrored latents are those of the mirrored image. */
    @Test
    void latentsAreOfPicturesAndTheirMirrorImages() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Autoencoder autoencoder = new Autoencoder(CODER, Autoencoder.initial(CODER, manager, 0));
            Latents latents = new Latents(new Pixels(images(), true), autoencoder, 3, done -> {});
            assertEquals(new Shape(2, 2, 2), latents.shape());
            NDArray x = new Pixels(images(), false).batch(manager, new int[] {5}, new SplittableRandom(0));
            float[] plain = autoencoder.encode(x).mean().mul(3).toFloatArray();
            float[] mirrored = autoencoder.encode(x.flip(3)).mean().mul(3).toFloatArray();
            assertNotEquals(plain[0], mirrored[0]);
            int found = 0;
            for (int seed = 0; seed < 20; seed++) {
                float[] drawn = latents.batch(manager, new int[] {5}, new SplittableRandom(seed)).toFloatArray();
                boolean mirror = Math.abs(drawn[0] - mirrored[0]) < 1e-6;
                assertArrayEquals(mirror ? mirrored : plain, drawn, 1e-6f);
                found += mirror ? 1 : 0;
            }
            assertTrue(found > 3 && found < 17, found + " of 20");
        }
    }

    @Test
    void severalSetsAreNumberedThrough() {
        ImageSet labelled = images().head(3);
        ImageSet bare = ImageSet.of(new byte[2 * 192], 8, 8, "black");
        List<ImageSet> common = Pixels.withCommonClasses(List.of(labelled, bare, labelled));
        Pixels pixels = new Pixels(common, false);
        assertEquals(8, pixels.count());
        assertEquals(List.of("left", "right", "black", "left", "right"), common.get(0).classes());
        assertArrayEquals(new int[] {0, 1, 0, 2, 2, 3, 4, 3}, pixels.labels());
        assertEquals("halves black halves", pixels.source());
        try (NDManager manager = NDManager.newBaseManager()) {
            float[] batch = pixels.batch(manager, new int[] {1, 4, 6}, new SplittableRandom(0)).toFloatArray();
            assertArrayEquals(images().floats(1, 1), Arrays.copyOf(batch, 192));
            assertEquals(-1, batch[192]);
            assertArrayEquals(images().floats(1, 1), Arrays.copyOfRange(batch, 384, 576));
        }
        assertThrows(IllegalArgumentException.class,
                () -> new Pixels(List.of(labelled, ImageSet.of(new byte[48], 4, 4, "small")), false));
    }

    /** A network that sees which half is bright tells turns of these images apart by the class of the turn. */
    @Test
    void turnedPicturesAreClassesOfTheirOwn(@TempDir Path folder) throws IOException {
        FeatureNet.Config network = new FeatureNet.Config(3, 8, 2, List.of(16, 16), List.of(1, 1), 1 + Classification.TURNS);
        byte[] pixels = new byte[16 * 192]; // the upper left quarter is bright
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 8 < 4 && i % 64 / 8 < 4 ? 220 + i % 11 : 20 + i % 5);
        }
        ImageSet corner = ImageSet.of(pixels, 8, 8, "corner");
        try (Trainer trainer = new Trainer(new TrainConfig(16 * 80, 16, 5e-3, 32, 80, false, 1),
                new Classification(network, new int[16], 0, 0, 0.75), new Pixels(corner, false), folder.resolve("d.npz"));
                NDManager manager = NDManager.newBaseManager()) {
            trainer.run(Long.MAX_VALUE, s -> {});
            NDArray x = new Pixels(corner, false).batch(manager, new int[] {0}, new SplittableRandom(0));
            NDArray counterClockwise = x.transpose(0, 1, 3, 2).flip(2);
            // bright upper left, then lower left, lower right, upper right
            assertTrue(counterClockwise.get("0, 0, 7, 0").getFloat() > 0.5);
            FeatureNet trained = new FeatureNet(network, trainer.average());
            NDArray turned = counterClockwise;
            assertEquals(0, trained.logits(x).argMax(1).getLong(0));
            for (int quarters = 1; quarters <= 3; quarters++) {
                assertEquals(quarters, trained.logits(turned).argMax(1).getLong(0));
                turned = turned.transpose(0, 1, 3, 2).flip(2);
            }
        }
    }
}
