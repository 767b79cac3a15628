package s4s.kernel;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** What a notebook calls without a qualifier; the names and meanings are IJava's. */
public final class Notebook {

    /** A cell has no object to call, so the kernel of this process must be found statically. Set once, at the start. */
    private static final AtomicReference<JavaKernel> KERNEL = new AtomicReference<>();

    private Notebook() {}

    static void serve(JavaKernel kernel) {
        if (!KERNEL.compareAndSet(null, kernel)) {
            throw new IllegalStateException("this process has a kernel already");
        }
    }

    /**
     * The kernel that runs the cells; its {@code getRenderer()} takes registrations.
     *
     * @throws IllegalStateException outside of a notebook
     */
    public static JavaKernel getKernelInstance() {
        JavaKernel kernel = KERNEL.get();
        if (kernel == null) {
            throw new IllegalStateException("no notebook kernel runs in this process");
        }
        return kernel;
    }

    /** Turns a value into what a front end shows. */
    public static DisplayData render(Object value) {
        return getKernelInstance().getRenderer().render(value);
    }

    /** Turns a value into the given MIME types. */
    public static DisplayData render(Object value, String... types) {
        return getKernelInstance().getRenderer().renderAs(value, types);
    }

    /**
     * Shows a value now, in the middle of a cell.
     *
     * @return its id, for {@link #updateDisplay(String, Object)}
     */
    public static String display(Object value) {
        return publish(render(value));
    }

    /** Shows a value in the given MIME types. */
    public static String display(Object value, String... types) {
        return publish(render(value, types));
    }

    /** Replaces what was shown under an id. */
    public static void updateDisplay(String id, Object value) {
        getKernelInstance().getIO().display.updateDisplay(id, render(value));
    }

    /** Replaces what was shown under an id, in the given MIME types. */
    public static void updateDisplay(String id, Object value, String... types) {
        getKernelInstance().getIO().display.updateDisplay(id, render(value, types));
    }

    /**
     * Takes away what the running cell has put out.
     *
     * @param wait whether only when it puts out something new, so that nothing flickers
     */
    public static void clearOutput(boolean wait) {
        getKernelInstance().getIO().clear(wait);
    }

    private static String publish(DisplayData data) {
        if (!data.hasDisplayId()) {
            data.setDisplayId(UUID.randomUUID().toString());
        }
        getKernelInstance().display(data);
        return data.getDisplayId();
    }
}
