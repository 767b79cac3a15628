package s4s.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.image.Colours;
import s4s.image.ImageSource;
import s4s.image.Others;
import s4s.image.Pairing;
import s4s.io.BadFileException;
import s4s.io.Measurements;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.metric.ClipScore;
import s4s.model.Devices;

/** {@code s4s clip}: how well images fit their captions. */
@Command(name = "clip", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"CLIP score of images and their captions: the mean of 100 cos, not below 0, between CLIP's vectors.",
            "The networks are files that src/main/python/export_clip.py makes of the official weights."})
final class ClipCommand implements Callable<Integer> {
    @Option(names = "--images", required = true, paramLabel = "PATH",
            description = "Folder or zip of png or jpeg files in the order of their names, npz or npy of images.")
    private Path images;

    @Option(names = "--captions", required = true, paramLabel = "FILE.txt",
            description = "One line for each image, in the same order.")
    private Path captions;

    @Option(names = "--clip", required = true, paramLabel = "PREFIX",
            description = "What export_clip.py was given as --out: PREFIX-image.pt and PREFIX-text.pt.")
    private String clip;

    @Option(names = "--tokenizer", required = true, paramLabel = "tokenizer.json",
            description = "The file published beside CLIP's weights.")
    private Path tokenizer;

    @Option(names = "--batch", defaultValue = "50", description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--by-position", description = "Take the images in the order of their names as text, where as numbers it"
            + " would be another.")
    private boolean byPosition;

    @Option(names = "--skip-others", description = "Leave out images of kinds that are not read, and broken links, instead"
            + " of refusing the set.")
    private boolean skip;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (batch < 1) {
            throw new IllegalArgumentException("--batch " + batch + ", but a call has at least one image");
        }
        List<String> lines = lines();
        Path image = Path.of(clip + "-image.pt");
        Path text = Path.of(clip + "-text.pt");
        Others others = skip ? Others.LEFT_OUT : Others.REFUSED;
        try (ImageSource source = ImageSource.open(images, Colours.RGB_ONLY, others);
                NDManager manager = Devices.manager();
                ClipScore score = ClipScore.load(image, text, tokenizer, manager.getDevice());
                Progress progress = Progress.terminal(System.err, "clip")) {
            int count = source.count();
            if (lines.size() != count) {
                throw new IllegalArgumentException(captions + " has " + lines.size() + " lines for the " + count + " images of "
                        + images + "; give one for each");
            }
            if (!byPosition) {
                Pairing.requireOneOrder(source, String.valueOf(captions.getFileName()));
            }
            double[] cosines = new double[count];
            for (int from = 0; from < count; from += batch) {
                int to = Math.min(count, from + batch);
                byte[] pixels = source.pixels(IntStream.range(from, to).toArray());
                try (NDManager scope = manager.newSubManager()) {
                    NDArray pictures = scope.create(ByteBuffer.wrap(pixels),
                            new Shape(to - from, 3, source.height(), source.width()), DataType.UINT8);
                    System.arraycopy(score.cosines(pictures, lines.subList(from, to)), 0, cosines, from, to - from);
                }
                progress.update(to, count);
            }
            Provenance provenance = Provenance.of(CommandText.of(spec)).with("images", source.source())
                    .with("images sha256", source.sha256()).file("captions", captions).file("image network", image)
                    .file("text network", text).file("tokenizer", tokenizer);
            output.write(spec, new Measurements(
                    List.of(new Measurements.Row(score.metric(), count + " images", ClipScore.score(cosines))), provenance));
        }
        return 0;
    }

    private List<String> lines() throws IOException {
        BadFileException.requireFile(captions);
        try {
            return Files.readAllLines(captions);
        } catch (MalformedInputException e) {
            throw new BadFileException(captions + " is no text in UTF-8", e);
        }
    }
}
