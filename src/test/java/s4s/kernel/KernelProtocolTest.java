package s4s.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.kernel.KernelClient.Message;
import s4s.kernel.KernelClient.Outcome;

/** The kernel as a front end meets it: a process behind ZeroMQ sockets. */
class KernelProtocolTest {

    @TempDir
    static Path folder;

    private static KernelClient client;
    private static Process kernel;
    private static Message info;

    @BeforeAll
    static void start() throws IOException {
        client = new KernelClient(folder);
        kernel = KernelProcess.start(client.connectionFile());
        info = client.waitUntilReady();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        JsonObject end = new JsonObject();
        end.addProperty("restart", false);
        try {
            assertEquals("shutdown_reply", client.askControl("shutdown_request", end).type());
            assertTrue(kernel.waitFor(60, TimeUnit.SECONDS), "still runs after its shutdown");
            assertEquals(0, kernel.exitValue());
        } finally {
            kernel.destroyForcibly();
            client.close();
        }
    }

    @Test
    void tellsWhatItIs() {
        assertEquals("kernel_info_reply", info.type());
        assertEquals("ok", info.text("status"));
        assertTrue(info.text("protocol_version").startsWith("5."));
        assertEquals("Java", info.content().getAsJsonObject("language_info").get("name").getAsString());
    }

    @Test
    void returnsTheValueOfTheLastExpression() {
        Outcome outcome = client.execute("int six = 6;\n// the last expression counts\nsix * 7");
        assertEquals("ok", outcome.reply().text("status"));
        assertEquals("42", outcome.result().get("text/plain").getAsString());
        assertEquals("busy", outcome.published().get(0).text("execution_state"));
    }

    @Test
    void showsNothingForDeclarationsAssignmentsAndNull() {
        Outcome outcome = client.execute("int seven = 7; seven = 8; String nothing = null; nothing");
        assertEquals("ok", outcome.reply().text("status"));
        assertTrue(outcome.of("execute_result").isEmpty());
    }

    @Test
    void remembersDeclarationsOfEarlierCells() {
        client.execute("record Pair(int a, int b) { int sum() { return a + b; } }\nint twice(int x) { return 2 * x; }");
        assertEquals("14", client.execute("twice(new Pair(3, 4).sum())").result().get("text/plain").getAsString());
    }

    @Test
    void importsWhatIJavaImports() {
        Outcome outcome = client.execute("new TreeMap<>(Map.of(\"a\", BigInteger.TWO)).toString()"
                + " + Pattern.compile(\"x\") + new File(\"f\") + TimeUnit.DAYS + URI.create(\"u\")");
        assertEquals("{a=2}xfDAYSu", outcome.result().get("text/plain").getAsString());
    }

    @Test
    void streamsWhileTheCellRuns() throws IOException {
        try (ServerSocket gate = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String id = client.startExecution("System.out.println(\"before\");\n"
                    + "new Socket(InetAddress.getLoopbackAddress(), " + gate.getLocalPort() + ").getInputStream().read();\n"
                    + "System.out.print(\"after\");");
            assertEquals("before\n", client.await(id, m -> m.type().equals("stream")).text("text"));
            try (Socket waiting = gate.accept()) {
                waiting.getOutputStream().write(1); // the cell has not ended: it waits for this
            }
            assertEquals("after", client.outcome(id).stream("stdout"));
        }
    }

    @Test
    void keepsStandardErrorApart() {
        Outcome outcome = client.execute("System.err.println(\"bad\"); System.out.println(\"good ü\");");
        assertEquals("bad\n", outcome.stream("stderr"));
        assertEquals("good ü\n", outcome.stream("stdout"));
    }

    @Test
    void displaysRichData() {
        client.execute("""
                import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
                class Shape { public String toString() { return "a shape"; } }
                getKernelInstance().getRenderer().createRegistration(Shape.class).preferring(MIMEType.TEXT_HTML)
                    .supporting(MIMEType.parse("application/vnd.plotly.v1+json"))
                    .register((shape, context) -> {
                        context.renderIfRequested(MIMEType.TEXT_HTML, () -> "<i>shape</i>");
                        context.renderIfRequested(MIMEType.parse("application/vnd.plotly.v1+json"), () -> Map.of("data", List.of(1.5)));
                    });""");
        assertEquals("<i>shape</i>", client.execute("new Shape()").result().get("text/html").getAsString());
        JsonObject json = client.execute("render(new Shape(), \"application/vnd.plotly.v1+json\")").result();
        assertEquals("{\"data\":[1.5]}", json.get("application/vnd.plotly.v1+json").toString());
    }

    @Test
    void updatesWhatItDisplayed() {
        Outcome outcome = client.execute(
                "String shown = display(\"<b>0 %</b>\", \"text/html\");\nupdateDisplay(shown, \"<b>100 %</b>\", \"text/html\");");
        JsonObject first = outcome.of("display_data").get(0).content();
        JsonObject second = outcome.of("update_display_data").get(0).content();
        assertEquals("<b>0 %</b>", first.getAsJsonObject("data").get("text/html").getAsString());
        assertEquals("<b>100 %</b>", second.getAsJsonObject("data").get("text/html").getAsString());
        assertEquals(first.getAsJsonObject("transient").get("display_id"), second.getAsJsonObject("transient").get("display_id"));
    }

    @Test
    void tellsAnExceptionWithItsCausesAndItsPlaceInTheCell() {
        Outcome outcome = client.execute("""
                // a comment first

                void low() {
                    throw new IllegalArgumentException("the cause");
                }
                void high() {
                    try {
                        low();
                    } catch (IllegalArgumentException e) {
                        throw new IllegalStateException("the effect", e);
                    }
                }
                List.of(1).forEach(i ->
                    high());""");
        int cell = outcome.reply().content().get("execution_count").getAsInt();
        assertEquals("error", outcome.reply().text("status"));
        assertEquals("IllegalStateException", outcome.of("error").get(0).text("ename"));
        assertEquals("the effect", outcome.of("error").get(0).text("evalue"));
        assertEquals("""
                java.lang.IllegalStateException: the effect
                    at high, cell N, line 10
                    at lambda, cell N, line 14
                    at cell N, line 13
                Caused by: java.lang.IllegalArgumentException: the cause
                    at low, cell N, line 4
                    at high, cell N, line 8
                """.replace("N", "" + cell), outcome.traceback());
    }

    @Test
    void tellsAnErrorWithoutMessage() {
        Outcome error = client.execute("throw new AssertionError();");
        assertTrue(error.traceback().startsWith("java.lang.AssertionError\n"), error.traceback());
        Outcome exception = client.execute("throw new RuntimeException();");
        assertEquals("", exception.of("error").get(0).text("evalue")); // nbformat requires one
    }

    @Test
    void survivesARendererThatFails() {
        client.execute("class Vain { public String toString() { throw new StackOverflowError(\"me\"); } }");
        assertTrue(client.execute("new Vain()").traceback().startsWith("java.lang.StackOverflowError: me"));
        assertEquals("2", client.execute("1 + 1").result().get("text/plain").getAsString());
    }

    @Test
    void runsACellAgain() {
        String cell = "\n".repeat(20_000) + "record Point(int x) { }\nint norm(Point p) { return p.x(); }\nint n = norm(new Point(3));\nn";
        for (int i = 0; i < 2; i++) {
            assertEquals("3", client.execute(cell).result().get("text/plain").getAsString());
        }
        client.execute("record Point(int x, int y) { }");
        assertEquals("1", client.execute("norm(new Point(1, 2))").result().get("text/plain").getAsString());
    }

    @Test
    void doesNotRunCellsThatWaitBehindAFailure() {
        client.execute("int runs = 0;");
        String failing = client.startExecution("throw new RuntimeException(\"stop here\");");
        String second = client.startExecution("runs++;");
        String third = client.startExecution("runs++;");
        assertEquals("error", client.outcome(failing).reply().text("status"));
        assertEquals("aborted", client.outcome(second).reply().text("status"));
        assertEquals("aborted", client.outcome(third).reply().text("status"));
        assertEquals("0", client.execute("runs").result().get("text/plain").getAsString()); // sent after the failure
    }

    @Test
    void pointsAtWhatDoesNotCompile() {
        Outcome outcome = client.execute("int fine = 1;\n\nint wrong =\n    \"text\";");
        int cell = outcome.reply().content().get("execution_count").getAsInt();
        assertEquals("cell " + cell + ", line 4\n"
                + "        \"text\";\n"
                + "        ^^^^^^\n"
                + "incompatible types: java.lang.String cannot be converted to int\n", outcome.traceback());
        assertEquals("1", client.execute("fine").result().get("text/plain").getAsString());
    }

    @Test
    void namesWhatIsNotDefined() {
        Outcome outcome = client.execute("int needs() { return missing; }\nneeds()");
        assertTrue(outcome.traceback().contains("not defined: variable missing"), outcome.traceback());
    }

    @Test
    void refusesHalfAStatement() {
        assertTrue(client.execute("Math.max(1,").traceback().contains("ends in the middle of a statement"));
    }

    @Test
    void completes() {
        assertEquals(List.of("println("), completions("System.out.printl", "printl"));
        assertTrue(completions("var words = new ArrayList<String>();\nwords.addA", "addA").contains("addAll("));
        assertTrue(completions("import java.time.LocalDate;\nint unused() { return 1; }\n\"text\".isBl", "isBl")
                .contains("isBlank()"));
        assertEquals(List.of(), completions("no.such.thing", "thing"));
    }

    /** Completions at the end of the code; all must replace exactly the last word. */
    private static List<String> completions(String code, String word) {
        Message reply = client.ask("complete_request", at(code, code.length()));
        List<String> found = new ArrayList<>();
        JsonArray matches = reply.content().getAsJsonArray("matches");
        matches.forEach(match -> found.add(match.getAsString()));
        if (!found.isEmpty()) {
            assertEquals(code.length() - word.length(), reply.content().get("cursor_start").getAsInt());
            assertEquals(code.length(), reply.content().get("cursor_end").getAsInt());
        }
        return found;
    }

    @Test
    void inspects() {
        client.execute("double half(double number) { return number / 2; }");
        assertTrue(inspection("half(3)", 2).contains("double half(double number)"));
        assertTrue(inspection("int a = 1;\nMath.floorMod(a, 3)", 20).contains("Math.floorMod("));
        assertEquals("", inspection("nothingKnown", 3));
    }

    private static String inspection(String code, int position) {
        JsonObject content = at(code, position);
        content.addProperty("detail_level", 0);
        JsonObject reply = client.ask("inspect_request", content).content();
        assertEquals("ok", reply.get("status").getAsString());
        return reply.get("found").getAsBoolean() ? reply.getAsJsonObject("data").get("text/plain").getAsString() : "";
    }

    private static JsonObject at(String code, int position) {
        JsonObject content = new JsonObject();
        content.addProperty("code", code);
        content.addProperty("cursor_pos", position);
        return content;
    }

    @Test
    void knowsCompleteCode() {
        assertEquals("complete", completeness("int x = 1;\nx + 1").text("status"));
        assertEquals("complete", completeness("").text("status"));
        assertEquals("invalid", completeness("int int int)").text("status"));
        Message open = completeness("  for (int i = 0; i < 3; i++) {");
        assertEquals("incomplete", open.text("status"));
        assertEquals("      ", open.text("indent"));
    }

    private static Message completeness(String code) {
        JsonObject content = new JsonObject();
        content.addProperty("code", code);
        return client.ask("is_complete_request", content);
    }

    @Test
    void remembersWhatItRan() {
        int first = count(client.execute("int remembered = 1;"));
        client.execute("int other = 2; other + 1");
        client.execute("int remembered = 1;");
        assertEquals("[[1," + (first + 1) + ",\"int other = 2; other + 1\"],[1," + (first + 2) + ",\"int remembered = 1;\"]]",
                history("{hist_access_type: tail, n: 2}"));
        assertEquals("[[1," + first + ",[\"int remembered = 1;\",null]],"
                        + "[1," + (first + 1) + ",[\"int other = 2; other + 1\",\"3\"]]]",
                history("{hist_access_type: range, session: 0, output: true, "
                        + "start: " + first + ", stop: " + (first + 2) + "}"));
        assertEquals("[[1," + (first + 2) + ",\"int remembered = 1;\"]]",
                history("{hist_access_type: search, pattern: 'int [p-r]ememb?red*', unique: true}"));
        assertEquals("[[1," + first + ",\"int remembered = 1;\"],[1," + (first + 2) + ",\"int remembered = 1;\"]]",
                history("{hist_access_type: search, pattern: 'int remembered*', n: 5}"));
        assertEquals("[]", history("{hist_access_type: range, session: -1, start: 0}"));
    }

    private static int count(Outcome outcome) {
        return outcome.reply().content().get("execution_count").getAsInt();
    }

    private static String history(String request) {
        JsonObject reply = client.ask("history_request", JsonParser.parseString(request).getAsJsonObject()).content();
        assertEquals("ok", reply.get("status").getAsString());
        return reply.getAsJsonArray("history").toString();
    }

    /** 100,000 lines, as IPython delivers them: all, in order, the end included. */
    @Test
    void losesNoOutput() {
        Outcome outcome = client.execute("""
                for (int i = 0; i < 100_000; i++) {
                    System.out.println("line " + i);
                }
                display("<b>shown</b>", "text/html");
                System.out.println("after");
                "RESULT\"""");
        String expected = IntStream.range(0, 100_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining())
                + "after\n";
        assertEquals(expected.hashCode(), outcome.stream("stdout").hashCode());
        assertEquals("RESULT", outcome.result().get("text/plain").getAsString());
        assertEquals(List.of("status", "execute_input", "display_data", "execute_result", "status"),
                outcome.published().stream().map(Message::type).filter(type -> !type.equals("stream")).toList());
        assertTrue(outcome.published().size() < 1000, "a server passes on 1,000 messages a second");
    }

    /** JShell itself takes each of these. */
    @ParameterizedTest
    @ValueSource(strings = {
        "sealed interface S permits A, B { }\nrecord A() implements S { }\nrecord B() implements S { }\nnew A() instanceof S",
        "class Node { Tree tree = new Tree(); }\nclass Tree { Node node; }\nnew Node().tree.node == null",
        "interface Form { static Form unit() { return new Square(1); } }\nrecord Square(double s) implements Form { }\n"
                + "Form.unit().equals(new Square(1))",
        "int area(Box box) { return box.w(); }\nrecord Box(int w) { }\narea(new Box(3)) == 3",
        "enum Hue { RED; Paint paint() { return new Paint(this); } }\nrecord Paint(Hue hue) { }\n"
                + "Hue.RED.paint().hue() == Hue.RED",
        "int later() { return there() + soon; }\nint soon = 5;\nint there() { return 2; }\nlater() == 7"})
    void declaresWhatNamesEachOther(String cell) {
        for (int run = 0; run < 2; run++) { // a cell is run again
            assertEquals("true", client.execute(cell).result().get("text/plain").getAsString());
        }
    }

    /** Where JShell leaves a variable without its first value. */
    @Test
    void givesAVariableItsFirstValueWhereItsTypeComesLater() {
        Outcome outcome = client.execute("""
                System.out.println(1);
                List<Later> list = new ArrayList<>(List.of(new Later()));
                System.out.println(3);
                class Later { Latest latest = new Latest(); }
                class Latest { { System.out.println(2); } }
                list.size()""");
        assertEquals("1", outcome.result().get("text/plain").getAsString());
        assertEquals("1\n2\n3\n", outcome.stream("stdout"));
    }

    @Test
    void tellsAtTheEndWhatIsStillUndefined() {
        Outcome outcome = client.execute("class Half { Nowhere n; }\nSystem.out.println(\"ran\");\nclass Other { Neither n; }");
        assertEquals("ran\n", outcome.stream("stdout"));
        assertTrue(outcome.traceback().contains("not defined: class Nowhere"), outcome.traceback());
        assertTrue(outcome.traceback().contains("not defined: class Neither"), outcome.traceback());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"%maven a:b:1 | pom.xml", "%%time | nanoTime", "!ls -la | ProcessBuilder",
        "/vars | Press Tab", "?String | Shift+Tab"})
    void saysWhatStandsForAMagic(String line, String advice) {
        Outcome outcome = client.execute("int before = 7;\n" + line + "\nint after = 8;");
        assertTrue(outcome.traceback().contains(advice), outcome.traceback());
        assertEquals("7", client.execute("before").result().get("text/plain").getAsString());
    }

    @Test
    void shortensATraceWithoutEnd() {
        Outcome outcome = client.execute("int deep(int n) { return deep(n + 1) + 1; }\ndeep(0)");
        assertEquals("StackOverflowError", outcome.of("error").get(0).text("ename"));
        assertTrue(outcome.traceback().contains("lines left out"), outcome.traceback());
        assertTrue(outcome.traceback().lines().count() < 50, outcome.traceback());
        Outcome circle = client.execute("var one = new RuntimeException(\"one\");\n"
                + "var two = new RuntimeException(\"two\", one);\none.initCause(two);\nthrow one;");
        assertEquals("one", circle.of("error").get(0).text("evalue"));
        assertTrue(circle.traceback().lines().count() < 50, circle.traceback());
    }

    /** IPython and its client: what is damaged is dropped, the next message answered. */
    @Test
    void dropsDamagedMessages() {
        for (List<String> frames : List.of(List.of(""), List.of("a", "b"), List.of("<IDS|MSG>"),
                List.of("<IDS|MSG>", "s", "{}", "{}"), List.of("<IDS|MSG>", "wrong", "{}", "{}", "{}", "{}"))) {
            client.sendDamaged(frames);
        }
        for (String header : List.of("", "{", "[]", "{}", "{\"msg_id\":\"1\",\"msg_type\":\"none\"}",
                "{\"msg_id\":\"1\",\"msg_type\":\"execute_request\"}", "[".repeat(50_000))) {
            client.sendSigned(header);
        }
        assertEquals("2", client.execute("1 + 1").result().get("text/plain").getAsString());
        assertEquals("interrupt_reply", client.askControl("interrupt_request", new JsonObject()).type());
    }

    /** The control channel answers while a cell runs, and JShell's compiler serves one thread. */
    @Test
    void asksJShellOnTheShellChannelAlone() {
        for (String type : List.of("execute_request", "complete_request", "inspect_request", "is_complete_request")) {
            assertEquals("kernel_info_reply", client.firstOnControl(type, at("Mat", 3)).type(), type);
        }
        JsonObject tail = JsonParser.parseString("{hist_access_type: tail, n: 2}").getAsJsonObject();
        assertEquals("history_reply", client.askControl("history_request", tail).type());
    }

    @Test
    void interruptsASleepingCell() {
        Outcome outcome = interrupted("Thread.sleep(3_600_000);");
        assertEquals("InterruptedException", outcome.of("error").get(0).text("ename"));
    }

    @Test
    void interruptsASpinningCell() {
        Outcome outcome = interrupted("long spins = 0; while (true) { spins++; }");
        assertEquals("InterruptedException", outcome.of("error").get(0).text("ename"));
    }

    @Test
    void interruptsACellThatWillNotHear() {
        Outcome outcome = interrupted(
                "while (true) { try { Thread.sleep(3_600_000); } catch (InterruptedException e) { } }");
        assertEquals("InterruptedException", outcome.of("error").get(0).text("ename"));
    }

    /** A wait inside the operating system hears neither an interrupt nor JShell's stop. */
    @Test
    void leavesACellThatNothingReaches() {
        Outcome outcome = interrupted("{ System.out.println(\"running\"); new ServerSocket(0).accept(); }", "");
        assertEquals("InterruptedException", outcome.of("error").get(0).text("ename"));
        assertTrue(outcome.of("error").get(0).text("evalue").contains("accept"), outcome.traceback());
        assertFalse(outcome.traceback().contains("s4s.kernel"), outcome.traceback());
    }

    @Test
    void interruptsTheTextOfAValue() {
        client.execute("class Endless { public String toString() { System.out.println(\"running\"); while (true) { } } }");
        assertEquals("InterruptedException", interrupted("new Endless()", "").of("error").get(0).text("ename"));
    }

    @Test
    void hidesItsOwnFramesAfterAForcedStop() {
        Outcome outcome = interrupted("while (true) { System.out.println(\"on and on\"); }", "");
        assertFalse(outcome.traceback().contains("s4s.kernel"), outcome.traceback());
        assertTrue(outcome.traceback().contains("at cell " + count(outcome)), outcome.traceback());
    }

    /** Runs code, interrupts it when it has begun, and looks whether the kernel still knows its variables. */
    private static Outcome interrupted(String code) {
        return interrupted("System.out.println(\"running\");\n" + code, "\nkept.clear();");
    }

    private static Outcome interrupted(String code, String after) {
        client.execute("var kept = new ArrayList<>(List.of(\"state\"));");
        String id = client.startExecution(code + after);
        client.await(id, m -> m.type().equals("stream"));
        assertEquals("interrupt_reply", client.askControl("interrupt_request", new JsonObject()).type());
        Outcome outcome = client.outcome(id);
        assertEquals("error", outcome.reply().text("status"));
        assertEquals("[state]", client.execute("kept").result().get("text/plain").getAsString());
        return outcome;
    }

    @Test
    void ignoresAnInterruptWhenNothingRuns() {
        assertEquals("interrupt_reply", client.askControl("interrupt_request", new JsonObject()).type());
        assertEquals("2", client.execute("1 + 1").result().get("text/plain").getAsString());
    }

    @Test
    void endsWhileACellSpins() throws Exception {
        try (KernelClient other = new KernelClient(folder)) {
            Process spinning = KernelProcess.start(other.connectionFile());
            try {
                other.waitUntilReady();
                String id = other.startExecution("System.out.println(\"running\"); while (true) { }");
                other.await(id, m -> m.type().equals("stream"));
                JsonObject end = new JsonObject();
                end.addProperty("restart", true);
                assertEquals("shutdown_reply", other.askControl("shutdown_request", end).type());
                assertTrue(spinning.waitFor(60, TimeUnit.SECONDS), "still runs after its shutdown");
            } finally {
                spinning.destroyForcibly();
            }
        }
    }

    @Test
    void endsWhenItsParentDies() throws Exception {
        try (KernelClient other = new KernelClient(folder)) {
            Process parent = KernelProcess.startBehindShell(other.connectionFile());
            ProcessHandle orphan = null;
            try {
                other.waitUntilReady();
                orphan = parent.children().findFirst().orElseThrow();
                other.startExecution("while (true) { }"); // even a busy one
                parent.destroyForcibly().waitFor();
                orphan.onExit().get(60, TimeUnit.SECONDS);
                assertFalse(orphan.isAlive());
            } finally {
                parent.destroyForcibly();
                if (orphan != null) {
                    orphan.destroyForcibly();
                }
            }
        }
    }
}
