package s4s.cli;

import java.util.Arrays;
import java.util.stream.LongStream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Seeds on the command line: numbers and ranges separated by commas, {@code 0-63} or {@code 1,5,7-9}.
 *
 * @param values the seeds
 */
record Seeds(long[] values) {
    static final int MOST = 10_000_000;

    /** Copies the array. */
    Seeds {
        values = values.clone();
    }

    @Override
    public long[] values() {
        return values.clone();
    }

    /** Reads the text of an option. */
    static final class Converter implements ITypeConverter<Seeds> {
        @Override
        public Seeds convert(String text) {
            try {
                long[] seeds = Arrays.stream(text.split(",")).flatMapToLong(Converter::range).toArray();
                if (seeds.length > MOST) {
                    throw new TypeConversionException("at most " + MOST + " seeds, '" + text + "' has " + seeds.length);
                }
                return new Seeds(seeds);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("seeds look like 0-63 or 1,5,7-9, not '" + text + "'");
            }
        }

        private static LongStream range(String part) {
            String[] ends = part.trim().split("-", -1);
            int from = Integer.parseInt(ends[0]);
            int to = ends.length == 1 ? from : Integer.parseInt(ends[1]);
            if (ends.length > 2 || to < from || (long) to - from >= MOST) {
                throw new NumberFormatException();
            }
            return LongStream.rangeClosed(from, to);
        }
    }
}
