package s4s.learn;

/** Kinds of parameters, which can be learned in turn. */
public enum Block {
    /** Weights of states and outputs. */
    WEIGHTS,
    /** Noise levels of the nodes. */
    TIMES,
    /** Conditioning times, apart from the nodes'. */
    OFFSETS
}
