package s4s.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import s4s.model.Denoiser;
import s4s.model.DenoiserDecorator;

/**
 * Memoises network evaluations of equal time and, to float32 rounding, equal input. Solvers that are
 * compared on the same noise share their first evaluations (the start, the first DDIM step, ...), so
 * a comparison of ten solvers needs little more than half the network calls.
 *
 * <p>A question is the same when the times are equal and the inputs agree to float32 rounding, one
 * part in a million of the largest entry; the answer is then the earlier one. A solver's NFE does not
 * change: it counts questions.
 */
public final class CachingDenoiser extends DenoiserDecorator implements AutoCloseable {
    private static final float TOLERANCE = 1e-6f;

    private final NDManager manager;
    private final List<Answer> answers = new ArrayList<>();
    private int forwards;

    private record Answer(double time, NDArray input, NDArray output) {}

    /** Remembers answers of {@code network} in a sub-manager of {@code parent} until closed. */
    public CachingDenoiser(Denoiser network, NDManager parent) {
        super(network);
        this.manager = parent.newSubManager();
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        if (time.size() != 1) {
            return inner.predict(x, time);
        }
        double level = time.toType(DataType.FLOAT64, false).getDouble();
        for (Answer answer : answers) {
            if (answer.time == level && same(answer.input, x)) {
                return copy(answer.output, x.getManager());
            }
        }
        NDArray output = inner.predict(x, time);
        forwards++;
        answers.add(new Answer(level, copy(x, manager), copy(output, manager)));
        return output;
    }

    /** How often the network was really called. */
    public int forwards() {
        return forwards;
    }

    private static boolean same(NDArray a, NDArray b) {
        if (!a.getShape().equals(b.getShape())) {
            return false;
        }
        try (NDManager scope = b.getManager().newSubManager()) {
            scope.tempAttachAll(a, b);
            float difference = a.sub(b).abs().max().toType(DataType.FLOAT32, false).getFloat();
            float scale = b.abs().max().toType(DataType.FLOAT32, false).getFloat();
            return difference <= TOLERANCE * scale;
        }
    }

    static NDArray copy(NDArray array, NDManager owner) {
        NDArray copy = array.duplicate();
        copy.attach(owner);
        return copy;
    }

    /** Forgets everything. */
    @Override
    public void close() {
        manager.close();
    }
}
