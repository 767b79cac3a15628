package s4s.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the Python dictionary in the header of an npy file: the keys {@code descr} (a string), {@code fortran_order}
 * (True or False) and {@code shape} (a tuple of whole numbers), each once, in any order and spacing.
 */
final class NpyHeaderParser {
    private final String text;
    private final String name;
    private int at;

    private NpyHeaderParser(String text, String name) {
        this.text = text;
        this.name = name;
    }

    /**
     * @param text the dictionary
     * @param name what it is the header of, for messages
     */
    static NpyHeader parse(String text, String name) throws BadFileException {
        return new NpyHeaderParser(text, name).header();
    }

    private NpyHeader header() throws BadFileException {
        Optional<String> descr = Optional.empty();
        Optional<Boolean> fortran = Optional.empty();
        Optional<long[]> shape = Optional.empty();
        expect('{');
        while (!accept('}')) {
            String key = string();
            expect(':');
            boolean again;
            switch (key) {
                case "descr" -> {
                    again = descr.isPresent();
                    descr = Optional.of(descr());
                }
                case "fortran_order" -> {
                    again = fortran.isPresent();
                    fortran = Optional.of(bool());
                }
                case "shape" -> {
                    again = shape.isPresent();
                    shape = Optional.of(shape());
                }
                default -> throw bad("has the unknown key '" + printable(key) + "'");
            }
            if (again) {
                throw bad("has the key '" + key + "' twice");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (at < text.length()) {
            throw bad("has something after its '}'");
        }
        if (descr.isEmpty() || fortran.isEmpty() || shape.isEmpty()) {
            throw bad("lacks one of the keys 'descr', 'fortran_order' and 'shape'");
        }
        return typed(descr.get(), fortran.get(), shape.get());
    }

    private NpyHeader typed(String descr, boolean fortran, long[] shape) throws BadFileException {
        if (descr.length() < 2 || "<>|=".indexOf(descr.charAt(0)) < 0) {
            throw unsupported(descr);
        }
        boolean big = descr.charAt(0) == '>';
        String type = descr.substring(1);
        if (type.startsWith("O")) {
            throw new BadFileException(
                    name + ": object arrays are not read (they hold Python pickles); save plain numbers or strings");
        }
        if (type.matches("U[1-9][0-9]{0,5}")) {
            return new NpyHeader(DType.STRING, 4 * Integer.parseInt(type.substring(1)), big, fortran, shape);
        }
        if (type.matches("S[1-9][0-9]{0,6}")) {
            return new NpyHeader(DType.BYTES, Integer.parseInt(type.substring(1)), false, fortran, shape);
        }
        DType dtype = DType.named(type).orElseThrow(() -> unsupported(descr));
        return new NpyHeader(dtype, dtype.unit(), big, fortran, shape);
    }

    private String descr() throws BadFileException {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '[') {
            throw new BadFileException(
                    name + ": structured arrays are not read; save each field as an array of its own");
        }
        return string();
    }

    private boolean bool() throws BadFileException {
        skipSpace();
        for (String word : List.of("True", "False")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("True");
            }
        }
        throw bad("has neither True nor False for 'fortran_order'");
    }

    private long[] shape() throws BadFileException {
        List<Long> axes = new ArrayList<>();
        expect('(');
        while (!accept(')')) {
            axes.add(number());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        // numpy 2 has at most 64 axes
        if (axes.size() > 64) {
            throw bad("has " + axes.size() + " axes");
        }
        return axes.stream().mapToLong(Long::longValue).toArray();
    }

    private long number() throws BadFileException {
        if (accept('-')) {
            throw bad("has a negative length in its shape");
        }
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw bad("has something else than whole numbers in its shape");
        }
        if (at - start > 18) {
            throw bad("has a length of " + (at - start) + " digits in its shape");
        }
        long value = Long.parseLong(text.substring(start, at));
        if (at < text.length() && text.charAt(at) == 'L') {
            at++; // Python 2 wrote 3L
        }
        return value;
    }

    /** A string in either quote. Type codes and keys have no escapes, so a backslash is an error. */
    private String string() throws BadFileException {
        char quote = accept('"') ? '"' : '\'';
        if (quote == '\'') {
            expect('\'');
        }
        int end = text.indexOf(quote, at);
        if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
            throw bad("has a broken string");
        }
        String value = text.substring(at, end);
        at = end + 1;
        return value;
    }

    private void expect(char c) throws BadFileException {
        if (!accept(c)) {
            throw bad(at < text.length()
                    ? "has '" + printable(text.substring(at, at + 1)) + "' where '" + c + "' is expected"
                    : "ends where '" + c + "' is expected");
        }
    }

    private boolean accept(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private BadFileException bad(String what) {
        return new BadFileException(name + ": its npy header " + what + "; save the array again with numpy.save");
    }

    private BadFileException unsupported(String descr) {
        return new BadFileException(name + ": the numpy type '" + printable(descr)
                + "' is not read; convert it with astype to an integer, float32, float64 or string type");
    }

    /** Short and of one line, whatever the file holds. */
    private static String printable(String s) {
        String plain = s.replaceAll("[^ -~]", "?");
        return plain.length() <= 30 ? plain : plain.substring(0, 30) + "...";
    }
}
