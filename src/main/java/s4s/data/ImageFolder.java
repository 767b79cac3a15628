package s4s.data;

import java.io.IOException;
import java.util.Collections;
import java.util.List;

/** Picture files as an {@link ImageSet}. */
final class ImageFolder {
    private ImageFolder() {
    }

    /** A folder whose sub-folders may be classes. */
    static ImageSet read(PictureFiles.Folder files) throws IOException {
        List<String> names = files.names();
        boolean oneLevel = names.stream().allMatch(n -> n.chars().filter(c -> c == '/').count() == 1);
        List<String> classes = oneLevel ? names.stream().map(ImageFolder::parent).distinct().sorted().toList() : List.of();
        int[] labels = classes.isEmpty() ? new int[0]
                : names.stream().mapToInt(n -> Collections.binarySearch(classes, parent(n))).toArray();
        return read(files, labels, classes);
    }

    /** Any files. */
    static ImageSet read(PictureFiles files, int[] labels, List<String> classes) throws IOException {
        try (EncodedImages images = new EncodedImages(files, Colours.CONVERTED)) {
            return new ImageSet(new ImageSet.Pixels(images.height(), images.width(), images.all()), labels, classes,
                    files.source(), files.sha256());
        }
    }

    private static String parent(String name) {
        return name.substring(0, name.indexOf('/'));
    }
}
