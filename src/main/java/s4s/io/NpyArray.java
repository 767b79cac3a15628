package s4s.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A numpy array in memory: an element type, a shape, and the elements in C order (last index fastest). Immutable:
 * factories and accessors copy, so that an accessor's result belongs to the caller. At most 2 GiB.
 *
 * <pre>{@code
 * var a = NpyArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * a.shape()    // {2, 3}
 * a.doubles()  // {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
 * }</pre>
 */
public final class NpyArray {
    private static final Charset UTF_32 = Charset.forName("UTF-32LE");

    private final DType dtype;
    private final int width;
    private final long[] shape;
    private final byte[] data;

    /** Takes over its arguments. {@code data}: little-endian elements of {@code width} bytes in C order. */
    public NpyArray(DType dtype, int width, long[] shape, byte[] data) {
        this.dtype = dtype;
        this.width = width;
        this.shape = shape;
        this.data = data;
    }

    /**
     * @param values elements in C order
     * @param shape lengths of the axes; none at all means one axis
     * @return a FLOAT64 array
     * @throws IllegalArgumentException if the shape does not hold just these values
     */
    public static NpyArray of(double[] values, long... shape) {
        return of(DType.FLOAT64, values.length, shape, (b, i) -> b.putDouble(values[i]));
    }

    /**
     * @param values elements in C order
     * @param shape lengths of the axes; none at all means one axis
     * @return a FLOAT32 array
     * @throws IllegalArgumentException if the shape does not hold just these values
     */
    public static NpyArray of(float[] values, long... shape) {
        return of(DType.FLOAT32, values.length, shape, (b, i) -> b.putFloat(values[i]));
    }

    /**
     * Half precision, for numbers that need no more and shall take half the room.
     *
     * @param values elements in C order, each rounded to the nearest, ties to the even one
     * @param shape lengths of the axes; none at all means one axis
     * @return a FLOAT16 array
     * @throws IllegalArgumentException if the shape does not hold just these values, or a finite one is beyond 65504
     */
    public static NpyArray half(float[] values, long... shape) {
        return of(DType.FLOAT16, values.length, shape, (b, i) -> b.putShort(half(values[i])));
    }

    /**
     * @param values elements in C order, each read as 0..255
     * @param shape lengths of the axes; none at all means one axis
     * @return a UINT8 array
     * @throws IllegalArgumentException if the shape does not hold just these values
     */
    public static NpyArray of(byte[] values, long... shape) {
        return of(DType.UINT8, values.length, shape, (b, i) -> b.put(values[i]));
    }

    /**
     * @param values elements in C order
     * @param shape lengths of the axes; none at all means one axis
     * @return an INT32 array
     * @throws IllegalArgumentException if the shape does not hold just these values
     */
    public static NpyArray of(int[] values, long... shape) {
        return of(DType.INT32, values.length, shape, (b, i) -> b.putInt(values[i]));
    }

    /**
     * @param values elements in C order
     * @param shape lengths of the axes; none at all means one axis
     * @return an INT64 array
     * @throws IllegalArgumentException if the shape does not hold just these values
     */
    public static NpyArray of(long[] values, long... shape) {
        return of(DType.INT64, values.length, shape, (b, i) -> b.putLong(values[i]));
    }

    /**
     * @param values texts, for example the names of classes
     * @return a STRING array with one axis, as wide as the longest text
     * @throws IllegalArgumentException if a text ends in NUL, which numpy pads with
     */
    public static NpyArray of(List<String> values) {
        int letters = Math.max(1, values.stream().mapToInt(s -> s.codePointCount(0, s.length())).max().orElse(1));
        int width = 4 * letters;
        byte[] data = new byte[Math.multiplyExact(values.size(), width)];
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).endsWith("\0")) {
                throw new IllegalArgumentException("text " + i + " ends in NUL, which numpy cannot store; remove it");
            }
            byte[] text = values.get(i).getBytes(UTF_32);
            System.arraycopy(text, 0, data, i * width, text.length);
        }
        return new NpyArray(DType.STRING, width, new long[] {values.size()}, data);
    }

    private static NpyArray of(DType dtype, int size, long[] shape, ObjIntConsumer<ByteBuffer> put) {
        long[] axes = shape.length == 0 ? new long[] {size} : shape.clone();
        if (LongStream.of(axes).anyMatch(n -> n < 0) || product(axes) != size) {
            throw new IllegalArgumentException(
                    "shape " + text(axes) + " does not hold " + size + " values; give axes with that product");
        }
        long bytes = (long) size * dtype.unit();
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("an array of " + bytes + " bytes; at most 2 GiB fit: split it");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            put.accept(buffer, i);
        }
        return new NpyArray(dtype, dtype.unit(), axes, buffer.array());
    }

    /** The number of elements, or -1 if it is beyond a long (never for axes with a zero). */
    static long product(long[] shape) {
        if (LongStream.of(shape).anyMatch(n -> n == 0)) {
            return 0;
        }
        try {
            return LongStream.of(shape).reduce(1, Math::multiplyExact);
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    /** A shape as Python prints it: (), (3,), (2, 3). */
    public static String text(long[] shape) {
        String inner = String.join(", ", LongStream.of(shape).mapToObj(Long::toString).toList());
        return "(" + inner + (shape.length == 1 ? ",)" : ")");
    }

    /** Lengths of the axes; empty for a single number. */
    public long[] shape() {
        return shape.clone();
    }

    /** The type of the elements. */
    public DType dtype() {
        return dtype;
    }

    /** The number of elements: the product of {@link #shape()}. */
    public int size() {
        return data.length / width;
    }

    /**
     * The elements rounded to single precision.
     *
     * @throws IllegalArgumentException if they are text, whole numbers that single precision cannot hold, or finite
     *     numbers beyond its range
     */
    public float[] floats() {
        float[] out = new float[size()];
        if (dtype == DType.FLOAT32) {
            little().asFloatBuffer().get(out);
            return out;
        }
        for (int i = 0; i < out.length; i++) {
            double value = real(i);
            out[i] = (float) value;
            if (Float.isInfinite(out[i]) && !Double.isInfinite(value) || dtype.isWhole() && out[i] != value) {
                throw new IllegalArgumentException("element " + i + " is "
                        + (dtype.isWhole() ? Long.toString(whole(i)) : Double.toString(value))
                        + ", which single precision cannot hold; use doubles()");
            }
        }
        return out;
    }

    /**
     * The elements in double precision.
     *
     * @throws IllegalArgumentException if they are text, or whole numbers that double precision cannot hold
     */
    public double[] doubles() {
        double[] out = new double[size()];
        if (dtype == DType.FLOAT64) {
            little().asDoubleBuffer().get(out);
            return out;
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = real(i);
        }
        return out;
    }

    /**
     * Whole numbers of any type; False and True are 0 and 1.
     *
     * @throws IllegalArgumentException if the type is not whole, or an element is beyond an int
     */
    public int[] ints() {
        int[] out = new int[size()];
        for (int i = 0; i < out.length; i++) {
            long value = whole(i);
            out[i] = (int) value;
            if (out[i] != value) {
                throw new IllegalArgumentException("element " + i + " is " + value + ", beyond an int; use longs()");
            }
        }
        return out;
    }

    /**
     * Whole numbers of any type; False and True are 0 and 1.
     *
     * @throws IllegalArgumentException if the type is not whole
     */
    public long[] longs() {
        return IntStream.range(0, size()).mapToLong(this::whole).toArray();
    }

    /**
     * The elements of a UINT8 array; {@code b & 0xff} is the number.
     *
     * @throws IllegalArgumentException if the type is another
     */
    public byte[] bytes() {
        return shared().clone();
    }

    /**
     * The elements of a STRING or BYTES array.
     *
     * @throws IllegalArgumentException if the type is another
     */
    public List<String> strings() {
        if (!dtype.isText()) {
            throw wrongType("text");
        }
        return IntStream.range(0, size()).mapToObj(this::string).toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NpyArray that && dtype == that.dtype && width == that.width
                && Arrays.equals(shape, that.shape) && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * dtype.hashCode() + Arrays.hashCode(shape)) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return dtype.name().toLowerCase(java.util.Locale.ROOT) + text(shape);
    }

    /** As {@link #bytes()} without the copy, for this package's readers of large images. */
    public byte[] shared() {
        if (dtype != DType.UINT8) {
            throw wrongType("bytes (uint8)");
        }
        return data;
    }

    /** The elements as they stand in a file: little-endian, C order. Not to be changed. */
    byte[] raw() {
        return data;
    }

    /** numpy's type code, for example "&lt;f4" or "&lt;U10". */
    String code() {
        return dtype.isText() ? dtype.code() + width / dtype.unit() : dtype.code();
    }

    /** Element {@code i} in double precision. */
    public double real(int i) {
        switch (dtype) {
            case FLOAT64:
                return little().getDouble(8 * i);
            case FLOAT32:
                return little().getFloat(4 * i);
            case FLOAT16:
                return half(little().getShort(2 * i));
            case STRING, BYTES:
                throw wrongType("numbers");
            default:
                long value = whole(i);
                // the second test: 2^63 - 1 rounds to 2^63, which casts back to 2^63 - 1
                if ((long) (double) value != value || value == Long.MAX_VALUE) {
                    throw new IllegalArgumentException(
                            "element " + i + " is " + value + ", which double precision cannot hold; use longs()");
                }
                return value;
        }
    }

    private long whole(int i) {
        switch (dtype) {
            case UINT8, BOOL:
                return data[i] & 0xff;
            case INT8:
                return data[i];
            case UINT16:
                return little().getShort(2 * i) & 0xffff;
            case INT16:
                return little().getShort(2 * i);
            case INT32:
                return little().getInt(4 * i);
            case UINT32:
                return little().getInt(4 * i) & 0xffffffffL;
            case UINT64:
                if (little().getLong(8 * i) < 0) {
                    throw new IllegalArgumentException("element " + i + " is beyond 2^63 - 1, which is not read");
                }
                return little().getLong(8 * i);
            case INT64:
                return little().getLong(8 * i);
            default:
                throw wrongType("whole numbers");
        }
    }

    private String string(int i) {
        String padded = new String(data, i * width, width, dtype == DType.BYTES ? StandardCharsets.UTF_8 : UTF_32);
        int end = padded.length();
        while (end > 0 && padded.charAt(end - 1) == 0) {
            end--;
        }
        return padded.substring(0, end);
    }

    /** IEEE 754 binary16: sign 1, exponent 5, fraction 10. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 31;
        int fraction = bits & 1023;
        double size;
        if (exponent == 31) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            size = exponent == 0 ? Math.scalb((double) fraction, -24) : Math.scalb(1024.0 + fraction, exponent - 25);
        }
        return bits < 0 ? -size : size;
    }

    private static short half(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float size = Math.abs(value);
        if (!Float.isFinite(value)) {
            return (short) (sign | (Float.isNaN(value) ? 0x7e00 : 0x7c00));
        }
        if (size < 0x1p-14f) {
            return (short) (sign | (int) Math.rint(size * 0x1p24));
        }
        int bits = Float.floatToRawIntBits(size);
        int rounded = bits + 0xfff + (bits >>> 13 & 1) >>> 13; // a carry out of the fraction raises the exponent, as it should
        int half = rounded - (127 - 15 << 10);
        if (half >= 0x7c00) {
            throw new IllegalArgumentException(value + " is beyond the range of half precision (65504)");
        }
        return (short) (sign | half);
    }

    private ByteBuffer little() {
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    private IllegalArgumentException wrongType(String wanted) {
        return new IllegalArgumentException("the array holds " + this + ", not " + wanted + "; convert it in numpy");
    }
}
