package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.io.Shards;
import s4s.model.CountingDenoiser;
import s4s.model.DiffusionModel;
import s4s.model.EdmPreconditioning;
import s4s.model.NetworkDenoiser;
import s4s.model.mini.UNet;
import s4s.sampling.Noise;
import s4s.schedule.VpLinear;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/** Folders of pairs that were stopped, made larger, damaged; with a network of random weights. */
class TeacherStoreTest {
    private static final UNet.Config UNET = new UNet.Config(3, 8, 2, List.of(8), List.of(1), List.of(false), 8);
    private static final int SIZE = 3 * 8 * 8;
    private static final int NFE = 4;

    private NDManager manager;
    private CountingDenoiser denoiser;
    private DiffusionModel model;

    @TempDir
    Path folder;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        denoiser = new CountingDenoiser(
                new NetworkDenoiser(new UNet(UNET, UNet.initial(UNET, manager, 3)), new EdmPreconditioning(0.5)));
        model = DiffusionModel.of(denoiser);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private SolverFile teacher(UnaryOperator<Solver> change) {
        Solver solver = change.apply(Solvers.named("unipc-3-bh1").on(GridType.LOGSNR, denoiser.schedule(), NFE));
        return SolverFile.of(solver, denoiser.schedule(), Provenance.of("test"));
    }

    private TeacherStore.Recipe recipe() {
        return new TeacherStore.Recipe("network", "hash", teacher(s -> s), SeedRange.TRAINING, denoiser.sampleShape());
    }

    /** Makes pairs and returns what was said. */
    private List<String> make(String name, int pairs, int shard, int batch) throws IOException {
        List<String> notes = new ArrayList<>();
        TeacherStore.open(folder.resolve(name), recipe(), shard, "test")
                .to(pairs, manager, model, batch, Progress.none(), notes::add);
        return notes;
    }

    /** The bytes of the shards by file name. */
    private Map<String, String> hashes(String name) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".npz")).toList()) {
                hashes.put(file.getFileName().toString(), Hashes.sha256(file));
            }
        }
        return hashes;
    }

    private float[] samples(TeacherPairs pairs) {
        return pairs.samples(manager, 0, pairs.count()).toFloatArray();
    }

    @Test
    void whatIsReadIsWhatATeacherDraws() throws IOException {
        assertEquals(List.of(), make("store", 10, 4, 4));
        assertEquals(3 * NFE, denoiser.calls());
        TeacherStore store = TeacherStore.open(folder.resolve("store"));
        assertEquals(10, store.count());
        assertEquals(List.of("shard-00000.npz", "shard-00001.npz", "shard-00002.npz"),
                store.shards().stream().map(Shards.Shard::file).toList());
        assertEquals("hash", store.provenance().recipe().get("model sha256"));
        assertEquals(teacher(s -> s).solver(), SolverFile.read(folder.resolve("store/teacher.json")).solver());

        TeacherPairs read = TeacherPairs.read(folder.resolve("store"));
        assertEquals(SeedRange.TRAINING, read.role());
        assertArrayEquals(LongStream.range(1_000_000, 1_000_010).toArray(), read.seeds());
        Solver solver = teacher(s -> s).solver();
        TeacherPairs drawn = TeacherPairs.draw(manager, model, solver, SeedRange.TRAINING, 10, 10, n -> {});
        assertArrayEquals(samples(drawn), samples(read), 1e-5f);
        assertTrue(manager.create(samples(read)).abs().mean().getFloat() > 0.01);
        try (Npz npz = Npz.open(folder.resolve("store/shard-00001.npz"))) {
            assertArrayEquals(new long[] {4, 3, 8, 8}, npz.get("noise").shape());
            float[] noise = npz.get("noise").floats();
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(Noise.normal(1_000_004 + i, SIZE),
                        Arrays.copyOfRange(noise, i * SIZE, (i + 1) * SIZE));
            }
        }
    }

    @Test
    void shardAndBatchSizeDoNotMatter() throws IOException {
        make("a", 10, 4, 4);
        make("b", 10, 7, 3);
        make("c", 10, 10, 1);
        float[] a = samples(TeacherPairs.read(folder.resolve("a")));
        assertArrayEquals(a, samples(TeacherPairs.read(folder.resolve("b"))), 1e-5f);
        assertArrayEquals(a, samples(TeacherPairs.read(folder.resolve("c"))), 1e-5f);
    }

    @Test
    void missingAndDamagedShardsAreMadeAgainToTheSameBytes() throws IOException {
        make("store", 10, 4, 4);
        Map<String, String> before = hashes("store");
        long calls = denoiser.calls();
        assertEquals(List.of(), make("store", 10, 4, 4));
        assertEquals(calls, denoiser.calls());

        Files.delete(folder.resolve("store/shard-00001.npz"));
        assertTrue(assertThrows(BadFileException.class, () -> TeacherPairs.read(folder.resolve("store"))).getMessage()
                .contains("shard-00001.npz"));
        assertEquals(List.of(folder.resolve("store/shard-00001.npz") + " is missing; it is made again"),
                make("store", 10, 4, 4));
        assertEquals(calls + NFE, denoiser.calls());
        assertEquals(before, hashes("store"));

        flip(folder.resolve("store/shard-00000.npz"));
        List<String> notes = make("store", 10, 4, 4);
        assertEquals(1, notes.size());
        assertTrue(notes.get(0).contains("shard-00000.npz is damaged") && notes.get(0).lines().count() == 1, notes.get(0));
        assertEquals(before, hashes("store"));
        assertEquals(10, TeacherPairs.read(folder.resolve("store")).count());
        assertEquals(3, TeacherStore.open(folder.resolve("store")).provenance().sessions().size());
    }

    @Test
    void aStoppedRunGoesOn() throws IOException {
        make("whole", 10, 4, 4);
        Progress stop = new Progress() {
            @Override
            public void update(long done, long total, String note) {
                assertEquals(10, total);
                if (done > 8) {
                    throw new IllegalStateException("stopped");
                }
            }

            @Override
            public void close() {}
        };
        TeacherStore store = TeacherStore.open(folder.resolve("store"), recipe(), 4, "test");
        assertThrows(IllegalStateException.class, () -> store.to(10, manager, model, 4, stop, n -> {}));
        assertEquals(8, TeacherPairs.read(folder.resolve("store")).count());
        long calls = denoiser.calls();
        make("store", 10, 4, 4);
        assertEquals(calls + NFE, denoiser.calls());
        assertEquals(hashes("whole"), hashes("store"));
    }

    @Test
    void shardsMayComeInAnyOrderAndCountEvenBeforeTheManifestListsThem() throws IOException {
        make("whole", 10, 4, 4);
        TeacherStore store = TeacherStore.open(folder.resolve("store"), recipe(), 4, "test");
        assertThrows(IllegalStateException.class, () -> store.to(10, (seeds, taker) -> {
            taker.take(2, draw(seeds.get(2)));
            taker.take(1, draw(seeds.get(1)));
            throw new IllegalStateException("stopped");
        }, n -> {}));
        assertEquals(0, TeacherStore.open(folder.resolve("store")).count());
        long calls = denoiser.calls();
        assertEquals(List.of(), make("store", 10, 4, 4));
        assertEquals(calls + NFE, denoiser.calls());
        assertEquals(hashes("whole"), hashes("store"));
        assertEquals(10, TeacherPairs.read(folder.resolve("store")).count());
    }

    /** A file counts because the manifest lists it, whoever made what is there. */
    @Test
    void filesOfAnotherTeacherAreMadeAgain() throws IOException {
        make("right", 10, 4, 4);
        SolverFile other = SolverFile.of(Solvers.named("ddim").on(GridType.EDM, denoiser.schedule(), 2), denoiser.schedule(),
                Provenance.of("test"));
        TeacherStore.open(folder.resolve("store"), new TeacherStore.Recipe("network", "hash", other, SeedRange.TRAINING,
                denoiser.sampleShape()), 4, "test").to(10, manager, model, 4, Progress.none(), note -> {});
        assertNotEquals(hashes("right"), hashes("store"));
        Files.delete(folder.resolve("store/manifest.json"));
        make("store", 4, 4, 4);
        assertEquals(4, TeacherStore.open(folder.resolve("store")).count());
        make("store", 10, 4, 4);
        assertEquals(hashes("right"), hashes("store"));
        assertEquals(10, TeacherPairs.read(folder.resolve("store")).count());
    }

    private float[] draw(long[] seeds) {
        TeacherPairs pairs = TeacherPairs.draw(manager, model, teacher(s -> s).solver(), SeedRange.TRAINING, seeds, 4, n -> {});
        return pairs.samples(0, pairs.count());
    }

    @Test
    void morePairsAreAddedAndFewerChangeNothing() throws IOException {
        make("once", 14, 4, 4);
        make("grown", 6, 4, 4);
        String first = hashes("grown").get("shard-00000.npz");
        make("grown", 14, 4, 4);
        assertEquals(first, hashes("grown").get("shard-00000.npz"));
        assertEquals(hashes("once"), hashes("grown"));
        long calls = denoiser.calls();
        assertEquals(List.of(), make("grown", 3, 4, 4));
        assertEquals(calls, denoiser.calls());
        assertEquals(14, TeacherPairs.read(folder.resolve("grown")).count());
    }

    @Test
    void pairsOfAnotherKindAreRefused() throws IOException {
        make("store", 4, 4, 4);
        Map<String, String> before = hashes("store");
        TeacherStore.Recipe r = recipe();
        refused("model was network, now it is other",
                new TeacherStore.Recipe("other", "hash", r.teacher(), r.role(), r.sampleShape()), 4);
        refused("model sha256 was hash, now it is hush",
                new TeacherStore.Recipe("network", "hush", r.teacher(), r.role(), r.sampleShape()), 4);
        refused("role was training, now it is validation",
                new TeacherStore.Recipe("network", "hash", r.teacher(), SeedRange.VALIDATION, r.sampleShape()), 4);
        refused("the teacher had other numbers", new TeacherStore.Recipe("network", "hash",
                teacher(s -> s.withOutput(1, 0, -0.5)), r.role(), r.sampleShape()), 4);
        refused("the teacher had other numbers", new TeacherStore.Recipe("network", "hash", SolverFile.of(
                Solvers.named("unipc-3-bh1").on(GridType.EDM, denoiser.schedule(), NFE), denoiser.schedule(),
                Provenance.of("test")), r.role(), r.sampleShape()), 4);
        refused("the teacher had other numbers", new TeacherStore.Recipe("network", "hash", SolverFile.of(
                r.teacher().solver(), new VpLinear(), Provenance.of("test")), r.role(), r.sampleShape()), 4);
        refused("the shape of a sample was (3, 8, 8), now it is (3, 8, 9)",
                new TeacherStore.Recipe("network", "hash", r.teacher(), r.role(), new Shape(3, 8, 9)), 4);
        refused("conditions was (not given), now it is class seed mod 3, guidance 2.0", new TeacherStore.Recipe("network",
                "hash", r.teacher(), r.role(), r.sampleShape(), Optional.of("class seed mod 3, guidance 2.0")), 4);
        refused("pairs in a shard was 4, now it is 5", r, 5);
        assertEquals(before, hashes("store"));
        assertThrows(IllegalArgumentException.class, () -> TeacherStore.open(folder.resolve("new"), r, 0, "test"));
        assertThrows(IllegalArgumentException.class, () -> make("new", 0, 4, 4));
        assertThrows(IllegalArgumentException.class, () -> make("new", 4, 4, 0));
        assertThrows(IllegalArgumentException.class, () -> make("new", 1_000_001, 4, 4));
        assertFalse(Files.exists(folder.resolve("new")));
        assertThrows(IllegalStateException.class, () -> TeacherStore.open(folder.resolve("store"))
                .to(8, manager, model, 4, Progress.none(), n -> {}));
    }

    private void refused(String expected, TeacherStore.Recipe recipe, int shard) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> TeacherStore.open(folder.resolve("store"), recipe, shard, "test")).getMessage();
        assertTrue(message.contains(expected) && message.startsWith(folder.resolve("store").toString())
                && message.lines().count() == 1, message);
    }

    @Test
    void aFlippedByteIsFound() throws IOException {
        make("store", 6, 4, 4);
        flip(folder.resolve("store/shard-00001.npz"));
        String message = assertThrows(BadFileException.class, () -> TeacherPairs.read(folder.resolve("store"))).getMessage();
        assertTrue(message.contains("shard-00001.npz is damaged") && message.lines().count() == 1, message);
    }

    /** Faults that a checksum does not show: each is put into a shard whose checksum is then entered anew. */
    @Test
    void everyFaultOfAShardIsNamed() throws IOException {
        make("store", 6, 4, 4);
        fault("array 'noise' in", "float32(4, 192)",
                arrays -> arrays.put("noise", NpyArray.of(new float[4 * SIZE], 4, SIZE)));
        fault("array 'samples' in", "float64(4, 3, 8, 8)",
                arrays -> arrays.put("samples", NpyArray.of(arrays.get("samples").doubles(), 4, 3, 8, 8)));
        fault("no array 'seeds' in", "noise, samples", arrays -> arrays.remove("seeds"));
        fault("has seed 1000001 where the manifest says 1000000", "make it again", arrays -> arrays.put("seeds",
                NpyArray.of(new long[] {1_000_001, 1_000_000, 1_000_002, 1_000_003}, 4)));
        fault("sample of seed 1000002 is not finite", "",
                arrays -> arrays.put("samples", changed(arrays.get("samples"), 2 * SIZE + 5, Float.NaN)));
        fault("a noise for seed 1000003 that is not that seed's", "make it again",
                arrays -> arrays.put("noise", changed(arrays.get("noise"), 4 * SIZE - 1, 0.125f)));
        fault("a noise for seed 1000000 that is not that seed's", "make it again",
                arrays -> arrays.put("noise", changed(arrays.get("noise"), 0, Float.NaN)));
        assertEquals(6, TeacherPairs.read(folder.resolve("store")).count());
    }

    private void fault(String expected, String also, Consumer<Map<String, NpyArray>> change) throws IOException {
        Path shard = folder.resolve("store/shard-00000.npz");
        Path manifest = folder.resolve("store/manifest.json");
        byte[] whole = Files.readAllBytes(shard);
        String text = Files.readString(manifest);
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (Npz npz = Npz.open(shard)) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        change.accept(arrays);
        Npz.write(shard, arrays);
        Files.writeString(manifest, text.replace(Hashes.sha256(whole), Hashes.sha256(shard)));
        String message = assertThrows(BadFileException.class, () -> TeacherPairs.read(folder.resolve("store"))).getMessage();
        assertTrue(message.contains(expected) && message.contains(also) && message.contains("shard-00000.npz")
                && message.lines().count() == 1, message);
        Files.write(shard, whole);
        Files.writeString(manifest, text);
    }

    private static NpyArray changed(NpyArray array, int index, float value) {
        float[] values = array.floats();
        values[index] = value;
        return NpyArray.of(values, array.shape());
    }

    @Test
    void damagedManifestsAndTeachersAreRefused() throws IOException {
        make("store", 6, 4, 4);
        manifest("format", text -> text.replace("s4s-teacher-pairs", "s4s-solver"));
        manifest("version is 2", text -> text.replace("\"version\": 1", "\"version\": 2"));
        manifest("sampleShape", text -> text.replaceFirst("8,", "8.5,"));
        manifest("provenance is damaged: There is no range", text -> text.replace("training", "testing"));
        manifest("seeds from 1000000 on is expected", text -> text.replace("1000000", "1000001"));
        manifest("seeds from 1000004 on is expected", text -> text.replace("1000004", "1000006"));
        manifest("\"../shard-00001.npz\"", text -> text.replace("shard-00001", "../shard-00001"));
        manifest("shards is missing", text -> text.replace("\"shards\"", "\"shard\""));
        manifest("manifest.json is truncated", text -> text.substring(0, text.length() / 2));
        manifest("teacher.json is damaged", text -> text.replaceFirst("(teacherSha256\": \")..", "$1zz"));
        String message = assertThrows(BadFileException.class, () -> TeacherPairs.read(folder.resolve("nowhere"))).getMessage();
        assertTrue(message.contains("no such file") && message.contains("nowhere"), message);
    }

    private void manifest(String expected, UnaryOperator<String> change) throws IOException {
        Path file = folder.resolve("store/manifest.json");
        String text = Files.readString(file);
        Files.writeString(file, change.apply(text));
        String message = assertThrows(BadFileException.class, () -> TeacherStore.open(folder.resolve("store"))).getMessage();
        assertTrue(message.contains(expected) && message.lines().count() == 1, message);
        Files.writeString(file, text);
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }
}
