package s4s.model;

/**
 * A model that can be asked for samples of a kind: a class, a text.
 *
 * @param <C> what a condition is
 */
public interface Conditional<C> {

    /** The model without a condition. */
    Denoiser unconditional();

    /**
     * The model under a condition.
     *
     * @throws IllegalArgumentException for a condition that the model does not know; the message says which it knows
     */
    Denoiser given(C condition);

    /**
     * The model with classifier-free guidance. Networks that answer both questions in one forward pass over a doubled batch
     * override this.
     *
     * @param condition what is wanted
     * @param scale guidance scale w; see {@link Guidance}
     */
    default Denoiser guided(C condition, double scale) {
        return new Guidance(unconditional(), given(condition), scale);
    }
}
