package s4s.kernel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;

/**
 * Runs cells inside the kernel's own virtual machine and keeps what they return.
 *
 * <p>JShell's local control knows how to stop code, by other means on every Java version, but hands back only the text
 * of a value. So it is given {@link #run()} to invoke in place of the cell's method; that one runs the cell, stores the
 * raw value or exception, and returns the key under which it lies here.
 */
final class CellControl extends LocalExecutionControl {

    /** How long a cell may take to leave after {@link Thread#interrupt()} before it is stopped. */
    private static final long GRACE_MILLIS = 1000;

    /** The call that a thread started by JShell has to make; inherited from the thread that asked for it. */
    private static final InheritableThreadLocal<Call> CALL = new InheritableThreadLocal<>();

    private static final Method RUN = runMethod();

    private final Map<String, Object> values = new ConcurrentHashMap<>();
    private int calls;
    private volatile Call current = new Call(RUN);
    private volatile boolean interrupted;

    /** A new cell: no interrupt concerns it yet. */
    void begin() {
        interrupted = false;
    }

    /**
     * To be called between the statements of a cell: an interrupt ends the cell, not just the statement that it hit.
     *
     * @throws InterruptedException if there was one since {@link #begin()}
     */
    void requireNotInterrupted() throws InterruptedException {
        if (interrupted) {
            throw new InterruptedException("the cell was interrupted");
        }
    }

    @Override
    protected String invoke(Method cell) throws Exception {
        Call call = new Call(cell);
        current = call;
        CALL.set(call);
        try {
            super.invoke(RUN);
        } finally {
            CALL.remove();
        }
        String key = "s4s-value-" + calls++;
        call.value.ifPresent(value -> values.put(key, value));
        return key;
    }

    /** The cells' classes come from the kernel's own class path: nothing is loaded twice. */
    @Override
    public void addToClasspath(String path) {
        // JShell's compiler needs the path, the running code has it already
    }

    /**
     * Returns and forgets the value behind a key that JShell got from {@link #invoke}.
     *
     * @return empty for {@code null}, {@code void} and unknown keys
     */
    Optional<Object> take(String key) {
        return Optional.ofNullable(values.remove(key));
    }

    /** Returns and forgets how the last call ended: what it threw, or that it was stopped. */
    Ending takeEnding() {
        Call call = current;
        current = new Call(RUN);
        values.clear();
        return new Ending(call.thrown, call.stopped);
    }

    /** Interrupts the running cell; if it does not end within a second, stops it whatever it does. */
    void interrupt() throws InterruptedException, ExecutionControl.EngineTerminationException, ExecutionControl.InternalException {
        interrupted = true;
        Call call = current;
        if (call.interrupt() && !call.done.await(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
            call.stopped = true;
            stop();
        }
    }

    /** Called by JShell's thread. */
    private static Object run() throws Throwable {
        return CALL.get().run();
    }

    private static Method runMethod() {
        try {
            Method run = CellControl.class.getDeclaredMethod("run");
            run.setAccessible(true); // JShell calls it, from another package
            return run;
        } catch (NoSuchMethodException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How a call ended. */
    record Ending(Optional<Throwable> thrown, boolean stopped) {}

    /** One call of a cell's method. */
    private final class Call {
        private final Method method;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile Thread thread;
        private volatile boolean stopped;
        private volatile Optional<Object> value = Optional.empty();
        private volatile Optional<Throwable> thrown = Optional.empty();

        Call(Method method) {
            this.method = method;
        }

        Object run() throws Throwable {
            CALL.remove();
            thread = Thread.currentThread();
            try {
                requireNotInterrupted(); // asked for while this statement was compiled
                value = Optional.ofNullable(method.invoke(null));
                return "";
            } catch (InvocationTargetException e) {
                thrown = Optional.of(e.getCause());
                throw e.getCause();
            } catch (InterruptedException e) {
                stopped = true;
                throw e;
            } finally {
                done.countDown();
            }
        }

        boolean interrupt() {
            Thread running = thread;
            if (running == null || done.getCount() == 0) {
                return false;
            }
            running.interrupt();
            return true;
        }
    }
}
