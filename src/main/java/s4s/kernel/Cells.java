package s4s.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;

/**
 * Where the snippets came from, so that errors name the cell and the line that the reader sees, not JShell's numbers.
 */
final class Cells {

    /** Of one exception; a recursion without end has 1,024. */
    private static final int MOST_FRAMES = 30;

    /** Of an exception with all its causes. */
    private static final int MOST_LINES = 150;

    private static final int MOST_CAUSES = 20;
    private static final int MOST_CHARACTERS = 20_000;

    /** The class that JShell puts a snippet into. */
    private static final Pattern WRAPPER = Pattern.compile("^REPL\\.\\$JShell\\$(\\d+)\\w*(\\$|$)");

    private final Map<String, Origin> origins = new HashMap<>();
    private int running;

    /**
     * @param cell execution count of the cell
     * @param line first line of the snippet in its cell, from 1
     */
    private record Origin(int cell, int line) {}

    /** The cell that runs from now on: its snippets are not known before they have run. */
    void begin(int cell) {
        running = cell;
    }

    /** Remembers a snippet. */
    void add(Snippet snippet, int cell, int line) {
        origins.put(snippet.id(), new Origin(cell, line));
    }

    /** The lines of an exception and its causes: the cells' frames and the libraries', without what repeats. */
    List<String> trace(Throwable thrown) {
        List<String> lines = new ArrayList<>();
        trace(thrown, "", new StackTraceElement[0], lines, Collections.newSetFromMap(new IdentityHashMap<>()));
        return lines.size() <= MOST_LINES ? lines : shortened(lines, MOST_LINES);
    }

    private void trace(
            Throwable thrown, String prefix, StackTraceElement[] enclosing, List<String> lines, Set<Throwable> told) {
        String text = describe(thrown);
        if (!told.add(thrown) || told.size() > MOST_CAUSES) {
            lines.add(prefix + text.lines().findFirst().orElse("") + " (told above, or one of too many)");
            return;
        }
        String message = text.length() <= MOST_CHARACTERS ? text
                : text.substring(0, MOST_CHARACTERS) + " ... (" + text.length() + " characters)";
        lines.addAll((prefix + message).lines().collect(Collectors.toList()));
        StackTraceElement[] frames = thrown.getStackTrace();
        int shown = frames.length - common(frames, enclosing);
        int first = afterTheKernel(frames);
        List<String> places = new ArrayList<>();
        for (int i = first; i < shown; i++) {
            if (!ofTheKernel(frames[i]) && (i == first || !ofTheJdk(frames[i]))) {
                places.add("    at " + place(frames[i]));
            }
        }
        lines.addAll(places.size() <= MOST_FRAMES ? places : shortened(places, MOST_FRAMES));
        for (Throwable suppressed : thrown.getSuppressed()) {
            trace(suppressed, "Suppressed: ", frames, lines, told);
        }
        if (thrown.getCause() != null) {
            trace(thrown.getCause(), "Caused by: ", frames, lines, told);
        }
    }

    /** What an exception says of itself; it is the reader's code, and may fail. */
    static String describe(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (RuntimeException | Error e) {
            return WRAPPER.matcher(thrown.getClass().getName()).replaceFirst("");
        }
    }

    /** Its message; the protocol asks for a text. */
    static String message(Throwable thrown) {
        try {
            String message = thrown.getLocalizedMessage();
            return message == null ? "" : message.substring(0, Math.min(message.length(), MOST_CHARACTERS));
        } catch (RuntimeException | Error e) {
            return "";
        }
    }

    /** Two thirds of the lines from the beginning, the others from the end. */
    private static List<String> shortened(List<String> lines, int most) {
        int head = most * 2 / 3;
        int tail = most - head;
        List<String> some = new ArrayList<>(lines.subList(0, head));
        some.add("    ... " + (lines.size() - most) + " lines left out");
        some.addAll(lines.subList(lines.size() - tail, lines.size()));
        return some;
    }

    /** The kernel's own frames, and by what it calls a cell. */
    private static boolean ofTheKernel(StackTraceElement frame) {
        return frame.getClassName().matches("(s4s\\.kernel|jdk\\.jshell|jdk\\.internal)\\..*");
    }

    /** A cell that is stopped while it prints is deep in the kernel: the first frame that is not. */
    private static int afterTheKernel(StackTraceElement[] frames) {
        int first = 0;
        for (int i = 0; i < frames.length && !ofACell(frames[i]); i++) {
            first = ofTheKernel(frames[i]) ? i + 1 : first;
        }
        return first;
    }

    private static boolean ofACell(StackTraceElement frame) {
        return WRAPPER.matcher(frame.getClassName()).find()
                || Optional.ofNullable(frame.getFileName()).orElse("").startsWith("#");
    }

    /** Frames between the reader's code and the place of the exception say nothing to him. */
    private static boolean ofTheJdk(StackTraceElement frame) {
        return frame.getModuleName() != null && frame.getModuleName().matches("(java|jdk)\\..*");
    }

    private static int common(StackTraceElement[] a, StackTraceElement[] b) {
        int n = 0;
        while (n < a.length && n < b.length && a[a.length - 1 - n].equals(b[b.length - 1 - n])) {
            n++;
        }
        return n;
    }

    private String place(StackTraceElement frame) {
        String file = Optional.ofNullable(frame.getFileName()).orElse("");
        if (file.startsWith("#") && origins.containsKey(file.substring(1))) {
            Origin origin = origins.get(file.substring(1));
            return name(frame) + "cell " + origin.cell() + ", line " + (origin.line() + frame.getLineNumber() - 1);
        }
        // not translated by JShell: its number of the line is one of the class around the snippet
        Matcher wrapper = WRAPPER.matcher(frame.getClassName());
        return wrapper.find()
                ? name(frame) + "cell " + Optional.ofNullable(origins.get(wrapper.group(1))).map(Origin::cell).orElse(running)
                : frame.toString();
    }

    /** "Type.method, " for a method of a cell, nothing for the cell's own statements. */
    private static String name(StackTraceElement frame) {
        String method = frame.getMethodName().startsWith("lambda$") ? "lambda" : frame.getMethodName();
        String type = WRAPPER.matcher(frame.getClassName()).replaceFirst("");
        if (method.startsWith("do_it$")) {
            return "";
        }
        String name = type.isEmpty() ? method : type + "." + method;
        return name.isBlank() ? "" : name + ", ";
    }

    /** Why snippets were not accepted: for every message of the compiler the line of source and a caret under it. */
    CellException rejected(JShell shell, List<Snippet> snippets) {
        List<CellException> each = snippets.stream().map(snippet -> rejected(shell, snippet)).collect(Collectors.toList());
        return new CellException(each.get(0).getMessage(),
                each.stream().flatMap(e -> e.details().stream()).collect(Collectors.toList()));
    }

    /** Names of the types and variables that a snippet uses and nothing declares. */
    Set<String> missing(JShell shell, Snippet snippet) {
        Stream<String> unresolved = snippet instanceof DeclarationSnippet declaration
                ? shell.unresolvedDependencies(declaration) : Stream.empty();
        Stream<String> errors = shell.diagnostics(snippet).flatMap(error -> error.getMessage(Locale.ENGLISH).lines())
                .map(String::strip).filter(line -> line.startsWith("symbol:"));
        return Stream.concat(unresolved, errors)
                .map(text -> text.substring(text.lastIndexOf(' ') + 1))
                .collect(Collectors.toSet());
    }

    private CellException rejected(JShell shell, Snippet snippet) {
        Origin origin = origins.get(snippet.id());
        List<String> lines = new ArrayList<>();
        List<Diag> errors = shell.diagnostics(snippet).filter(Diag::isError).collect(Collectors.toList());
        for (Diag error : errors) {
            lines.addAll(excerpt(snippet.source(), error, origin));
        }
        List<String> missing = snippet instanceof DeclarationSnippet
                ? shell.unresolvedDependencies((DeclarationSnippet) snippet).collect(Collectors.toList())
                : List.of();
        if (!missing.isEmpty()) {
            lines.add("cell " + origin.cell() + ", line " + origin.line());
            lines.add("    " + snippet.source().lines().findFirst().orElse(""));
            lines.add("not defined: " + String.join(", ", missing));
        }
        lines.addAll(Magics.advice(snippet.source()).stream().collect(Collectors.toList()));
        String message = errors.stream().findFirst()
                .map(error -> error.getMessage(Locale.ENGLISH).lines().findFirst().orElse(""))
                .orElse("not defined: " + String.join(", ", missing));
        return new CellException(message, lines);
    }

    private static List<String> excerpt(String source, Diag error, Origin origin) {
        int position = (int) Math.max(0, Math.min(error.getPosition(), source.length()));
        int start = source.lastIndexOf('\n', Math.max(0, position - 1)) + 1;
        if (position < start) {
            start = position;
        }
        int end = source.indexOf('\n', position);
        String line = source.substring(start, end < 0 ? source.length() : end);
        int number = origin.line() + (int) source.substring(0, start).chars().filter(c -> c == '\n').count();
        int width = (int) Math.max(1, Math.min(error.getEndPosition(), start + line.length()) - position);
        List<String> lines = new ArrayList<>();
        lines.add("cell " + origin.cell() + ", line " + number);
        lines.add("    " + line);
        // tabs stay tabs, so that the caret stands where the eye looks for it
        lines.add("    " + line.substring(0, position - start).replaceAll("[^\t]", " ") + "^".repeat(width));
        error.getMessage(Locale.ENGLISH).lines()
                .filter(text -> !text.strip().startsWith("location:")) // a name of JShell's
                .forEach(lines::add);
        return lines;
    }
}
