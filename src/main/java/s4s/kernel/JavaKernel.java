package s4s.kernel;

import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.messages.Header;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.reply.HistoryReply;
import io.github.spencerpark.jupyter.messages.reply.KernelInfoReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Answers a Jupyter front end with JShell.
 *
 * <p>One cell runs at a time, on the shell channel's thread; {@link #interrupt()} comes from the control channel's.
 */
public final class JavaKernel extends BaseKernel {

    /** What IJava imports, with the statics of {@link Notebook} in place of its own. */
    private static final List<String> IMPORTS = List.of(
            "import java.util.*;",
            "import java.io.*;",
            "import java.math.*;",
            "import java.net.*;",
            "import java.util.concurrent.*;",
            "import java.util.prefs.*;",
            "import java.util.regex.*;",
            "import static s4s.kernel.Notebook.*;");

    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{javaJavaIdentifierPart}]+");

    private static final Pattern LEADING_TRIVIA = Pattern.compile("\\A(?:\\s++|//.*+|(?s:/\\*.*?\\*/))*+");

    /** A shell that is asked to end while a cell runs is not waited for longer than this. */
    private static final long SHUTDOWN_SECONDS = 3;

    private final CellControl control = new CellControl();
    private final JShell shell;
    private final SourceCodeAnalysis analysis;
    private final Cells cells = new Cells();
    private boolean failed;

    /** Starts a JShell on the class path of this virtual machine. */
    public JavaKernel() {
        shell = JShell.builder().executionEngine(new OwnControl(control), null).build();
        shell.addToClasspath(System.getProperty("java.class.path"));
        IMPORTS.forEach(shell::eval);
        analysis = shell.sourceCodeAnalysis();
    }

    @Override
    public void becomeHandlerForConnection(JupyterConnection connection) {
        super.becomeHandlerForConnection(connection);
        connection.setHandler(MessageType.EXECUTE_REQUEST,
                new ErrorStop(connection.getHandler(MessageType.EXECUTE_REQUEST), () -> failed));
        // the base class's answer lacks the status that the protocol asks for
        connection.setHandler(MessageType.KERNEL_INFO_REQUEST, (env, message) -> {
            env.setBusyDeferIdle();
            env.reply(new KernelInfo(getLanguageInfo(), getBanner()));
        });
        // without a history manager the base class leaves the front end waiting
        connection.setHandler(MessageType.HISTORY_REQUEST, (env, message) -> {
            env.setBusyDeferIdle();
            env.reply(new HistoryReply(List.of()));
        });
    }

    /**
     * Runs a cell, snippet by snippet.
     *
     * @return the value of the last snippet where that is an expression, else {@code null}: basekernel's contract
     * @throws Exception what the cell threw, or a {@link CellException}
     */
    @Override
    public DisplayData eval(String code) throws Exception {
        int cell = executionCount.get() - 1;
        control.begin();
        failed = true;
        try {
            Optional<Object> last = Optional.empty();
            String rest = code;
            while (true) {
                CompletionInfo next = analysis.analyzeCompletion(rest);
                if (!next.completeness().isComplete()) {
                    requireBlank(next, rest, cell, line(code, rest));
                    break;
                }
                control.requireNotInterrupted();
                last = evalSnippet(next.source(), cell, line(code, rest));
                rest = next.remaining();
            }
            DisplayData shown = last.map(this::rendered).orElse(null);
            failed = false;
            return shown;
        } catch (Error e) {
            throw new CellException(e); // of a renderer: the base class would let it end the channel's thread
        } finally {
            System.out.flush();
            System.err.flush();
        }
    }

    private Optional<Object> evalSnippet(String source, int cell, int line) throws Exception {
        // JShell counts the lines of code wrongly behind leading blank lines and comments
        String code = LEADING_TRIVIA.matcher(source).replaceFirst("");
        int first = line + newlines(source.substring(0, source.length() - code.length()));
        Optional<Object> value = Optional.empty();
        List<SnippetEvent> events = new ArrayList<>(shell.eval(code));
        events.removeIf(event -> event.causeSnippet() != null); // updates of what earlier cells declared
        for (SnippetEvent event : events) {
            cells.add(event.snippet(), cell, first);
            value = shown(event);
        }
        CellControl.Ending ending = control.takeEnding();
        for (SnippetEvent event : events) {
            requireSuccess(event, ending);
        }
        return value;
    }

    /** Values of expressions and of variables by name; a declaration or an assignment shows nothing. */
    private Optional<Object> shown(SnippetEvent event) {
        Optional<Object> value = Optional.ofNullable(event.value()).flatMap(control::take);
        switch (event.snippet().subKind()) {
            case VAR_VALUE_SUBKIND:
            case OTHER_EXPRESSION_SUBKIND:
            case TEMP_VAR_EXPRESSION_SUBKIND:
                return value;
            default:
                return Optional.empty();
        }
    }

    private void requireSuccess(SnippetEvent event, CellControl.Ending ending) throws Exception {
        if (ending.stopped()) {
            throw new InterruptedException("the cell was interrupted");
        }
        if (event.exception() instanceof UnresolvedReferenceException) {
            throw cells.rejected(shell, ((UnresolvedReferenceException) event.exception()).getSnippet());
        }
        if (event.exception() instanceof EvalException && ending.thrown().isPresent()) {
            Throwable thrown = ending.thrown().get();
            useShellFrames(thrown, event.exception());
            if (thrown instanceof Exception) {
                throw (Exception) thrown;
            }
            throw new CellException(thrown);
        }
        if (event.exception() != null) {
            throw event.exception();
        }
        if (!event.status().isDefined()) {
            throw cells.rejected(shell, event.snippet());
        }
    }

    /** JShell's copy of the exception has its frames named after snippets and those of the machinery cut off. */
    private static void useShellFrames(Throwable thrown, Throwable copy) {
        Throwable to = thrown;
        Throwable from = copy;
        while (to != null && from != null) {
            to.setStackTrace(from.getStackTrace());
            to = to.getCause();
            from = from.getCause();
        }
    }

    private static void requireBlank(CompletionInfo info, String rest, int cell, int line) throws CellException {
        if (info.completeness() != SourceCodeAnalysis.Completeness.EMPTY) {
            int first = line + newlines(rest.substring(0, rest.length() - rest.stripLeading().length()));
            throw new CellException("the code ends in the middle of a statement", List.of(
                    "cell " + cell + ", from line " + first,
                    "    " + rest.strip().lines().findFirst().orElse(""),
                    "the code ends in the middle of a statement"));
        }
    }

    private DisplayData rendered(Object value) {
        return value instanceof DisplayData ? (DisplayData) value : getRenderer().render(value);
    }

    /** The line, from 1, at which the rest of a cell begins. */
    private static int line(String code, String rest) {
        return 1 + newlines(code.substring(0, code.length() - rest.length()));
    }

    private static int newlines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    @Override
    public List<String> formatError(Exception e) {
        List<String> lines = e instanceof CellException && e.getCause() == null
                ? ((CellException) e).details()
                : cells.trace(e instanceof CellException ? e.getCause() : e);
        return lines.stream()
                .map(line -> line.startsWith("    ") ? line : errorStyler.secondary(line))
                .collect(Collectors.toList());
    }

    /**
     * Completion at a position of a cell.
     *
     * @return what may replace the text before the position; {@code null}, basekernel's word for nothing
     */
    @Override
    public ReplacementOptions complete(String code, int at) {
        // the whole cell first: its earlier statements declare variables; but declarations hide what follows them
        for (int start : List.of(0, lastSnippet(code, at))) {
            int[] anchor = new int[1];
            List<Suggestion> found = analysis.completionSuggestions(code.substring(start), at - start, anchor);
            if (!found.isEmpty()) {
                List<String> names = found.stream()
                        .sorted((a, b) -> Boolean.compare(b.matchesType(), a.matchesType()))
                        .map(Suggestion::continuation)
                        .distinct()
                        .collect(Collectors.toList());
                return new ReplacementOptions(names, start + anchor[0], at);
            }
        }
        return null;
    }

    /** Where the snippet begins that a position of the cell lies in. */
    private int lastSnippet(String code, int at) {
        String head = code.substring(0, at);
        String rest = head;
        while (true) {
            CompletionInfo next = analysis.analyzeCompletion(rest);
            if (!next.completeness().isComplete() || next.remaining().isBlank()) {
                return head.length() - rest.length();
            }
            rest = next.remaining();
        }
    }

    /**
     * Signature and, where the sources are at hand, documentation of what stands at a position.
     *
     * @return {@code null}, basekernel's word for nothing, if nothing is known
     */
    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        int end = endOfName(code, at);
        for (int start : List.of(0, lastSnippet(code, end))) {
            List<Documentation> found = analysis.documentation(code.substring(start), end - start, true);
            if (!found.isEmpty()) {
                return new DisplayData(found.stream()
                        .map(d -> d.javadoc() == null ? d.signature() : d.signature() + "\n" + plain(d.javadoc()))
                        .collect(Collectors.joining("\n\n")));
            }
        }
        return null;
    }

    /** Behind the name that the position is in and behind the parenthesis that opens its arguments. */
    private static int endOfName(String code, int at) {
        Matcher name = IDENTIFIER.matcher(code).region(Math.min(at, code.length()), code.length());
        int end = name.lookingAt() ? name.end() : Math.min(at, code.length());
        int next = end;
        while (next < code.length() && code.charAt(next) == ' ') {
            next++;
        }
        return next < code.length() && code.charAt(next) == '(' ? next + 1 : end;
    }

    /** Javadoc's markup, made readable in a text pane. */
    private static String plain(String javadoc) {
        return javadoc.replaceAll("<p>|<br/?>|</p>", "\n").replaceAll("\\{@\\w+ ([^}]*)}", "$1").replaceAll("<[^>]+>", "");
    }

    @Override
    public String isComplete(String code) {
        CompletionInfo info = analysis.analyzeCompletion(code);
        while (info.completeness().isComplete() && !info.remaining().isBlank()) {
            info = analysis.analyzeCompletion(info.remaining());
        }
        switch (info.completeness()) {
            case DEFINITELY_INCOMPLETE:
                return indent(code);
            case UNKNOWN:
                return IS_COMPLETE_BAD;
            default:
                return IS_COMPLETE_YES;
        }
    }

    /** The last line's indent, one step deeper after an opening bracket. */
    private static String indent(String code) {
        String line = code.substring(code.lastIndexOf('\n') + 1);
        String indent = line.substring(0, line.length() - line.stripLeading().length());
        return line.stripTrailing().matches(".*[{(\\[]") ? indent + "    " : indent;
    }

    @Override
    public void interrupt() {
        try {
            control.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionControl.ExecutionControlException e) {
            throw new IllegalStateException("the cell could not be stopped: " + e.getMessage(), e);
        }
    }

    @Override
    public void onShutdown(boolean isRestarting) {
        // a cell that still runs keeps the shell channel from closing
        CompletableFuture.delayedExecutor(SHUTDOWN_SECONDS, TimeUnit.SECONDS).execute(() -> Runtime.getRuntime().halt(0));
    }

    @Override
    public LanguageInfo getLanguageInfo() {
        return new LanguageInfo.Builder("Java")
                .version(Runtime.version().toString())
                .mimetype("text/x-java-source")
                .fileExtension(".jshell")
                .pygments("java")
                .codemirror("text/x-java")
                .build();
    }

    @Override
    public String getBanner() {
        return "Java " + Runtime.version() + " with S4S";
    }

    /** The base library's answer and the status. */
    private static final class KernelInfo extends KernelInfoReply {
        @SuppressWarnings("unused") // written to JSON
        private final String status = "ok";

        KernelInfo(LanguageInfo language, String banner) {
            super(Header.PROTOCOL_VERISON, "s4s-java", "1", language, banner, List.of());
        }
    }

    /** Gives JShell the control made here. */
    private record OwnControl(CellControl control) implements ExecutionControlProvider {
        @Override
        public String name() {
            return "s4s";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return control;
        }
    }
}
