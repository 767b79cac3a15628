package s4s.sampling;

import s4s.model.Devices;

/**
 * Work on many items in batches as large as a device's memory allows: a batch for which there is none is tried again with half as
 * many items, down to a single one, and the rest is done in batches of that size.
 */
public final class BatchLoop {

    private BatchLoop() {}

    /**
     * Works on one batch. Where that runs out of memory it is called again with the first half of the items: until then it must
     * have kept nothing that the second call does not replace.
     *
     * @param <E> what else can go wrong
     */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        /**
         * @param from index of the first item
         * @param to index after the last one
         */
        void on(int from, int to) throws E;
    }

    /**
     * Works on all items, in order.
     *
     * @param first index of the first item
     * @param end index after the last one
     * @param batch most items at a time, at least 1
     * @param work called for one batch after the other
     * @return the batch that fits: {@code batch}, or what was left of it
     * @throws E what the work throws, as it is; also that there is no memory for a single item
     */
    public static <E extends Exception> int over(int first, int end, int batch, Work<E> work) throws E {
        int size = batch;
        for (int from = first; from < end;) {
            int to = Math.min(from + size, end);
            try {
                work.on(from, to);
                from = to;
            } catch (RuntimeException e) {
                if (to - from == 1 || Devices.outOfMemory(e).isEmpty()) {
                    throw e;
                }
                size = (to - from) / 2;
            }
        }
        return size;
    }
}
