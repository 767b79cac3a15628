package s4s.model.repository;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.JsonFields;
import s4s.model.Devices;
import s4s.model.torchscript.ScriptCard;
import s4s.model.torchscript.ScriptModel;

/**
 * Published networks and statistics that this repository does not hold: where each is, under which licence, what to run and where
 * the result goes. One JSON file each in {@code data/models/catalogue}:
 *
 * <pre>
 *   format, version   "s4s-catalogue", 1
 *   title             what it is
 *   benchmark         which benchmark needs it, if one alone does
 *   licence           in one line, for the user to read
 *   files             [ { file, address, bytes?, sha256? }, ... ]: to put into data/downloads; size and hash where they are known
 *   needs             what else the command needs
 *   command           what to run in the repository
 *   result            what is there afterwards: a folder with a card.json, a TorchScript file with its card, or another file
 *   facts             where these facts were read
 * </pre>
 *
 * @param repository the repository's root
 * @param entries by name
 */
public record Catalogue(Path repository, List<Entry> entries) {
    /** Where official files are looked for, below the repository. */
    public static final String DOWNLOADS = "data/downloads";

    private static final String FOLDER = "data/models/catalogue";
    private static final String FORMAT = "s4s-catalogue";

    /** Copies the list. */
    public Catalogue {
        entries = List.copyOf(entries);
    }

    /**
     * An official file.
     *
     * @param file path below {@link #DOWNLOADS}
     * @param address where it is
     * @param bytes its size, where it is known
     * @param sha256 its hash, where it is published
     */
    public record Source(String file, String address, OptionalLong bytes, Optional<String> sha256) {}

    /**
     * One published network.
     *
     * @param name of the JSON file
     * @param title what it is
     * @param benchmark which benchmark needs it; empty: all
     * @param licence in one line
     * @param files what to download
     * @param needs what else the command needs; may be empty
     * @param command what to run
     * @param result path below the repository
     */
    public record Entry(String name, String title, String benchmark, String licence, List<Source> files, String needs,
            String command, String result) {
        /** Copies the list. */
        public Entry {
            files = List.copyOf(files);
        }
    }

    /** What is here of an entry. */
    public enum State {
        /** The result is here, and all hashes that are known are right. */
        PRESENT,
        /** There is something to do. */
        MISSING,
        /** Something is here that is not what it should be. */
        DAMAGED
    }

    /**
     * The finding on an entry.
     *
     * @param state in a word
     * @param line what was found
     * @param steps what to do, one line each; empty if nothing
     */
    public record Finding(State state, String line, List<String> steps) {
        /** Copies the list. */
        public Finding {
            steps = List.copyOf(steps);
        }
    }

    /** Reads the catalogue of a repository. */
    public static Catalogue of(Path repository) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(repository.resolve(FOLDER))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                entries.add(entry(file));
            }
        }
        return new Catalogue(repository, entries);
    }

    /**
     * A file or folder that the paper profile needs.
     *
     * @throws IOException if it is not there
     */
    public static Path required(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("no file " + path + ": s4s doctor --profile paper says how to make what the paper profile needs");
        }
        return path;
    }

    private static Entry entry(Path file) throws BadFileException {
        JsonFields json = JsonFields.read(file);
        if (!json.text("format").equals(FORMAT) || json.count("version") != 1) {
            throw json.fault("format", "is not " + FORMAT + " version 1");
        }
        List<Source> sources = new ArrayList<>();
        for (JsonFields source : json.objects("files")) {
            Optional<Double> bytes = source.maybeNumber("bytes");
            sources.add(new Source(source.text("file"), source.text("address"),
                    bytes.isPresent() ? OptionalLong.of(bytes.get().longValue()) : OptionalLong.empty(),
                    source.maybeText("sha256")));
        }
        return new Entry(file.getFileName().toString().replaceFirst("\\.json$", ""), json.text("title"),
                json.maybeText("benchmark").orElse(""), json.text("licence"), sources, json.maybeText("needs").orElse(""),
                json.text("command"), json.text("result"));
    }

    /**
     * What is here of an entry. Everything that is here is read to its end, for its hash.
     *
     * @throws IOException if something cannot be read
     */
    public Finding look(Entry entry) throws IOException {
        Path result = repository.resolve(entry.result);
        try {
            if (Files.exists(result)) {
                return new Finding(State.PRESENT, entry.result + ": " + check(entry, result), List.of());
            }
            return missing(entry);
        } catch (BadFileException e) {
            return new Finding(State.DAMAGED, e.getMessage(), List.of());
        }
    }

    private String check(Entry entry, Path result) throws IOException {
        if (Files.isDirectory(result)) {
            ModelCard card = ModelCard.read(result.resolve("card.json"));
            try (NDManager manager = Devices.manager()) {
                new ScriptModel(result, manager).check();
            }
            JsonFields training = JsonFields.read(result.resolve("card.json")).object("training");
            if (training.has("random")) {
                return card.name() + ", its weights are random numbers";
            }
            return card.name() + ", " + origin(entry, training.objects("sources"));
        }
        if (result.toString().endsWith(".pt")) {
            ScriptCard card = ScriptCard.of(result);
            return card.name() + card.notOfficial().map(why -> ", but " + why).orElse(", from the official file");
        }
        return "sha256 " + Hashes.sha256(result);
    }

    /** Whether the weights are the published ones, as far as hashes are known. */
    private static String origin(Entry entry, List<JsonFields> sources) throws BadFileException {
        int compared = 0;
        for (JsonFields source : sources) {
            for (Source known : entry.files) {
                if (known.sha256.isPresent() && (known.file.equals(source.text("file"))
                        || known.file.endsWith("/" + source.text("file")))) {
                    compared++;
                    if (!known.sha256.get().equals(source.text("sha256"))) {
                        throw new BadFileException(entry.result + " was made from another " + source.text("file")
                                + " than the published one (sha256 " + source.text("sha256") + ", published "
                                + known.sha256.get() + ")");
                    }
                }
            }
        }
        return compared == 0 ? "made from " + sources.get(0).text("file") + " (no hash is published to check it by)"
                : "made from the published files";
    }

    private Finding missing(Entry entry) throws IOException {
        List<Source> absent = new ArrayList<>();
        for (Source source : entry.files) {
            Path file = repository.resolve(DOWNLOADS).resolve(source.file);
            if (!Files.exists(file)) {
                absent.add(source);
            } else {
                requireOfficial(source, file);
            }
        }
        List<String> steps = new ArrayList<>();
        if (!absent.isEmpty()) {
            steps.add("licence: " + entry.licence);
        }
        for (Source source : absent) {
            steps.add("get " + source.address + " as " + DOWNLOADS + "/" + source.file
                    + (source.bytes.isPresent() ? String.format(Locale.ROOT, " (%,d bytes)", source.bytes.getAsLong()) : ""));
        }
        steps.add("run " + entry.command + (entry.needs.isEmpty() ? "" : "   [needs " + entry.needs + "]"));
        return new Finding(State.MISSING, entry.title + (absent.isEmpty() ? ": downloaded, to be exported" : ""), steps);
    }

    private static void requireOfficial(Source source, Path file) throws IOException {
        if (source.bytes.isPresent() && Files.size(file) != source.bytes.getAsLong()) {
            throw new BadFileException(file + " has " + Files.size(file) + " bytes, the published file "
                    + source.bytes.getAsLong() + "; download it again");
        }
        if (source.sha256.isPresent()) {
            String sha256 = Hashes.sha256(file);
            if (!sha256.equals(source.sha256.get())) {
                throw new BadFileException(file + " is not the published file (sha256 " + sha256 + ", published "
                        + source.sha256.get() + "); download it again");
            }
        }
    }
}
