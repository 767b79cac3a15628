package s4s.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A folder of picture files as an {@link ImageSet}. */
final class ImageFolder {
    private static final Set<String> SUFFIXES = Set.of("png", "jpg", "jpeg", "bmp", "gif");

    private ImageFolder() {
    }

    static ImageSet read(Path folder) throws IOException {
        List<String> names = names(folder);
        if (names.isEmpty()) {
            throw new BadFileException("no png, jpg, jpeg, bmp or gif pictures in the folder " + folder
                    + " or below; give another folder or convert them");
        }
        String[] hashes = new String[names.size()];
        PixelBuilder.Files files = new PixelBuilder.Files() {
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
        };
        PixelBuilder.Pixels pixels = PixelBuilder.decode(files, folder.toString());
        List<String> classes = oneLevel(names) ? names.stream().map(ImageFolder::parent).distinct().sorted().toList()
                : List.of();
        int[] labels = classes.isEmpty() ? new int[0]
                : names.stream().mapToInt(n -> java.util.Collections.binarySearch(classes, parent(n))).toArray();
        return new ImageSet(pixels, labels, classes, String.valueOf(folder.toAbsolutePath().normalize().getFileName()),
                hash(names, hashes));
    }

    /** Relative names with '/' on every system, sorted; hidden files and folders are left out. */
    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(p -> isPicture(p) && Files.isRegularFile(p)).map(folder::relativize)
                    .filter(p -> StreamSupport.stream(p.spliterator(), false).noneMatch(e -> e.toString().startsWith(".")))
                    .map(ImageFolder::slashed).sorted().toList();
        } catch (UncheckedIOException e) {
            throw BadFileException.reading(folder, e.getCause());
        } catch (IOException e) {
            throw BadFileException.reading(folder, e);
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.toString();
        return SUFFIXES.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static String slashed(Path relative) {
        return String.join("/", StreamSupport.stream(relative.spliterator(), false).map(Path::toString).toList());
    }

    private static boolean oneLevel(List<String> names) {
        return names.stream().allMatch(n -> n.chars().filter(c -> c == '/').count() == 1);
    }

    private static String parent(String name) {
        return name.substring(0, name.indexOf('/'));
    }

    /** The hash of the list that {@code sha256sum} prints for the files in this order. */
    private static String hash(List<String> names, String[] hashes) {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < hashes.length; i++) {
            list.append(hashes[i]).append("  ").append(names.get(i)).append('\n');
        }
        return Hashes.sha256(list.toString().getBytes(StandardCharsets.UTF_8));
    }
}
