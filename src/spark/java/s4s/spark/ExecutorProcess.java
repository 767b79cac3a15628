package s4s.spark;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * What lives as long as an executor process: the engine, and what its tasks have loaded.
 *
 * <p>The map is static, the only such state of the project, because Spark gives a task nothing else that outlives it: objects
 * of a task end with it, and a broadcast value may be dropped and read again at any time, while a network should be loaded once,
 * not once for each of thousands of partitions. What is in it is never released: it ends with the process.
 */
final class ExecutorProcess {
    private static final Map<String, Loaded<?>> LOADED = new HashMap<>();

    private ExecutorProcess() {}

    /**
     * Something loaded.
     *
     * @param value what
     * @param manager where its arrays are; parent of its users' working memory
     */
    record Loaded<T>(T value, NDManager manager) {}

    /** Loads something. */
    @FunctionalInterface
    interface Loading<T> {
        /** @param manager for its arrays, on the device of the task */
        T load(NDManager manager) throws IOException;
    }

    /**
     * What was loaded under a key, by the first task that asked, on the device that Spark gave to the task; others wait for it.
     *
     * @param key all that it depends on; of one type for one key
     */
    @SuppressWarnings("unchecked")
    static <T> Loaded<T> once(String key, Loading<T> loading) throws IOException {
        Device device = device();
        synchronized (LOADED) {
            String place = key + " " + device;
            if (!LOADED.containsKey(place)) {
                NDManager manager = NDManager.newBaseManager(device);
                try {
                    LOADED.put(place, new Loaded<>(loading.load(manager), manager));
                } catch (IOException | RuntimeException e) {
                    manager.close();
                    throw e;
                }
            }
            return (Loaded<T>) LOADED.get(place);
        }
    }

    /**
     * Does work while no other task of the process does any this way: the engine collects gradients for one thread at a time.
     */
    static <R> R alone(Callable<R> work) throws IOException {
        synchronized (ExecutorProcess.class) {
            try {
                return work.call();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    /**
     * Lets the engine use as many threads for this task as Spark has reserved cores for it ({@code spark.task.cpus}), so that
     * the tasks of a process together use its cores and no more.
     */
    static void limitThreads() {
        Engine.getInstance();                                // loads the library that is spoken to
        JniUtils.setNumThreads(TaskContext.get().cpus());
    }

    /** The GPU that Spark gave to the task ({@code spark.task.resource.gpu.amount}), else the engine's usual device. */
    private static Device device() {
        ResourceInformation gpu = TaskContext.get().resourcesJMap().get("gpu");
        return gpu == null ? Engine.getInstance().defaultDevice() : Device.gpu(Integer.parseInt(gpu.addresses()[0]));
    }
}
