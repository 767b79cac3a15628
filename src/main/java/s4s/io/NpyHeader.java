package s4s.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What an npy file says before its data.
 *
 * @param dtype the element type
 * @param width bytes of an element
 * @param bigEndian whether the data has its high bytes first
 * @param fortran whether the first index is the fastest
 * @param shape lengths of the axes, none negative
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>
 */
public record NpyHeader(DType dtype, int width, boolean bigEndian, boolean fortran, long[] shape) {
    /** What every npy file starts with. */
    public static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** The bytes before the data, as numpy writes them: format 1.0, padded to a multiple of 64. */
    static byte[] of(NpyArray array) {
        String dict = "{'descr': '" + array.code() + "', 'fortran_order': False, 'shape': "
                + NpyArray.text(array.shape()) + ", }";
        int start = MAGIC.length + 4;
        int total = (start + dict.length() + 1 + 63) / 64 * 64;
        String padded = dict + " ".repeat(total - start - dict.length() - 1) + "\n";
        return ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - start))
                .put(padded.getBytes(StandardCharsets.ISO_8859_1)).array();
    }
}
