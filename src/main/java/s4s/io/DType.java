package s4s.io;

import java.util.Arrays;
import java.util.Optional;

/** The element types of {@link NpyArray}; numpy's names. */
public enum DType {
    /** 0..255. */
    UINT8("|u1", 1),
    /** -128..127. */
    INT8("|i1", 1),
    /** False or True, read as 0 or 1. */
    BOOL("|b1", 1),
    /** 0..65535. */
    UINT16("<u2", 2),
    /** 16-bit signed. */
    INT16("<i2", 2),
    /** 32-bit signed. */
    INT32("<i4", 4),
    /** 0..4294967295. */
    UINT32("<u4", 4),
    /** 0..2^64 - 1, of which the lower half is read. */
    UINT64("<u8", 8),
    /** 64-bit signed. */
    INT64("<i8", 8),
    /** IEEE half precision. */
    FLOAT16("<f2", 2),
    /** IEEE single precision. */
    FLOAT32("<f4", 4),
    /** IEEE double precision. */
    FLOAT64("<f8", 8),
    /** Unicode text of a fixed number of code points, 4 bytes each. */
    STRING("<U", 4),
    /** Text of a fixed number of bytes, read as UTF-8. */
    BYTES("|S", 1);

    private final String code;
    private final int unit;

    DType(String code, int unit) {
        this.code = code;
        this.unit = unit;
    }

    /** numpy's little-endian type code; that of STRING and BYTES lacks the width. */
    String code() {
        return code;
    }

    /** Bytes that turn together when the byte order changes: the element, or one code point of STRING. */
    int unit() {
        return unit;
    }

    /** Whether the elements are whole numbers (BOOL included). */
    public boolean isWhole() {
        return ordinal() <= INT64.ordinal();
    }

    /** Whether the elements are text. */
    public boolean isText() {
        return this == STRING || this == BYTES;
    }

    /** The type with this letter and size, for example ("u1") or ("f8"). */
    static Optional<DType> named(String letterAndSize) {
        return Arrays.stream(values()).filter(t -> !t.isText() && t.code.substring(1).equals(letterAndSize)).findAny();
    }
}
