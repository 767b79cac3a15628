package s4s.spark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.broadcast.Broadcast;
import s4s.app.Backend;
import s4s.app.Output;
import s4s.app.Parcel;
import s4s.app.Shared;

/**
 * Something that each executor process loads once. Its files travel there once, as a broadcast, and are refused if their hash
 * is not the one that the driver took.
 *
 * @param sha256 hash of the parcel
 * @param kind what the loader makes of the files, in words
 * @param parcel the files
 * @param loader makes it of them
 * @param alone whether a process uses it in one task at a time: the engine collects gradients for one thread at a time
 * @param <T> what is loaded
 */
record Remote<T>(String sha256, String kind, Broadcast<Parcel> parcel, Shared.Loader<T> loader, boolean alone)
        implements Serializable {

    /**
     * Does a piece of work in a task of Spark's, in as many threads as that has.
     *
     * @throws UncheckedIOException if it cannot be loaded or the work fails so
     */
    <A, B> B work(Backend.Task<T, A, B> task, A piece) {
        try {
            ExecutorProcess.limitThreads();
            ExecutorProcess.Loaded<T> loaded = ExecutorProcess.once(kind + " " + sha256, this::load);
            try (NDManager scope = loaded.manager().newSubManager()) {
                Backend.Site site = new Backend.Site(scope, Output.none(), done -> { }, false);
                return alone ? ExecutorProcess.alone(() -> task.of(loaded.value(), piece, site))
                        : task.of(loaded.value(), piece, site);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private T load(NDManager manager) throws IOException {
        Parcel arrived = parcel.value();
        String actual = arrived.sha256();
        if (!actual.equals(sha256)) {
            throw new IOException("the files of " + kind + " arrived with sha256 " + actual + ", they left with " + sha256
                    + "; start again");
        }
        return arrived.unpacked(folder -> loader.load(folder, manager));
    }
}
