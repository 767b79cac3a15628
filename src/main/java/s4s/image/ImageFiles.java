package s4s.image;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.ZipArchive;

/** Numbered files of one image each. May be read by several threads. */
interface ImageFiles extends Closeable {
    /** Larger files are refused before memory is taken for them: more than 4096 x 4096 pixels of 16 bits and alpha. */
    long LARGEST = 256L << 20;
    /** As Python's sorted() has it, by code points. */
    Comparator<String> ORDER = Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    int count();

    byte[] bytes(int i) throws IOException;

    /** What to call an image in messages. */
    String name(int i);

    /** The images' names in folder or archive, with '/' on every system; none if they have no names. */
    default List<String> names() {
        return List.of();
    }

    /** A file of the folder or archive that lies beside the images, if it is there. */
    default Optional<byte[]> beside(String name) throws IOException {
        return Optional.empty();
    }

    /** What to call all of them, without the path. */
    String source();

    /** Which images were left out, in words; empty if none. */
    default String leftOut() {
        return "";
    }

    /** Hash of all of them. */
    String sha256() throws IOException;

    @Override
    default void close() throws IOException {}

    /** The images at any depth of a folder, in the order of their relative names. */
    static ImageFiles folder(Path folder, Others others) throws IOException {
        Gathered gathered = new Gathered();
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            all.filter(p -> !Files.isDirectory(p)).forEach(p -> gathered.file(slashed(folder.relativize(p)), p));
        } catch (UncheckedIOException e) {
            throw BadFileException.reading(folder, e.getCause());
        } catch (IOException e) {
            throw BadFileException.reading(folder, e);
        }
        List<String> names = gathered.names(folder, others);
        return new Folder(folder, names, gathered.others(), new String[names.size()]);
    }

    /** The images at any depth of a zip archive, in the order of their names. */
    static ImageFiles zip(Path file, Others others) throws IOException {
        ZipArchive zip = ZipArchive.open(file);
        try {
            Gathered gathered = new Gathered();
            for (String name : zip.names()) {
                gathered.entry(zip, name);
            }
            return new Zip(file, zip, gathered.names(file, others), gathered.others());
        } catch (IOException e) {
            zip.close();
            throw e;
        }
    }

    private static String slashed(Path relative) {
        return String.join("/", StreamSupport.stream(relative.spliterator(), false).map(Path::toString).toList());
    }

    /** Images are known by their names; other files that are images all the same, by name or content, are counted. */
    final class Gathered {
        private final List<String> names = new ArrayList<>();
        private final SortedMap<String, Integer> others = new TreeMap<>();

        void file(String name, Path file) {
            if (isHidden(name)) {
                return;
            }
            if (!Files.exists(file)) {
                other("broken link");
            } else if (Files.isRegularFile(file) && ImageFormat.isNamed(name)) {
                names.add(name);
            } else if (Files.isRegularFile(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    sniffed(name, in);
                } catch (IOException e) {
                    other("unreadable");
                }
            }
        }

        void entry(ZipArchive zip, String name) throws IOException {
            if (isHidden(name)) {
                return;
            }
            if (ImageFormat.isNamed(name)) {
                names.add(name);
                return;
            }
            try (InputStream in = zip.stream(name, name + " in " + zip)) {
                sniffed(name, in);
            }
        }

        private void sniffed(String name, InputStream in) throws IOException {
            if (ImageFormat.isOther(name, in.readNBytes(ImageFormat.START))) {
                other(ImageFormat.ending(name).isEmpty() ? "without ending" : ImageFormat.ending(name));
            }
        }

        private void other(String kind) {
            others.merge(kind, 1, Integer::sum);
        }

        /** Beginning with a dot, or what macOS adds to archives; "." and ".." are steps, no names. */
        private static boolean isHidden(String name) {
            return Stream.of(name.split("/")).anyMatch(step -> step.startsWith(".") && !step.equals(".") && !step.equals("..")
                    || step.equals("__MACOSX"));
        }

        /** The sorted names of the images, of which there is at least one. */
        List<String> names(Path source, Others allowed) throws BadFileException {
            if (allowed == Others.REFUSED && !others.isEmpty()) {
                throw new BadFileException(source + " has image files that are not read (" + others() + ") beside "
                        + names.size() + " that are: convert, rename or remove them, or leave them out with --skip-others");
            }
            if (names.isEmpty()) {
                throw new BadFileException("no " + ImageFormat.list() + " images in " + source
                        + " or below; give another folder or convert them");
            }
            return names.stream().sorted(ORDER).toList();
        }

        String others() {
            return others.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).collect(Collectors.joining(", "));
        }
    }

    private static void requireSize(long length, String name) throws BadFileException {
        if (length > LARGEST) {
            throw new BadFileException(name + " has " + length + " bytes; image files of up to " + (LARGEST >> 20)
                    + " MiB are read: make it smaller");
        }
    }

    /** @param hashes of the images read so far */
    record Folder(Path folder, List<String> names, String leftOut, String[] hashes) implements ImageFiles {
        @Override
        public int count() {
            return names.size();
        }

        @Override
        public byte[] bytes(int i) throws IOException {
            Path file = folder.resolve(names.get(i));
            try {
                requireSize(Files.size(file), name(i));
                byte[] bytes = Files.readAllBytes(file);
                hashes[i] = Hashes.sha256(bytes);
                return bytes;
            } catch (IOException e) {
                throw BadFileException.reading(file, e);
            }
        }

        @Override
        public String name(int i) {
            return folder.resolve(names.get(i)).toString();
        }

        @Override
        public Optional<byte[]> beside(String name) throws IOException {
            Path file = folder.resolve(name);
            try {
                return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
            } catch (IOException e) {
                throw BadFileException.reading(file, e);
            }
        }

        @Override
        public String source() {
            return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        }

        /** The hash of the list that {@code sha256sum} prints for the files in this order. */
        @Override
        public String sha256() throws IOException {
            StringBuilder list = new StringBuilder();
            for (int i = 0; i < hashes.length; i++) {
                if (hashes[i] == null) {
                    bytes(i);
                }
                list.append(hashes[i]).append("  ").append(names.get(i)).append('\n');
            }
            return Hashes.sha256(list.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** @param zip the same file, open */
    record Zip(Path file, ZipArchive zip, List<String> names, String leftOut) implements ImageFiles {
        @Override
        public int count() {
            return names.size();
        }

        @Override
        public byte[] bytes(int i) throws IOException {
            return bytes(names.get(i));
        }

        private byte[] bytes(String name) throws IOException {
            String title = name + " in " + file;
            requireSize(zip.length(name), title);
            try (InputStream in = zip.stream(name, title)) {
                return in.readAllBytes();
            }
        }

        @Override
        public String name(int i) {
            return names.get(i) + " in " + file;
        }

        @Override
        public Optional<byte[]> beside(String name) throws IOException {
            return zip.has(name) ? Optional.of(bytes(name)) : Optional.empty();
        }

        @Override
        public String source() {
            return String.valueOf(file.getFileName());
        }

        @Override
        public String sha256() throws IOException {
            return Hashes.sha256(file);
        }

        @Override
        public void close() throws IOException {
            zip.close();
        }
    }
}
