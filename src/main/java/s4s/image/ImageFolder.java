package s4s.image;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Image files as an {@link ImageSet}. */
final class ImageFolder {
    private ImageFolder() {
    }

    /** A folder or archive with a dataset.json, or a folder whose sub-folders may be classes. */
    static ImageSet read(ImageFiles files, boolean foldersAreClasses) throws IOException {
        try (EncodedImages images = new EncodedImages(files, Colours.CONVERTED)) {
            Optional<DatasetLabels> listed = DatasetLabels.of(files);
            DatasetLabels labels = listed.isPresent() ? listed.get()
                    : foldersAreClasses ? ofFolders(files.names()) : new DatasetLabels(new int[0], List.of());
            return new ImageSet(new ImageSet.Pixels(images.height(), images.width(), images.all()), labels.labels(),
                    labels.classes(), files.source(), files.sha256());
        }
    }

    private static DatasetLabels ofFolders(List<String> names) {
        boolean oneLevel = names.stream().allMatch(n -> n.chars().filter(c -> c == '/').count() == 1);
        List<String> classes = oneLevel
                ? names.stream().map(ImageFolder::parent).distinct().sorted(ImageFiles.ORDER).toList() : List.of();
        int[] labels = classes.isEmpty() ? new int[0]
                : names.stream().mapToInt(n -> Collections.binarySearch(classes, parent(n), ImageFiles.ORDER)).toArray();
        return new DatasetLabels(labels, classes);
    }

    private static String parent(String name) {
        return name.substring(0, name.indexOf('/'));
    }
}
