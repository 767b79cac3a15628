package s4s.kernel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;

/**
 * Runs cells inside the kernel's own virtual machine and keeps what they return.
 *
 * <p>JShell's local control knows how to stop code, by other means on every Java version, but hands back only the text
 * of a value. So it is given {@link #run()} to invoke in place of the cell's method; that one runs the cell, stores the
 * raw value or exception, and returns the key under which it lies here.
 *
 * <p>An interrupt goes as far as it must: {@link Thread#interrupt()}, then JShell's stop, and where code hears neither, such as
 * a wait inside the operating system, its thread is left behind and the kernel goes on.
 */
final class CellControl extends LocalExecutionControl {

    /** How long a cell may take to leave after each step of an interrupt. */
    private static final long GRACE_MILLIS = 1000;

    /** The call that a thread started by JShell has to make; inherited from the thread that asked for it. */
    private static final InheritableThreadLocal<Call> CALL = new InheritableThreadLocal<>();

    private static final Method RUN = runMethod();

    private final Map<String, Object> values = new ConcurrentHashMap<>();
    private int calls;
    private volatile Call current = new Call(() -> Optional.empty());
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
        Call call = new Call(() -> cell.invoke(null));
        await(call, () -> super.invoke(RUN));
        String key = "s4s-value-" + calls++;
        call.value.ifPresent(value -> values.put(key, value));
        return key;
    }

    /**
     * Runs code of the reader's that JShell does not know of, such as the {@code toString} of a value, so that it can be
     * interrupted as a cell can.
     *
     * @throws Exception what the work threw
     * @throws InterruptedException if it was left behind
     */
    <T> T watch(Callable<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Call call = new Call(() -> result.complete(work.call()));
        try {
            await(call, call::run);
        } catch (StoppedException e) {
            throw takeEnding().interruption();
        } catch (Exception e) {
            takeEnding();
            throw e;
        }
        return result.join();
    }

    /** Waits for a call on a thread that can be left behind. */
    private void await(Call call, Body body) throws Exception {
        current = call;
        Connection.daemon("cell", () -> {
            CALL.set(call);
            try {
                body.run();
                call.end.complete("");
            } catch (Throwable t) {
                call.end.completeExceptionally(t);
            }
        });
        try {
            call.end.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw new CellException(e.getCause());
        }
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
        current = new Call(() -> Optional.empty());
        values.clear();
        return new Ending(call.thrown, call.stopped, call.left, call.place);
    }

    /** Interrupts the running cell; if it does not end in a second, stops it; if it hears that neither, leaves it. */
    void interrupt() throws ExecutionControl.EngineTerminationException, ExecutionControl.InternalException {
        interrupted = true;
        Call call = current;
        if (!call.interrupt() || call.ended()) {
            return;
        }
        call.place = List.of(call.thread.getStackTrace());
        call.stopped = true;
        stop();
        if (!call.ended()) {
            call.left = true;
            call.end.completeExceptionally(new StoppedException());
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

    /**
     * How a call ended.
     *
     * @param thrown by the cell
     * @param stopped by {@link CellControl#interrupt()}, against its will
     * @param left whether its thread still runs
     * @param place where it was when it was stopped
     */
    record Ending(Optional<Throwable> thrown, boolean stopped, boolean left, List<StackTraceElement> place) {

        /** What the reader sees of a cell that was stopped. */
        InterruptedException interruption() {
            InterruptedException interruption = new InterruptedException(left
                    ? "the cell does not hear an interrupt and was left behind on its thread: it waits in "
                            + place.stream().findFirst().map(f -> f.getClassName() + "." + f.getMethodName()).orElse("?")
                            + "; what it holds stays taken, later cells run on another thread"
                    : "the cell was interrupted");
            interruption.setStackTrace(place.toArray(new StackTraceElement[0]));
            return interruption;
        }
    }

    /** What a thread does. */
    @FunctionalInterface
    private interface Body {
        Object run() throws Throwable;
    }

    /** One call of a cell's method. */
    private final class Call {
        private final Callable<?> work;
        private final CompletableFuture<String> end = new CompletableFuture<>();
        private volatile Thread thread;
        private volatile boolean stopped;
        private volatile boolean left;
        private volatile List<StackTraceElement> place = List.of();
        private volatile Optional<Object> value = Optional.empty();
        private volatile Optional<Throwable> thrown = Optional.empty();

        Call(Callable<?> work) {
            this.work = work;
        }

        Object run() throws Throwable {
            CALL.remove();
            thread = Thread.currentThread();
            try {
                requireNotInterrupted(); // asked for while this statement was compiled
                value = Optional.ofNullable(work.call());
                return "";
            } catch (InvocationTargetException e) {
                thrown = Optional.of(e.getCause());
                throw e.getCause();
            } catch (InterruptedException e) {
                stopped = true;
                throw e;
            }
        }

        boolean interrupt() {
            Thread running = thread;
            if (running == null || end.isDone()) {
                return false;
            }
            running.interrupt();
            return true;
        }

        /** Whether it ends in time. */
        boolean ended() {
            try {
                end.get(GRACE_MILLIS, TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
