package s4s.spark;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts what Spark says of its tasks and executors; Spark makes it by its name, hence the static counters. */
public final class Events extends SparkListener {
    static final AtomicInteger FINISHED = new AtomicInteger();
    static final AtomicInteger FAILED = new AtomicInteger();
    static final AtomicInteger ADDED = new AtomicInteger();
    static final AtomicInteger REMOVED = new AtomicInteger();
    static final String[] LISTEN = {"--conf", "spark.extraListeners=" + Events.class.getName()};

    /** Starts counting at 0. */
    static void reset() {
        FINISHED.set(0);
        FAILED.set(0);
        ADDED.set(0);
        REMOVED.set(0);
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        (end.taskInfo().successful() ? FINISHED : FAILED).incrementAndGet();
    }

    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded added) {
        ADDED.incrementAndGet();
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        REMOVED.incrementAndGet();
    }
}
