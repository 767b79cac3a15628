package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.benchmark.CostEstimate;
import s4s.image.ImageSet;
import s4s.image.Pictures;
import s4s.io.Hashes;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.ImageStore;
import s4s.sampling.SamplingJob;
import s4s.solver.Solver;
import s4s.solver.data.SolverFile;

/**
 * Draws one image for each seed, into a file or a folder.
 *
 * @param draw what is drawn
 * @param seeds one image each
 * @param out an npz file, or a folder of such files; empty: nowhere
 * @param shard images of a file in a folder
 * @param png where a sheet of the images goes, if anywhere
 * @param command what makes the images, for provenance
 */
public record Sample(Draw draw, long[] seeds, Optional<Path> out, int shard, Optional<Path> png, String command) {
    private static final String SOLVER = "solver.json";
    private static final long LONGEST = Integer.MAX_VALUE - 8;

    /**
     * Checks where the images go.
     *
     * @throws IllegalArgumentException if that is nowhere, or if a folder is given together with a sheet or with seeds that are
     *     no range
     */
    public Sample {
        seeds = seeds.clone();
        if (out.isEmpty() && png.isEmpty()) {
            throw new IllegalArgumentException("say where the images go: --out FILE.npz, --out FOLDER, --png FILE.png");
        }
        if (isFolder(out) && png.isPresent()) {
            throw new IllegalArgumentException("--png is for the images of one file; draw some of the seeds again for it");
        }
        long[] values = seeds;
        if (isFolder(out) && !IntStream.range(1, values.length).allMatch(i -> values[i] == values[0] + i)) {
            throw new IllegalArgumentException("a folder takes the images of one range of seeds, such as --seeds 0-49999");
        }
    }

    @Override
    public long[] seeds() {
        return seeds.clone();
    }

    private static boolean isFolder(Optional<Path> out) {
        return out.isPresent() && !out.get().toString().endsWith(".npz");
    }

    /** Seeds and conditions of a piece. */
    private record Piece(long[] seeds, List<String> conditions) implements Serializable {}

    /** Images as they travel. */
    private record Pixels(byte[] nchw, int height, int width) implements Serializable {}

    /** What draws. */
    private record Painter(DiffusionModel model, Solver solver) {}

    /** What draws, and where. */
    private record Studio(Models models, Draw.Drawing drawing, Shared<Painter> painter, Backend backend) {}

    /**
     * Draws.
     *
     * @param models has the model
     * @param manager of its weights
     * @throws IOException if something cannot be read or written
     */
    public void run(Models models, NDManager manager, Backend.Opening opening, Output output) throws IOException {
        try (Progress progress = output.progress("sample")) {
            Draw.Drawing drawing = draw.load(models, manager, seeds, output);
            try (Backend backend = opening.open("s4s sample", manager, output)) {
                Studio studio = new Studio(models, drawing, painter(models, drawing), backend);
                if (isFolder(out)) {
                    folder(studio, manager, progress, output);
                } else {
                    file(studio, progress, output);
                }
            }
        }
    }

    private void file(Studio studio, Progress progress, Output output) throws IOException {
        ImageSet set = ofFile(studio, done -> progress.update(done, seeds.length, "images"));
        if (out.isPresent()) {
            output.print("wrote " + set.count() + " images to " + out.get());
        }
        if (png.isPresent()) {
            int columns = (int) Math.ceil(Math.sqrt(set.count()));
            Pictures.writePng(png.get(), Pictures.grid(set, columns, 2, 2));
            output.print("wrote a sheet of " + set.count() + " images to " + png.get());
        }
    }

    /** All images, written if they are to be; where they are many, finished parts of a stopped run are kept. */
    private ImageSet ofFile(Studio studio, LongConsumer progress) throws IOException {
        List<SamplingJob> pieces = pieces(studio, seeds);
        if (out.isEmpty() || pieces.size() == 1) {
            ImageSet set = joined(drawn(studio, pieces, progress));
            if (out.isPresent()) {
                ImageSet.write(out.get(), set, seeds);
            }
            return set;
        }
        Provenance all = draw.record(Provenance.of(command), studio.models, studio.drawing).with("seeds", Arrays.toString(seeds))
                .with("images in a part", pieces.get(0).seeds().length);
        String recipe = Hashes.sha256(all.recipe().toString().getBytes(StandardCharsets.UTF_8)) + "\n";
        try (Parts parts = new Parts(out.get(), recipe)) {
            SortedMap<Integer, ImageSet> there = new TreeMap<>();
            for (int i = 0; i < pieces.size(); i++) {
                if (parts.has(i)) {
                    there.put(i, parts.get(i));
                }
            }
            List<Integer> due = IntStream.range(0, pieces.size()).filter(i -> !there.containsKey(i)).boxed().toList();
            long before = there.values().stream().mapToLong(ImageSet::count).sum();
            draw(studio, due.stream().map(pieces::get).toList(), seeds.length, (i, images) -> {
                parts.put(due.get(i), images, pieces.get(due.get(i)).seeds());
                there.put(due.get(i), images);
            }, done -> progress.accept(before + done));
            ImageSet set = joined(there);
            ImageSet.write(out.get(), set, seeds);
            parts.delete();
            return set;
        }
    }

    private void folder(Studio studio, NDManager manager, Progress progress, Output output) throws IOException {
        Provenance recipe = draw.record(Provenance.of(command), studio.models, studio.drawing);
        ImageStore store = ImageStore.open(out.get(), recipe, seeds[0], shard);
        Files.createDirectories(out.get());
        CostEstimate.Picture image = CostEstimate.Picture.of(manager, studio.drawing.model());
        long bytes = store.bytes(seeds.length, image.height(), image.width());
        long free = Files.getFileStore(out.get()).getUsableSpace();
        output.print(seeds.length + " images of " + image.width() + "x" + image.height() + ", " + store.count()
                + " there; the rest takes " + CostEstimate.bytes(bytes) + " on disk, " + CostEstimate.bytes(free) + " are free");
        if (bytes > free) {
            throw new IOException("the disk of " + out.get() + " has no room for " + CostEstimate.bytes(bytes)
                    + "; free some, give a folder on another disk, or draw fewer images");
        }
        store.to(seeds.length, (some, done) -> joined(drawn(studio, pieces(studio, some), done)), progress, output::note);
        output.print(out.get() + " has " + store.count() + " images in " + store.files() + " files");
    }

    private List<SamplingJob> pieces(Studio studio, long[] some) {
        return draw.job(studio.drawing, some).parts(studio.backend.isHere() ? Math.max(draw.batch(), shard) : draw.batch());
    }

    private Shared<Painter> painter(Models models, Draw.Drawing drawing) throws IOException {
        String name = models.path(draw.model()).getFileName().toString();
        return new Shared<>("images of " + name, () -> new Painter(drawing.loaded(), drawing.solver()),
                () -> new Parcel().withModel(models, draw.model()).with(SOLVER, SolverFile.of(drawing.solver(),
                        drawing.model().schedule(), Provenance.of(command)).json()),
                (folder, own) -> new Painter(new Models(folder).load(name, own),
                        SolverFile.read(folder.resolve(SOLVER)).solver()));
    }

    private SortedMap<Integer, ImageSet> drawn(Studio studio, List<SamplingJob> pieces, LongConsumer progress)
            throws IOException {
        SortedMap<Integer, ImageSet> drawn = new TreeMap<>();
        draw(studio, pieces, pieces.stream().mapToLong(piece -> piece.seeds().length).sum(), drawn::put, progress);
        return drawn;
    }

    /** @param together how many images become one set in the end */
    private void draw(Studio studio, List<SamplingJob> pieces, long together, Backend.Taker<ImageSet> taker,
            LongConsumer progress) throws IOException {
        String label = studio.drawing.label();
        double guidance = draw.guidance();
        double quantile = draw.quantile();
        int batch = draw.batch();
        studio.backend.run(studio.painter, pieces.stream().map(piece -> new Piece(piece.seeds(), piece.conditions())).toList(),
                (own, piece, site) -> {
                    ImageSet images = new SamplingJob(label, own.solver, piece.seeds, piece.conditions, guidance, quantile, batch)
                            .draw(site.scope(), own.model, site.progress());
                    return new Pixels(images.pixels(), images.height(), images.width());
                }, (i, pixels) -> {
                    ImageSet images = ImageSet.of(pixels.nchw, pixels.height, pixels.width, label);
                    requireRoom(images, together);
                    taker.take(i, images);
                }, piece -> piece.seeds.length, progress);
    }

    /** Told at the first part rather than at the end. */
    private static void requireRoom(ImageSet some, long total) {
        if ((long) some.pixels().length / some.count() * total > LONGEST) {
            throw new IllegalArgumentException(total + " images of " + some.width() + "x" + some.height()
                    + " are more than a file of 2 GiB; give a folder, --out FOLDER");
        }
    }

    private static ImageSet joined(SortedMap<Integer, ImageSet> parts) {
        ImageSet first = parts.get(parts.firstKey());
        if (parts.size() == 1) {
            return first;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.values().forEach(part -> all.writeBytes(part.pixels()));
        return ImageSet.of(all.toByteArray(), first.height(), first.width(), first.source());
    }
}
