package s4s.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** An array read some rows (along its first axis) at a time, from the first to the last. */
public final class NpyRows implements Closeable {
    private final InputStream in;
    private final NpyHeader header;
    private final long rowBytes;
    private final String name;
    private long position;

    /** @param in stands where the data begins */
    NpyRows(InputStream in, NpyHeader header, String name) throws BadFileException {
        this.in = in;
        this.header = header;
        this.name = name;
        if (header.fortran()) {
            throw new BadFileException(name + " is in Fortran order, which cannot be read piece by piece; save"
                    + " numpy.ascontiguousarray of it");
        }
        long rows = header.shape().length == 0 ? 1 : header.shape()[0];
        this.rowBytes = rows == 0 ? 0 : NpyArray.product(header.shape()) / rows * header.width();
    }

    public NpyHeader header() {
        return header;
    }

    /** Number of the row that comes next. */
    public long position() {
        return position;
    }

    public void skip(long rows) throws IOException {
        try {
            in.skipNBytes(rows * rowBytes);
        } catch (IOException e) {
            throw truncated(e);
        }
        position += rows;
    }

    /** The next rows; together less than 2 GiB. */
    public NpyArray next(int rows) throws IOException {
        byte[] data = new byte[Math.toIntExact(rows * rowBytes)];
        try {
            if (in.readNBytes(data, 0, data.length) < data.length) {
                throw new IOException("end of data");
            }
        } catch (IOException e) {
            throw truncated(e);
        }
        position += rows;
        if (header.bigEndian()) {
            Npy.reverse(data, header.dtype().unit());
        }
        long[] shape = header.shape().clone();
        shape[0] = rows;
        return new NpyArray(header.dtype(), header.width(), shape, data);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private BadFileException truncated(IOException cause) {
        return new BadFileException(name + " is truncated or damaged after row " + position + "; make or copy the file again",
                cause);
    }
}
