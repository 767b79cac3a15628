package s4s.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipFile;

/** What pictures can be stored in. */
enum SourceKind {
    FOLDER, ZIP, NPZ, NPY;

    /** By content, not by name. A zip archive without arrays holds picture files; a broken one is called an npz. */
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
        if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
            throw new BadFileException(path + " holds no set of pictures; give a folder or zip of png or jpeg files, an npz or"
                    + " an npy");
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            boolean pictures = zip.stream().anyMatch(e -> PictureFormat.isNamed(e.getName()));
            return pictures && zip.stream().noneMatch(e -> e.getName().endsWith(".npy")) ? ZIP : NPZ;
        } catch (IOException e) {
            return NPZ;
        }
    }
}
