package s4s.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipException;
import s4s.io.BadFileException;
import s4s.io.NpyHeader;
import s4s.io.ZipArchive;

/** What images can be stored in. */
enum SourceKind {
    FOLDER, ZIP, NPZ, NPY;

    private static final int PICKLE = 0x80;

    /** By content, not by name. A zip archive with image files holds these, whatever else; another, or a broken one, is an npz. */
    static SourceKind of(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return FOLDER;
        }
        BadFileException.requireFile(path);
        byte[] start;
        try (InputStream in = Files.newInputStream(path)) {
            start = in.readNBytes(NpyHeader.MAGIC.length);
        } catch (IOException e) {
            throw BadFileException.reading(path, e);
        }
        if (Arrays.equals(start, NpyHeader.MAGIC)) {
            return NPY;
        }
        if (start.length > 1 && (start[0] & 0xff) == PICKLE && start[1] <= 5) {
            throw new BadFileException(path + " is a Python pickle; images are in a folder or zip of image files, an npz or"
                    + " an npy: write it with numpy.savez");
        }
        if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
            throw new BadFileException(path + " holds no set of images; give a folder or zip of png or jpeg files, an npz or"
                    + " an npy");
        }
        try (ZipArchive zip = ZipArchive.open(path)) {
            List<String> names = zip.names();
            if (names.stream().anyMatch(name -> name.endsWith("/data.pkl"))) {
                throw new BadFileException(path + " is a file of torch.save; images are in a folder or zip of image files,"
                        + " an npz or an npy: write it with numpy.savez");
            }
            return names.stream().anyMatch(ImageFormat::isNamed) ? ZIP : NPZ;
        } catch (ZipException e) {
            if (path.toString().endsWith(".zip")) {
                throw new BadFileException(path + " is a truncated or damaged zip archive; make or copy it again", e);
            }
            return NPZ;
        }
    }
}
