package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BoxMullerTest {

    /** Logarithm, cosine and sine to 1e-12 of StrictMath's, over both ranges, most densely where they are smallest. */
    @Test
    void equalsStrictMath() {
        BoxMuller blocks = new BoxMuller();
        float[] numbers = new float[2 * BoxMuller.PAIRS];
        int grid = 1 << 24;
        int quarter = grid / 4;
        for (int start = 0; start < grid; start += 4093 * BoxMuller.PAIRS) {
            check(blocks, numbers, start, 4093);
        }
        for (int edge : new int[] {0, quarter, 2 * quarter, 3 * quarter, grid}) {
            check(blocks, numbers, edge - BoxMuller.PAIRS / 2, 1);
        }
    }

    private static void check(BoxMuller blocks, float[] numbers, int start, int stride) {
        int half = BoxMuller.BLOCK / 2;
        for (int k = 0; k < BoxMuller.PAIRS; k++) {
            float u = Math.floorMod(start + k * stride, 1 << 24) * 0x1p-24f;
            numbers[k / half * BoxMuller.BLOCK + k % half] = u;
            numbers[k / half * BoxMuller.BLOCK + k % half + half] = u;
        }
        blocks.polar(numbers, 0, numbers.length);
        for (int k = 0; k < BoxMuller.PAIRS; k++) {
            float u = Math.floorMod(start + k * stride, 1 << 24) * 0x1p-24f;
            float theta = (float) (2 * Math.PI) * u;
            assertClose(StrictMath.sqrt(-2 * StrictMath.log(1 - u)), blocks.radius[k], "radius of " + u);
            assertClose(StrictMath.cos(theta), blocks.cosine[k], "cosine of " + theta);
            assertClose(StrictMath.sin(theta), blocks.sine[k], "sine of " + theta);
        }
        float[] normal = numbers.clone();
        blocks.transform(normal, 0, normal.length);
        for (int j = 0; j < normal.length; j += BoxMuller.BLOCK) {
            double r = StrictMath.sqrt(-2 * StrictMath.log(1 - numbers[j]));
            float expected = (float) (r * StrictMath.cos((float) (2 * Math.PI) * numbers[j + half]));
            assertEquals(expected, normal[j], Math.ulp(expected));
        }
    }

    private static void assertClose(double expected, double actual, String what) {
        assertEquals(expected, actual, 1e-12 * Math.abs(expected), what);
    }
}
