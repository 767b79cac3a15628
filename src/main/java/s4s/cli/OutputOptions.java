package s4s.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import s4s.io.AtomicFiles;
import s4s.io.Measurements;

/** Where measured numbers go. */
final class OutputOptions {
    /** How they are printed. */
    enum Format { TEXT, JSON, CSV }

    @Option(names = "--format", defaultValue = "text", description = "text, json or csv on standard output"
            + " (default ${DEFAULT-VALUE}); all with the files' hashes, counts, network and versions.")
    private Format format;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write JSON there.")
    private Optional<Path> json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Also write CSV there.")
    private Optional<Path> csv;

    void write(CommandSpec spec, Measurements measured) throws IOException {
        if (json.isPresent()) {
            AtomicFiles.write(json.get(), measured.json().getBytes(StandardCharsets.UTF_8));
        }
        if (csv.isPresent()) {
            AtomicFiles.write(csv.get(), measured.csv().getBytes(StandardCharsets.UTF_8));
        }
        spec.commandLine().getOut().print(switch (format) {
            case TEXT -> measured.text();
            case JSON -> measured.json();
            case CSV -> measured.csv();
        });
        spec.commandLine().getOut().flush();
    }
}
