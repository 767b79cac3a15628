package s4s.kernel;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.spencerpark.jupyter.messages.request.HistoryRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cells that this kernel ran, as IPython tells those of a session. A kernel's session is its life, and has number 1. */
final class History {

    private static final int SESSION = 1;

    /** A glob's wildcards as SQLite has them, and IPython by it: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a-z]}. */
    private static final Pattern WILDCARD = Pattern.compile("\\*|\\?|\\[(\\^?)(\\]?[^\\]]*)\\]");

    private final List<Entry> entries = new ArrayList<>();

    private record Entry(int cell, String input, Optional<String> output) {}

    /**
     * Adds a cell.
     *
     * @param output its value as plain text
     */
    synchronized void add(int cell, String input, Optional<String> output) {
        entries.add(new Entry(cell, input, output));
    }

    /** The content of a {@code history_reply}. */
    synchronized JsonObject reply(HistoryRequest request) {
        JsonArray list = new JsonArray();
        for (Entry entry : found(request)) {
            JsonArray tuple = new JsonArray();
            tuple.add(SESSION);
            tuple.add(entry.cell());
            if (request.includeOutput()) {
                JsonArray both = new JsonArray();
                both.add(entry.input());
                entry.output().ifPresentOrElse(both::add, () -> both.add(JsonNull.INSTANCE));
                tuple.add(both);
            } else {
                tuple.add(entry.input());
            }
            list.add(tuple);
        }
        JsonObject content = new JsonObject();
        content.addProperty("status", "ok");
        content.add("history", list);
        return content;
    }

    private List<Entry> found(HistoryRequest request) {
        if (request instanceof HistoryRequest.Range range) {
            // 0 is this session, -1 the one before, of which nothing is kept
            boolean here = range.getSessionIndex() == 0 || range.getSessionIndex() == SESSION;
            return matching(entry -> here && entry.cell() >= range.getStart() && entry.cell() < range.getStop());
        }
        if (request instanceof HistoryRequest.Search search) {
            Pattern glob = glob(search.getPattern());
            List<Entry> matching = matching(entry -> glob.matcher(entry.input()).matches());
            return last(search.filterUnique() ? unique(matching) : matching, search.getMaxReturnLength());
        }
        return last(entries, ((HistoryRequest.Tail) request).getMaxReturnLength());
    }

    private List<Entry> matching(Predicate<Entry> condition) {
        return entries.stream().filter(condition).toList();
    }

    /** Of equal inputs the last. */
    private static List<Entry> unique(List<Entry> some) {
        List<Entry> unique = new ArrayList<>();
        for (Entry entry : some) {
            unique.removeIf(other -> other.input().equals(entry.input()));
            unique.add(entry);
        }
        return unique;
    }

    private static List<Entry> last(List<Entry> some, int n) {
        return some.subList(Math.max(0, some.size() - Math.max(0, n)), some.size());
    }

    private static Pattern glob(String glob) {
        Matcher wildcard = WILDCARD.matcher(glob);
        StringBuilder regex = new StringBuilder();
        int end = 0;
        while (wildcard.find()) {
            regex.append(Pattern.quote(glob.substring(end, wildcard.start())));
            end = wildcard.end();
            switch (wildcard.group().charAt(0)) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append('[').append(wildcard.group(1))
                        .append(wildcard.group(2).replaceAll("[\\\\\\[\\]&^]", "\\\\$0")).append(']');
            }
        }
        return Pattern.compile(regex.append(Pattern.quote(glob.substring(end))).toString(), Pattern.DOTALL);
    }
}
