package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;

/**
 * Where pieces of work are done: in this process, or in those of a cluster. A use-case cuts its work into pieces, says what
 * they share, and takes their results, which are the same wherever they are computed.
 */
public interface Backend extends AutoCloseable {

    /**
     * Does pieces of work and hands on each result when it is there, one at a time, in any order.
     *
     * @param shared what every piece needs
     * @param pieces what is to be done; travels to other processes
     * @param task does it
     * @param taker takes the results, in this process
     * @param watcher told how far a piece has come, where that can be seen
     * @throws IOException if something cannot be read, or a result cannot be taken
     */
    <S, A, B> void run(Shared<S> shared, List<A> pieces, Task<S, A, B> task, Taker<B> taker, Watcher watcher)
            throws IOException;

    /** {@link #run(Shared, List, Task, Taker, Watcher)}, unwatched. */
    default <S, A, B> void run(Shared<S> shared, List<A> pieces, Task<S, A, B> task, Taker<B> taker) throws IOException {
        run(shared, pieces, task, taker, (index, done) -> { });
    }

    /**
     * {@link #run(Shared, List, Task, Taker, Watcher)}, watched as a whole.
     *
     * @param items how many a piece has
     * @param progress told how many items of all pieces are finished
     */
    default <S, A, B> void run(Shared<S> shared, List<A> pieces, Task<S, A, B> task, Taker<B> taker, ToLongFunction<A> items,
            LongConsumer progress) throws IOException {
        long[] finished = {0};
        run(shared, pieces, task, (i, result) -> {
            taker.take(i, result);
            finished[0] += items.applyAsLong(pieces.get(i));
            progress.accept(finished[0]);
        }, (i, done) -> progress.accept(finished[0] + done));
    }

    /** Whether work is done in this process, one piece after another. */
    boolean isHere();

    @Override
    void close() throws IOException;

    /** This process, which does one piece after another, with what is loaded here. */
    static Backend here(NDManager manager, Output output) {
        return new Backend() {
            @Override
            public <S, A, B> void run(Shared<S> shared, List<A> pieces, Task<S, A, B> task, Taker<B> taker, Watcher watcher)
                    throws IOException {
                S own = shared.here().get();
                for (int i = 0; i < pieces.size(); i++) {
                    int piece = i;
                    try (NDManager scope = manager.newSubManager()) {
                        Site site = new Site(scope, output, done -> watcher.see(piece, done), true);
                        taker.take(i, task.of(own, pieces.get(i), site));
                    }
                }
            }

            @Override
            public boolean isHere() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    /** Opens a backend when a use-case knows that there is work to do. */
    @FunctionalInterface
    interface Opening {
        /**
         * @param name of the work, for those who watch a cluster
         * @param manager parent of what is computed in this process
         * @param output told what is computed in this process
         */
        Backend open(String name, NDManager manager, Output output);

        /** {@link Backend#here}. */
        static Opening here() {
            return (name, manager, output) -> Backend.here(manager, output);
        }
    }

    /** The work on a piece; travels to other processes, so that it may only use what travels, too. */
    @FunctionalInterface
    interface Task<S, A, B> extends Serializable {
        /** The result of a piece. */
        B of(S shared, A piece, Site site) throws IOException;
    }

    /** Takes results. */
    @FunctionalInterface
    interface Taker<B> {
        /** @param index of the piece */
        void take(int index, B result) throws IOException;
    }

    /** Sees how far pieces have come. */
    @FunctionalInterface
    interface Watcher {
        /**
         * @param index of the piece
         * @param done items of it that are finished
         */
        void see(int index, long done);
    }

    /**
     * Where a task runs.
     *
     * @param scope for its working memory; closed afterwards
     * @param output told what it does
     * @param progress told how many items of the piece are finished
     * @param here whether that is the process of the use-case, with its files
     */
    record Site(NDManager scope, Output output, LongConsumer progress, boolean here) {}
}
