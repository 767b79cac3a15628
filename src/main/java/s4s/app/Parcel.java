package s4s.app;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import s4s.io.Hashes;
import s4s.model.repository.Models;

/**
 * Files that travel to other processes.
 *
 * @param files content by relative name, with slashes
 */
public record Parcel(TreeMap<String, byte[]> files) implements Serializable {
    /** Of a model that is being trained. */
    private static final List<String> NOT_NEEDED = List.of("checkpoint.npz", "samples.png");
    private static final long LONGEST = Integer.MAX_VALUE - 8;

    /** Nothing yet. */
    public Parcel() {
        this(new TreeMap<>());
    }

    /**
     * The parcel with one more file.
     *
     * @throws IllegalArgumentException if it is longer than an array of Java
     */
    public Parcel with(String name, Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IllegalArgumentException(file + " is longer than 2 GiB, more than a broadcast takes");
        }
        TreeMap<String, byte[]> more = new TreeMap<>(files);
        more.put(name, Files.readAllBytes(file));
        return new Parcel(more);
    }

    /** The parcel with one more file, of this text. */
    public Parcel with(String name, String text) {
        TreeMap<String, byte[]> more = new TreeMap<>(files);
        more.put(name, text.getBytes(StandardCharsets.UTF_8));
        return new Parcel(more);
    }

    /** The parcel with a model under its folder's name, and the autoencoder that it needs under its own. */
    public Parcel withModel(Models models, String name) throws IOException {
        Path folder = models.path(name);
        Parcel all = withFolder(folder.getFileName().toString(), folder);
        Optional<String> autoencoder = models.autoencoderOf(name);
        return autoencoder.isPresent() ? all.withModel(models, autoencoder.get()) : all;
    }

    /** The parcel with all files of a folder, under another name. */
    public Parcel withFolder(String name, Path folder) throws IOException {
        Parcel all = this;
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.filter(Files::isRegularFile).filter(f -> !NOT_NEEDED.contains(f.getFileName().toString()))
                    .toList()) {
                all = all.with(name + "/" + file.getFileName(), file);
            }
        }
        return all;
    }

    /** Hash of names and contents. */
    public String sha256() {
        return Hashes.sha256(files.entrySet().stream().map(e -> e.getKey() + " " + Hashes.sha256(e.getValue()))
                .collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8));
    }

    /** Reads files of a folder. */
    @FunctionalInterface
    public interface Reader<T> {
        /** @param folder holds the files, and is removed afterwards */
        T read(Path folder) throws IOException;
    }

    /** Lays the files out in a temporary folder. */
    public <T> T unpacked(Reader<T> reader) throws IOException {
        Path folder = Files.createTempDirectory("s4s-");
        try {
            for (SortedMap.Entry<String, byte[]> file : files.entrySet()) {
                Path path = folder.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
            return reader.read(folder);
        } finally {
            Folders.delete(folder);
        }
    }
}
