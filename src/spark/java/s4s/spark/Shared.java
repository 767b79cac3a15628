package s4s.spark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.spark.broadcast.Broadcast;

/**
 * Something that each executor process loads once. Its files travel there once, as a broadcast, and are refused if their hash
 * is not the one that the driver took.
 *
 * @param <T> what is loaded
 */
final class Shared<T> implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String sha256;
    private final String kind;
    private final Broadcast<Parcel> parcel;
    private final Loader<T> loader;

    /** Loads it from files. */
    @FunctionalInterface
    interface Loader<T> extends Serializable {
        /**
         * @param folder holds the files; gone afterwards
         * @param manager for its arrays
         */
        T load(Path folder, NDManager manager) throws IOException;
    }

    /** Uses it. */
    @FunctionalInterface
    interface Use<T, R> {
        /** @param scope for working memory; closed afterwards */
        R with(T value, NDManager scope) throws IOException;
    }

    /**
     * @param sha256 hash of the parcel
     * @param kind what the loader makes of the files, in words
     */
    Shared(String sha256, String kind, Broadcast<Parcel> parcel, Loader<T> loader) {
        this.sha256 = sha256;
        this.kind = kind;
        this.parcel = parcel;
        this.loader = loader;
    }

    /**
     * Works with it in a task, in as many threads as the task has.
     *
     * @throws UncheckedIOException if it cannot be loaded or the work fails so
     */
    <R> R use(Use<T, R> work) {
        try {
            ExecutorProcess.limitThreads();
            ExecutorProcess.Loaded<T> loaded = ExecutorProcess.once(kind + " " + sha256, this::load);
            try (NDManager scope = loaded.manager().newSubManager()) {
                return work.with(loaded.value(), scope);
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
