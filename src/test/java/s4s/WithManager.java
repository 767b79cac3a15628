package s4s;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test whose arrays end with each of its methods. */
public abstract class WithManager {

    /** Their parent. */
    protected NDManager manager;

    @BeforeEach
    final void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    final void close() {
        manager.close();
    }
}
