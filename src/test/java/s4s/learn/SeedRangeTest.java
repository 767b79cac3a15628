package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import s4s.benchmark.Benchmark;

class SeedRangeTest {
    @Test
    void rangesAreAMillionSeedsEachAndTablesUseThoseOfEvaluation() {
        assertArrayEquals(Benchmark.seeds(50), SeedRange.EVALUATION.seeds(50));
        assertArrayEquals(new long[] {1_000_000, 1_000_001, 1_000_002}, SeedRange.TRAINING.seeds(3));
        assertArrayEquals(new long[] {2_000_004, 2_000_005}, SeedRange.VALIDATION.seeds(4, 2));
        assertArrayEquals(new long[] {1_999_999}, SeedRange.TRAINING.seeds(999_999, 1));
        for (SeedRange range : SeedRange.values()) {
            range.require(range.seeds(SeedRange.SIZE));
            assertEquals(range, SeedRange.named(range.id()));
            for (SeedRange other : SeedRange.values()) {
                if (other != range) {
                    assertThrows(IllegalArgumentException.class, () -> other.require(range.first()));
                    assertThrows(IllegalArgumentException.class, () -> other.require(range.last()));
                }
            }
        }
    }

    private static void refuses(String expected, Runnable request) {
        String message = assertThrows(IllegalArgumentException.class, request::run).getMessage();
        assertTrue(message.contains(expected) && message.lines().count() == 1, message);
    }

    @Test
    void whatIsOutsideIsRefused() {
        refuses("Seed 7 is no training seed: those are 1000000 to 1999999", () -> SeedRange.TRAINING.require(1_000_000, 7));
        refuses("Seed 3000000 is no validation seed", () -> SeedRange.VALIDATION.require(3_000_000));
        refuses("Seed -1 is no evaluation seed", () -> SeedRange.EVALUATION.require(-1));
        refuses("no 1000001 of them", () -> SeedRange.TRAINING.seeds(1_000_001));
        refuses("from number 999999 on", () -> SeedRange.TRAINING.seeds(999_999, 2));
        refuses("no 2147483647 of them", () -> SeedRange.TRAINING.seeds(Integer.MAX_VALUE, Integer.MAX_VALUE));
        refuses("no 0 of them", () -> SeedRange.TRAINING.seeds(0));
        refuses("from number -1 on", () -> SeedRange.TRAINING.seeds(-1, 2));
        refuses("no range of seeds \"test\"; known are evaluation, training, validation", () -> SeedRange.named("test"));
    }
}
