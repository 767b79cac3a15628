package s4s.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import s4s.data.Npz;

/** KID and PRDC against numbers of public implementations and by hand. */
class SetDistancesTest {

    private static Npz golden() throws IOException {
        return Npz.open(Path.of("src/test/resources/golden/vectors/metrics.npz"));
    }

    @Test
    void equalTheReferenceImplementations() throws IOException {
        try (Npz npz = golden()) {
            assertEquals(npz.get("d16_close/kid_poly3_unbiased").doubles()[0],
                    Kid.between(npz.get("d16_close/x").floats(), npz.get("d16_close/y").floats(), 16), 1e-12);
            for (int k : new int[] {3, 5}) {
                Prdc prdc = Prdc.of(npz.get("pr_a/real").floats(), npz.get("pr_a/fake").floats(), 8, k);
                assertEquals(npz.get("pr_a/precision_k" + k).doubles()[0], prdc.precision(), 1e-15);
                assertEquals(npz.get("pr_a/recall_k" + k).doubles()[0], prdc.recall(), 1e-15);
                assertEquals(npz.get("pr_a/density_k" + k).doubles()[0], prdc.density(), 1e-15);
                assertEquals(npz.get("pr_a/coverage_k" + k).doubles()[0], prdc.coverage(), 1e-15);
            }
        }
    }

    /** d = 1, k(a, b) = (ab + 1)^3: within {0, 1} it is 1, within {1, 2} 27; across 1, 1, 8, 27. */
    @Test
    void kidByHand() {
        assertEquals(1 + 27 - 2 * (1 + 1 + 8 + 27) / 4.0, Kid.between(new float[] {0, 1}, new float[] {1, 2}, 1), 1e-12);
    }

    /**
     * Real 0, 1, 10 have radii 1, 1, 9 (k = 1), fake 2, 3 have 1 and 1. Fake 2 lies in the balls of 1 and 10, fake 3 in that
     * of 10; of the real ones only 1 lies in a fake ball; the balls of 1 and 10 hold a fake.
     */
    @Test
    void prdcByHand() {
        assertEquals(new Prdc(1, 1 / 3.0, 1.5, 2 / 3.0), Prdc.of(new float[] {0, 1, 10}, new float[] {2, 3}, 1, 1));
    }

    @Test
    void impossibleSetsAreRefused() {
        float[] two = {1, 2};
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Kid.between(two, new float[] {1}, 1))
                .getMessage().contains("at least 2"));
        assertThrows(IllegalArgumentException.class, () -> Kid.between(two, two, 3));
        assertThrows(IllegalArgumentException.class, () -> Kid.between(new float[] {1, Float.NaN}, two, 1));
        assertThrows(IllegalArgumentException.class, () -> Prdc.of(two, two, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Prdc.of(two, two, 1, 2));
    }
}
