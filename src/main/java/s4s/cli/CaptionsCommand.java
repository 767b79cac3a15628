package s4s.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.image.Annotations;
import s4s.io.AtomicFiles;

/** {@code s4s captions}: COCO's captions as prompts. */
@Command(name = "captions", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Writes captions of COCO as prompts, one a line: the first ones of the file, as LD3's code takes them. Papers"
            + " do not say which they took, and FID depends on it.")
final class CaptionsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE.json", description = "captions_val2014.json, of annotations_trainval2014.zip.")
    private Path file;

    @Option(names = "--count", defaultValue = "30000", paramLabel = "N", description = "How many (default ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--one-each", description = "Only the first caption of each image; that gives a lower FID.")
    private boolean oneEach;

    @Option(names = "--out", required = true, paramLabel = "FILE.txt",
            description = "Where they go; prompts.txt in a model's folder is what its benchmark asks for.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<String> captions = Annotations.coco(file, oneEach);
        if (count < 1 || count > captions.size()) {
            throw new IllegalArgumentException("--count " + count + ", but " + file + " has " + captions.size()
                    + (oneEach ? " images with captions" : " captions"));
        }
        String text = String.join("\n", captions.subList(0, count)) + "\n";
        AtomicFiles.write(out, text.getBytes(StandardCharsets.UTF_8));
        spec.commandLine().getOut().println(out + " has " + count + " of " + captions.size() + " captions");
        return 0;
    }
}
