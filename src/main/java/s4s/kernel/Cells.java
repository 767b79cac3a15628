package s4s.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;

/**
 * Where the snippets came from, so that errors name the cell and the line that the reader sees, not JShell's numbers.
 */
final class Cells {

    private final Map<String, Origin> origins = new HashMap<>();

    /**
     * @param cell execution count of the cell
     * @param line first line of the snippet in its cell, from 1
     */
    private record Origin(int cell, int line) {}

    /** Remembers a snippet. */
    void add(Snippet snippet, int cell, int line) {
        origins.put(snippet.id(), new Origin(cell, line));
    }

    /** The lines of an exception and its causes: the cells' frames and the libraries'. */
    List<String> trace(Throwable thrown) {
        List<String> lines = new ArrayList<>();
        trace(thrown, "", new StackTraceElement[0], lines);
        return lines;
    }

    private void trace(Throwable thrown, String prefix, StackTraceElement[] enclosing, List<String> lines) {
        lines.addAll((prefix + thrown).lines().collect(Collectors.toList()));
        StackTraceElement[] frames = thrown.getStackTrace();
        int shown = frames.length - common(frames, enclosing);
        for (int i = 0; i < shown; i++) {
            if (i == 0 || !ofTheJdk(frames[i])) {
                lines.add("    at " + place(frames[i]));
            }
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            trace(suppressed, "Suppressed: ", frames, lines);
        }
        if (thrown.getCause() != null) {
            trace(thrown.getCause(), "Caused by: ", frames, lines);
        }
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
        Optional<Origin> origin = Optional.ofNullable(frame.getFileName())
                .filter(file -> file.startsWith("#"))
                .flatMap(file -> Optional.ofNullable(origins.get(file.substring(1))));
        return origin.map(o -> name(frame) + "cell " + o.cell() + ", line " + (o.line() + frame.getLineNumber() - 1))
                .orElseGet(frame::toString);
    }

    /** "Type.method, " for a method of a cell, nothing for the cell's own statements. */
    private static String name(StackTraceElement frame) {
        String method = frame.getMethodName().startsWith("lambda$") ? "lambda" : frame.getMethodName();
        String name = frame.getClassName().isEmpty() ? method : frame.getClassName() + "." + method;
        return name.isBlank() ? "" : name + ", ";
    }

    /** Why a snippet was not accepted: for every message of the compiler the line of source and a caret under it. */
    CellException rejected(JShell shell, Snippet snippet) {
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
