package s4s.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the markers of a JPEG file say. libjpeg, which skips what is no marker, finds the same ones.
 *
 * @param width columns; 0 if there is no frame
 * @param height rows
 * @param bits of a sample
 * @param factors for each component, horizontal and vertical sampling factor in the upper and lower 4 bits
 * @param transform what Adobe's marker says of the colours: 0 are as they are, others luma and chromas; -1 without one
 * @param ended whether there is an end-of-image marker, one of the file's own, not of a thumbnail in it
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, B.1</a>
 */
record JpegHeader(int width, int height, int bits, List<Integer> factors, int transform, boolean ended) {
    private static final int END = 0xd9;
    private static final int ADOBE = 0xee;
    private static final int COMMENT = 0xfe;

    /** A marker and what belongs to it, from its first to behind its last byte. */
    private record Segment(int marker, int start, int end) {
        boolean isFrame() {
            return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        }

        boolean isMetadata() {
            return marker >= 0xe0 && marker <= 0xef && marker != ADOBE || marker == COMMENT;
        }
    }

    static JpegHeader of(byte[] file) {
        List<Segment> segments = segments(file);
        boolean ended = !segments.isEmpty() && segments.get(segments.size() - 1).marker == END;
        int transform = segments.stream().filter(s -> s.marker == ADOBE && s.end - s.start >= 16)
                .map(s -> file[s.start + 15] & 0xff).reduce(-1, (before, last) -> last);
        for (Segment segment : segments) {
            int at = segment.start;
            if (segment.isFrame() && at + 10 <= file.length) {
                int components = file[at + 9] & 0xff;
                List<Integer> factors = IntStream.range(0, components).mapToObj(i -> at + 11 + 3 * i)
                        .map(i -> i < file.length ? file[i] & 0xff : 0).toList();
                return new JpegHeader(number(file, at + 7), number(file, at + 5), file[at + 4] & 0xff, factors, transform,
                        ended);
            }
        }
        return new JpegHeader(0, 0, 0, List.of(), transform, ended);
    }

    private static List<Segment> segments(byte[] file) {
        List<Segment> segments = new ArrayList<>();
        int at = 2;
        while (true) {
            while (at < file.length && (file[at] & 0xff) != 0xff) {
                at++;
            }
            while (at < file.length && (file[at] & 0xff) == 0xff) {
                at++;
            }
            if (at >= file.length) {
                return segments;
            }
            int marker = file[at] & 0xff;
            int start = at - 1;
            at++;
            if (marker > 1 && (marker < 0xd0 || marker > END)) {            // the others have no content
                at += Math.max(2, number(file, at));
            }
            segments.add(new Segment(marker, start, Math.min(at, file.length)));
            if (marker == END) {
                return segments;
            }
        }
    }

    private static int number(byte[] file, int at) {
        return at + 1 < file.length ? (file[at] & 0xff) << 8 | file[at + 1] & 0xff : 0;
    }

    /** Refuses what libjpeg would decode to something, or not decode without a word of why. */
    JpegHeader checked() throws IOException {
        if (factors.size() == 2 || factors.size() > 4) {
            throw new IOException("a JPEG of " + factors.size() + " components");
        }
        if (bits != 0 && bits != 8) {
            throw new IOException("a JPEG of " + bits + " bits a sample");
        }
        if (!ended) {
            throw new IOException("cut off: it has no end-of-image marker");
        }
        return this;
    }

    /** Whether four components are luma, two chromas and black. */
    boolean isYcck() {
        return factors.size() == 4 && transform > 0;
    }

    /** Whether a component has fewer rows, but not fewer columns, than another: old libjpegs repeat its rows. */
    boolean isTallSampled() {
        int wide = factors.stream().mapToInt(f -> f >> 4).max().orElse(0);
        int high = factors.stream().mapToInt(f -> f & 15).max().orElse(0);
        return factors.stream().anyMatch(f -> f >> 4 == wide && (f & 15) < high);
    }

    /** The file without what is no part of the image but Adobe's marker, which says what the colours are. */
    static byte[] withoutMetadata(byte[] file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        for (Segment segment : segments(file)) {
            if (segment.isMetadata()) {
                out.write(file, from, segment.start - from);
                from = segment.end;
            }
        }
        out.writeBytes(Arrays.copyOfRange(file, from, file.length));
        return out.toByteArray();
    }
}
