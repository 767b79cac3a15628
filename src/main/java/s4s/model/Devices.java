package s4s.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.Utils;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where tensors live and networks compute: one setting for the whole program, the system property {@value #PROPERTY} (the
 * command line's {@code --device}) or else the environment variable {@value #VARIABLE}. It is {@code cpu} unless set, whatever
 * the engine would choose by itself; {@code cuda} is the first CUDA device, {@code cuda:1} the second.
 */
public final class Devices {

    /** The system property. */
    public static final String PROPERTY = "s4s.device";
    /** The environment variable. */
    public static final String VARIABLE = "S4S_DEVICE";

    private static final String CUDA = "cuda";

    private Devices() {}

    /**
     * The device of the setting.
     *
     * @throws IllegalArgumentException if there is no such device here; the message says what to do
     */
    public static Device chosen() {
        sleepSoon();
        return named(setting(), Engine.getEngine("PyTorch").getGpuCount());
    }

    /** A manager of tensors on that device, the parent of others. */
    public static NDManager manager() {
        return NDManager.newBaseManager(chosen());
    }

    /** The C library's environment, which {@code System.getenv} is a copy of. */
    interface Environment extends Library {
        /** Sets a variable unless {@code overwrite} is 0 and it is there. */
        int setenv(String name, String value, int overwrite);

        /** A variable's value; nothing of one that is not there. */
        String getenv(String name);
    }

    /** That environment, where the engine's threads are those of GNU's OpenMP. */
    static Optional<Environment> environment() {
        return Platform.isLinux() ? Optional.of(Native.load("c", Environment.class)) : Optional.empty();
    }

    /**
     * OpenMP's threads spin while they wait, which takes the cores from other programs and, where those want them, from each
     * other: a Frechet distance of 512 features took 7 s instead of 1 s on two busy cores. GNU's OpenMP reads how long when it is
     * loaded, with the engine. Where {@code ./s4s} or the user has said so, nothing changes.
     */
    private static void sleepSoon() {
        if (System.getenv("GOMP_SPINCOUNT") == null && System.getenv("OMP_WAIT_POLICY") == null) {
            environment().ifPresent(c -> c.setenv("GOMP_SPINCOUNT", "3000", 0));
        }
    }

    private static String setting() {
        String property = System.getProperty(PROPERTY);
        return property != null ? property : Optional.ofNullable(System.getenv(VARIABLE)).orElse("");
    }

    /**
     * The device of a name.
     *
     * @param name empty, cpu, cuda or cuda:N
     * @param gpus how many CUDA devices the engine sees
     */
    static Device named(String name, int gpus) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        if (wanted.isEmpty() || wanted.equals("cpu")) {
            return Device.cpu();
        }
        if (!wanted.matches("cuda(:[0-9]{1,3})?")) {
            throw new IllegalArgumentException("There is no device '" + name + "'; give cpu, cuda or cuda:1.");
        }
        int number = wanted.equals(CUDA) ? 0 : Integer.parseInt(wanted.substring(CUDA.length() + 1));
        if (gpus == 0) {
            throw new IllegalArgumentException("The engine sees no CUDA device. It needs an NVIDIA driver for CUDA 12.8 and"
                    + " the engine's CUDA libraries, which ./s4s downloads where S4S_DEVICE or --device says cuda (Linux and"
                    + " Windows, some GB); or omit --device.");
        }
        if (number >= gpus) {
            throw new IllegalArgumentException("There is no device " + wanted + ": the engine sees " + gpus
                    + " CUDA device(s), cuda:0 to cuda:" + (gpus - 1) + ".");
        }
        return Device.gpu(number);
    }

    /**
     * What to do, if an exception says that a native library of the engine or of its tokenizers was not loaded. They are
     * unpacked into a folder below the user's home first.
     */
    public static Optional<String> notLoaded(Throwable e) {
        Throwable root = e;
        boolean loading = false;
        for (Throwable t = e; t != null; t = t.getCause()) {
            root = t;
            loading |= Arrays.stream(t.getStackTrace()).anyMatch(frame -> frame.getClassName().startsWith("ai.djl.")
                    && frame.getClassName().endsWith(".LibUtils"));
        }
        if (!loading) {
            return Optional.empty();
        }
        String reason = root.getClass().getSimpleName() + ": "
                + String.valueOf(root.getMessage()).lines().findFirst().orElse("");
        return Optional.of(root instanceof IOException
                ? "The engine's native library cannot be unpacked into " + Utils.getCacheDir() + " (" + reason
                        + "). Set the environment variable DJL_CACHE_DIR to a folder that can be written and has 500 MB left."
                : "The engine's native library cannot be loaded from " + Utils.getCacheDir() + " (" + reason
                        + "). It needs Linux with glibc, macOS on ARM or Windows; a library that was not unpacked whole goes"
                        + " with that folder, or set the environment variable DJL_CACHE_DIR to another.");
    }

    /** What to do, if an exception of the engine says that a device has no memory left. */
    public static Optional<String> outOfMemory(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT).contains("out of memory")) {
                return Optional.of("The device has no memory left. Take a smaller --batch, learn with --low-memory,"
                        + " or export the model with --half.");
            }
        }
        return Optional.empty();
    }
}
