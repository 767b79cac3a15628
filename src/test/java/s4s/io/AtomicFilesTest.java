package s4s.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.files.Resources.assertRefused;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.files.FaultyFiles;

class AtomicFilesTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesOnlyWhenWhole() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFiles.write(file, out -> out.write("old".getBytes()));
        AtomicFiles.write(file, out -> {
            out.write("new".repeat(100_000).getBytes());
            out.flush();
            assertEquals("old", Files.readString(file), "the old file is there until the new one is whole");
        });
        assertEquals("new".repeat(100_000), Files.readString(file));
        assertEquals(List.of("a.txt"), names());
    }

    @Test
    void leavesTheOldFileOnFailure() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");
        assertRefused(() -> AtomicFiles.write(file, out -> {
            out.write(1);
            throw new IOException("no space\nleft");
        }), "cannot write", "a.txt", "no space");
        assertThrows(IllegalStateException.class, () -> AtomicFiles.write(file, out -> {
            throw new IllegalStateException();
        }));
        assertThrows(OutOfMemoryError.class, () -> AtomicFiles.write(file, out -> {
            throw new OutOfMemoryError();
        }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("a.txt"), names());
    }

    /** What a process leaves that is killed while it writes. */
    @Test
    void leftoversAreRemovedButNotWhatIsBeingWritten() throws IOException {
        Path left = folder.resolve(".a.txt." + UUID.randomUUID() + ".tmp");
        Path others = Files.writeString(folder.resolve(".b.txt." + UUID.randomUUID() + ".tmp"), "x");
        Path mine = Files.writeString(folder.resolve(".a.txt.mine.tmp"), "x");
        Files.writeString(left, "half");
        Path file = folder.resolve("a.txt");
        AtomicFiles.write(file, out -> {
            AtomicFiles.write(file, inner -> inner.write(1));
            out.write(2);
        });
        assertEquals(2, Files.readAllBytes(file)[0]);
        assertEquals(Stream.of(file, others, mine).map(p -> p.getFileName().toString()).sorted().toList(), names());
    }

    /** A power cut keeps what was forced to the disk, and may reorder the rest. */
    @Test
    void isOnTheDiskBeforeItHasItsName() throws IOException {
        FaultyFiles files = new FaultyFiles(FileSystems.getDefault(), FaultyFiles.Fault.KILL, Long.MAX_VALUE);
        AtomicFiles.write(files.of(folder.resolve("a.txt")), out -> out.write(1));
        assertEquals(List.of("open", "lock", "write", "force", "move to a.txt", "force " + folder.getFileName()),
                files.operations().stream().map(what -> what.replaceAll(" \\.a\\.txt.*", "")).toList());
    }

    @Test
    void makesFoldersAndSaysWhereItCannot() throws IOException {
        AtomicFiles.write(folder.resolve("x/y/a.txt"), out -> out.write(1));
        assertEquals(1, Files.size(folder.resolve("x/y/a.txt")));
        assertRefused(() -> AtomicFiles.write(folder.resolve("x"), out -> out.write(1)), "x: it is a folder");
        assertRefused(() -> AtomicFiles.write(folder.resolve("x/y/a.txt/b.txt"), out -> out.write(1)),
                "cannot write", "b.txt", "a.txt is a file where a folder is needed");
    }

    @Test
    void writesFilesThatOthersMayReadAsUsual() throws IOException {
        Path usual = Files.writeString(folder.resolve("usual"), "");
        Path written = folder.resolve("written");
        AtomicFiles.write(written, out -> out.write(1));
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(written));
        }
    }

    /** Known hashes: FIPS 180-2's one-block message and the empty one. */
    @Test
    void hashes() throws IOException {
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Hashes.sha256("abc".getBytes()));
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertEquals("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Hashes.sha256(empty));
        assertTrue(Hashes.sha256(Files.write(folder.resolve("a"), "a".repeat(1_000_000).getBytes()))
                .equals("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
        assertRefused(() -> Hashes.sha256(folder.resolve("none")), "no such file");
        assertRefused(() -> Hashes.sha256(folder), "is a folder");
    }
}
