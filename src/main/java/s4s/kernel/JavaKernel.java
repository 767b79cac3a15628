package s4s.kernel;

import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import io.github.spencerpark.jupyter.messages.Header;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.publish.PublishError;
import io.github.spencerpark.jupyter.messages.publish.PublishExecuteInput;
import io.github.spencerpark.jupyter.messages.publish.PublishExecuteResult;
import io.github.spencerpark.jupyter.messages.reply.ErrorReply;
import io.github.spencerpark.jupyter.messages.reply.ExecuteReply;
import io.github.spencerpark.jupyter.messages.reply.KernelInfoReply;
import io.github.spencerpark.jupyter.messages.request.ExecuteRequest;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
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

    /** More than the reader is shown. */
    private static final int MOST_CAUSES = 100;

    /** A shell that is asked to end while a cell runs is not waited for longer than this. */
    private static final long SHUTDOWN_SECONDS = 3;

    private final CellControl control = new CellControl();
    private final KernelIO io = new KernelIO();
    private final History history = new History();
    private final JShell shell;
    private final SourceCodeAnalysis analysis;
    private final Cells cells = new Cells();
    private int cell;
    private boolean failed;

    /** Starts a JShell on the class path of this virtual machine. */
    public JavaKernel() {
        shell = JShell.builder().executionEngine(new OwnControl(control), null).build();
        shell.addToClasspath(System.getProperty("java.class.path"));
        IMPORTS.forEach(shell::eval);
        analysis = shell.sourceCodeAnalysis();
    }

    /** Answers what arrives there. */
    void serve(Connection connection) {
        becomeHandlerForConnection(connection);
        connection.setHandler(MessageType.EXECUTE_REQUEST,
                new ErrorStop((env, request) -> execute(connection, env, request), () -> failed));
        // the base class's answers lack the status that the protocol asks for
        connection.setHandler(MessageType.KERNEL_INFO_REQUEST, (env, message) -> {
            env.setBusyDeferIdle();
            env.reply(new KernelInfo(getLanguageInfo(), getBanner()));
        });
        connection.setHandler(MessageType.HISTORY_REQUEST, (env, message) -> {
            env.setBusyDeferIdle();
            env.reply(plain(env, MessageType.HISTORY_REPLY, history.reply(message.getContent())));
        });
    }

    /** A message whose content is JSON that the library has no class for. */
    @SuppressWarnings("unchecked")
    static Message<?> plain(ShellReplyEnvironment env, MessageType<?> type, Object content) {
        return new Message<>(env.getContext(), (MessageType<Object>) type, content);
    }

    private void execute(Connection connection, ShellReplyEnvironment env, Message<ExecuteRequest> message) {
        ExecuteRequest request = message.getContent();
        boolean counted = request.shouldStoreHistory() && !request.isSilent();
        env.setBusyDeferIdle();
        commManager.setMessageContext(message);
        connection.publisher().attach(message);
        connection.input().attach(message, request.isStdinEnabled());
        io.attach(env);
        cell = counted ? executionCount.getAndIncrement() : executionCount.get();
        if (!request.isSilent()) {
            env.publish(new PublishExecuteInput(request.getCode(), cell));
        }
        Optional<String> text = Optional.empty();
        failed = true;
        try {
            Optional<DisplayData> value = Optional.ofNullable(eval(request.getCode()));
            text = value.map(data -> data.getData(MIMEType.TEXT_PLAIN)).map(String::valueOf);
            if (value.isPresent() && !request.isSilent()) {
                env.publish(new PublishExecuteResult(cell, value.get()));
            }
            failed = false;
            env.reply(new ExecuteReply(cell, Map.of()));
        } catch (Exception e) {
            fail(env, e, request.isSilent());
        } catch (Error e) {
            fail(env, new CellException(e), request.isSilent()); // of the compiler: a cell of a thousand parentheses
        }
        if (counted) {
            history.add(cell, request.getCode(), text);
        }
    }

    private void fail(ShellReplyEnvironment env, Exception e, boolean silent) {
        Throwable told = e instanceof CellException && e.getCause() != null ? e.getCause() : e;
        String name = told.getClass().getSimpleName();
        List<String> traceback = formatError(e);
        String message = Cells.message(told);
        if (!silent) {
            env.publish(new PublishError(name, message, traceback));
        }
        ErrorReply reply = new ErrorReply(name, message, traceback);
        reply.setExecutionCount(cell);
        env.replyError(MessageType.EXECUTE_REPLY.error(), reply);
    }

    /**
     * Runs a cell, snippet by snippet.
     *
     * @return the value of the last snippet where that is an expression, else {@code null}: basekernel's contract
     * @throws Exception what the cell threw, or a {@link CellException}
     */
    @Override
    public DisplayData eval(String code) throws Exception {
        control.begin();
        cells.begin(cell);
        try {
            Optional<Object> last = new Run(cell, split(code)).finish();
            return last.isPresent() ? control.watch(() -> rendered(last.get())) : null;
        } finally {
            flush(System.out);
            flush(System.err);
        }
    }

    /** Also what a print that was stopped has left between the stream's characters and its bytes, which flush alone leaves. */
    private static void flush(PrintStream out) {
        out.print("");
        out.flush();
    }

    /**
     * A statement or declaration of a cell.
     *
     * @param line at which it begins in the cell, from 1
     */
    private record Part(String source, int line) {}

    /** The statements of a cell; the last one may be half. */
    private List<Part> split(String code) {
        List<Part> parts = new ArrayList<>();
        String rest = code;
        while (!rest.isBlank()) {
            CompletionInfo next = analysis.analyzeCompletion(rest);
            // JShell counts the lines of code wrongly behind leading blank lines and comments
            String bare = LEADING_TRIVIA.matcher(rest).replaceFirst("");
            int line = line(code, bare);
            if (!next.completeness().isComplete() || Magics.isCommand(bare)) {
                if (next.completeness() != SourceCodeAnalysis.Completeness.EMPTY) {
                    parts.add(new Part(bare, line));
                }
                break;
            }
            parts.add(new Part(LEADING_TRIVIA.matcher(next.source()).replaceFirst(""), line));
            rest = next.remaining();
        }
        return parts;
    }

    /**
     * A cell on its way. As in JShell, a declaration may name what the cell declares further down; whether all of it came is
     * asked at the end.
     */
    private final class Run {
        private final int cell;
        private final Deque<Part> parts;
        private final List<Snippet> undefined = new ArrayList<>();

        Run(int cell, List<Part> parts) {
            this.cell = cell;
            this.parts = new ArrayDeque<>(parts);
        }

        Optional<Object> finish() throws Exception {
            Optional<Object> last = Optional.empty();
            while (!parts.isEmpty()) {
                control.requireNotInterrupted();
                last = eval(parts.remove());
            }
            undefined.removeIf(snippet -> shell.status(snippet) != Snippet.Status.RECOVERABLE_NOT_DEFINED);
            if (!undefined.isEmpty()) {
                throw cells.rejected(shell, undefined);
            }
            return last;
        }

        private Optional<Object> eval(Part part) throws Exception {
            if (parts.isEmpty()) {
                requireWhole(part);
            }
            Optional<Object> value = Optional.empty();
            List<SnippetEvent> events = events(part);
            for (SnippetEvent event : events) {
                cells.add(event.snippet(), cell, part.line());
                value = shown(event);
            }
            CellControl.Ending ending = control.takeEnding();
            for (SnippetEvent event : events) {
                boolean recoverable = event.status() == Snippet.Status.RECOVERABLE_NOT_DEFINED;
                if (recoverable && event.snippet().subKind() != Snippet.SubKind.VAR_DECLARATION_WITH_INITIALIZER_SUBKIND) {
                    undefined.add(event.snippet());
                } else if ((recoverable || event.status() == Snippet.Status.REJECTED) && declare(event.snippet())) {
                    return eval(part);
                } else {
                    requireSuccess(event, ending);
                }
            }
            return value;
        }

        private List<SnippetEvent> events(Part part) throws Exception {
            try {
                List<SnippetEvent> events = new ArrayList<>(shell.eval(part.source()));
                events.removeIf(event -> event.causeSnippet() != null); // updates of what earlier cells declared
                return events;
            } catch (RuntimeException | Error e) {
                // an exception that JShell cannot copy, such as one whose causes run in a circle
                Throwable thrown = control.takeEnding().thrown().orElse(e);
                throw thrown instanceof Exception exception ? exception : new CellException(thrown);
            }
        }

        /**
         * Declares the types further down if what runs now needs one of them: JShell would refuse it, or leave a variable
         * without its first value.
         *
         * @return whether there were such types
         */
        private boolean declare(Snippet snippet) throws Exception {
            Set<String> missing = cells.missing(shell, snippet);
            if (parts.stream().noneMatch(part -> declaredType(part).filter(missing::contains).isPresent())) {
                return false;
            }
            List<Part> types = parts.stream().filter(part -> declaredType(part).isPresent()).collect(Collectors.toList());
            parts.removeAll(types);
            for (Part type : types) {
                eval(type);
            }
            return true;
        }

        private Optional<String> declaredType(Part part) {
            return analysis.sourceToSnippets(part.source()).stream()
                    .filter(snippet -> snippet.kind() == Snippet.Kind.TYPE_DECL)
                    .map(snippet -> ((DeclarationSnippet) snippet).name())
                    .findFirst();
        }

        private void requireWhole(Part part) throws CellException {
            if (!analysis.analyzeCompletion(part.source()).completeness().isComplete()) {
                List<String> lines = new ArrayList<>(List.of("cell " + cell + ", from line " + part.line(),
                        "    " + part.source().strip().lines().findFirst().orElse(""),
                        "the code ends in the middle of a statement"));
                Magics.advice(part.source()).ifPresent(advice -> lines.set(2, advice));
                throw new CellException(lines.get(2), lines);
            }
        }
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
            throw ending.interruption();
        }
        if (event.exception() instanceof UnresolvedReferenceException) {
            throw cells.rejected(shell, List.of(((UnresolvedReferenceException) event.exception()).getSnippet()));
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
            throw cells.rejected(shell, List.of(event.snippet()));
        }
    }

    /** JShell's copy of the exception has its frames named after snippets and those of the machinery cut off. */
    private static void useShellFrames(Throwable thrown, Throwable copy) {
        Throwable to = thrown;
        Throwable from = copy;
        for (int cause = 0; to != null && from != null && cause < MOST_CAUSES; cause++) { // causes may run in a circle
            to.setStackTrace(from.getStackTrace());
            to = to.getCause();
            from = from.getCause();
        }
    }

    private DisplayData rendered(Object value) {
        return value instanceof DisplayData ? (DisplayData) value : getRenderer().render(value);
    }

    @Override
    public KernelIO getIO() {
        return io;
    }

    @Override
    public void display(DisplayData data) {
        io.display.display(data);
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
    public ReplacementOptions complete(String code, int position) {
        int at = index(code, position);
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
                return new ReplacementOptions(names, code.codePointCount(0, start + anchor[0]), code.codePointCount(0, at));
            }
        }
        return null;
    }

    /** A front end counts characters, Java's strings count pairs of surrogates twice. */
    private static int index(String code, int position) {
        return code.offsetByCodePoints(0, Math.max(0, Math.min(position, code.codePointCount(0, code.length()))));
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
    public DisplayData inspect(String code, int position, boolean extraDetail) {
        int end = endOfName(code, index(code, position));
        // documentation of a method is that of a call: where no parenthesis follows its name, one is put there
        for (String text : List.of(code, code.substring(0, end) + "(")) {
            for (int start : List.of(0, lastSnippet(code, end))) {
                int at = text.equals(code) ? end : end + 1;
                List<Documentation> found = analysis.documentation(text.substring(start), at - start, true);
                if (!found.isEmpty()) {
                    return new DisplayData(found.stream()
                            .map(d -> d.javadoc() == null ? d.signature() : d.signature() + "\n" + plain(d.javadoc()))
                            .collect(Collectors.joining("\n\n")));
                }
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
