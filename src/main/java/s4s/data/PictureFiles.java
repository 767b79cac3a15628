package s4s.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Numbered files of one picture each. May be read by several threads. */
interface PictureFiles extends Closeable {
    int count();

    byte[] bytes(int i) throws IOException;

    /** What to call a picture in messages. */
    String name(int i);

    /** What to call all of them, without the path. */
    String source();

    /** Hash of all of them. */
    String sha256() throws IOException;

    @Override
    default void close() throws IOException {}

    /** The pictures at any depth of a folder, in the order of their relative names. */
    static Folder folder(Path folder) throws IOException {
        List<String> names = sorted(folder);
        return new Folder(folder, required(names, folder), new String[names.size()]);
    }

    /** The pictures at any depth of a zip archive, in the order of their names. */
    static PictureFiles zip(Path file) throws IOException {
        ZipFile zip = new ZipFile(file.toFile());
        List<String> names = zip.stream().filter(e -> !e.isDirectory()).map(ZipEntry::getName)
                .filter(n -> PictureFormat.isNamed(n) && Stream.of(n.split("/")).noneMatch(part -> part.startsWith("."))).sorted().toList();
        if (names.isEmpty()) {
            zip.close();
        }
        return new Zip(file, zip, required(names, file));
    }

    private static List<String> required(List<String> names, Path source) throws BadFileException {
        if (names.isEmpty()) {
            throw new BadFileException("no " + PictureFormat.list() + " pictures in " + source
                    + " or below; give another folder or convert them");
        }
        return names;
    }

    /** Relative names with '/' on every system, sorted; hidden files and folders are left out. */
    private static List<String> sorted(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(p -> PictureFormat.isNamed(p.toString()) && Files.isRegularFile(p)).map(folder::relativize)
                    .filter(p -> StreamSupport.stream(p.spliterator(), false).noneMatch(e -> e.toString().startsWith(".")))
                    .map(PictureFiles::slashed).sorted().toList();
        } catch (UncheckedIOException e) {
            throw BadFileException.reading(folder, e.getCause());
        } catch (IOException e) {
            throw BadFileException.reading(folder, e);
        }
    }

    private static String slashed(Path relative) {
        return String.join("/", StreamSupport.stream(relative.spliterator(), false).map(Path::toString).toList());
    }

    /** @param hashes of the pictures read so far */
    record Folder(Path folder, List<String> names, String[] hashes) implements PictureFiles {
        @Override
        public int count() {
            return names.size();
        }

        @Override
        public byte[] bytes(int i) throws IOException {
            try {
                byte[] bytes = Files.readAllBytes(folder.resolve(names.get(i)));
                hashes[i] = Hashes.sha256(bytes);
                return bytes;
            } catch (IOException e) {
                throw BadFileException.reading(folder.resolve(names.get(i)), e);
            }
        }

        @Override
        public String name(int i) {
            return folder.resolve(names.get(i)).toString();
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
    record Zip(Path file, ZipFile zip, List<String> names) implements PictureFiles {
        @Override
        public int count() {
            return names.size();
        }

        @Override
        public byte[] bytes(int i) throws IOException {
            try (InputStream in = zip.getInputStream(zip.getEntry(names.get(i)))) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new BadFileException(name(i) + " is truncated or damaged; make or copy the file again", e);
            }
        }

        @Override
        public String name(int i) {
            return names.get(i) + " in " + file;
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
