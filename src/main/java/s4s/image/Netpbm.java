package s4s.image;

import java.io.IOException;

/**
 * A pbm, pgm or ppm file: bits, grey or colours, as bytes or as text.
 *
 * @param kind the digit after the P: 1 to 3 text, 4 to 6 bytes
 * @param width columns
 * @param height rows
 * @param maximum the value of full brightness; 1 for bits
 * @param start of the samples
 * @see <a href="https://netpbm.sourceforge.net/doc/ppm.html">Netpbm</a>
 */
record Netpbm(int kind, int width, int height, int maximum, int start) {

    static Netpbm of(byte[] file) throws IOException {
        Numbers numbers = new Numbers(file, 2);
        int kind = file[1] - '0';
        int width = numbers.next(true);
        int height = numbers.next(true);
        boolean bits = kind == 1 || kind == 4;
        int maximum = bits ? 1 : numbers.next(true);
        if (maximum < 1 || maximum > 0xffff) {
            throw new IOException("a largest value of " + maximum);
        }
        return new Netpbm(kind, width, height, maximum, numbers.at + 1);
    }

    boolean grey() {
        return kind % 3 != 0;
    }

    /** Colours are scaled to 0..255 and rounded; grey of more than 8 bits is cut at 255, see {@link Colours#CONVERTED}. */
    void planes(byte[] file, byte[] out, int offset) throws IOException {
        int area = width * height;
        int channels = grey() ? 1 : 3;
        Numbers numbers = new Numbers(file, start);
        for (int i = 0; i < area; i++) {
            for (int c = 0; c < channels; c++) {
                int value = switch (kind) {
                    case 1 -> 1 - numbers.bit();
                    case 4 -> 1 - (at(file, start + i / width * ((width + 7) / 8) + i % width / 8) >> 7 - i % width % 8 & 1);
                    case 2, 3 -> numbers.next(false);
                    default -> maximum < 256 ? at(file, start + i * channels + c)
                            : at(file, start + 2 * (i * channels + c)) << 8 | at(file, start + 2 * (i * channels + c) + 1);
                };
                boolean deep = grey() && maximum > 255;
                int full = deep ? 0xffff : 255;
                byte sample = (byte) Math.min(255, (int) Math.rint((double) value / maximum * full));
                for (int plane = c; plane < 3; plane += channels) {
                    out[offset + plane * area + i] = sample;
                }
            }
        }
    }

    private static int at(byte[] file, int i) throws IOException {
        if (i >= file.length) {
            throw new IOException("cut off");
        }
        return file[i] & 0xff;
    }

    /** Numbers in text; from # to the end of a line is a comment. */
    private static final class Numbers {
        private final byte[] file;
        private int at;

        Numbers(byte[] file, int at) {
            this.file = file;
            this.at = at;
        }

        int next(boolean header) throws IOException {
            skip();
            int begin = at;
            long value = 0;
            while (at < file.length && file[at] >= '0' && file[at] <= '9' && at - begin < 9) {
                value = 10 * value + file[at++] - '0';
            }
            if (at == begin || header && at == file.length) {
                throw new IOException("cut off, or with something else than numbers in it");
            }
            return (int) value;
        }

        int bit() throws IOException {
            skip();
            if (at == file.length || file[at] != '0' && file[at] != '1') {
                throw new IOException("cut off, or with something else than bits in it");
            }
            return file[at++] - '0';
        }

        private void skip() {
            boolean comment = false;
            while (at < file.length && (comment || file[at] == '#' || file[at] <= ' ' && file[at] >= 0)) {
                comment = file[at] == '#' || comment && file[at] != '\n' && file[at] != '\r';
                at++;
            }
        }
    }
}
