package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * What all pieces of a work need: as it is in this process, and how another one makes it of files.
 *
 * @param kind what it is, in words
 * @param here as this process has it; asked only if work is done in it
 * @param packing the files; asked only if they travel
 * @param loader makes it of the files
 * @param <S> what it is
 */
public record Shared<S>(String kind, Making<S> here, Packing packing, Loader<S> loader) {

    /** Has it, or makes it. */
    @FunctionalInterface
    public interface Making<S> {
        /** @throws IOException if something cannot be read */
        S get() throws IOException;
    }

    /** Packs files. */
    @FunctionalInterface
    public interface Packing {
        /** @throws IOException if a file cannot be read */
        Parcel pack() throws IOException;
    }

    /** Makes something of files; travels to other processes. */
    @FunctionalInterface
    public interface Loader<S> extends Serializable {
        /**
         * @param folder holds the files; gone afterwards
         * @param manager for its arrays
         */
        S load(Path folder, NDManager manager) throws IOException;
    }
}
