package s4s.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    void hasNoHistoryButAnswers() {
        JsonObject content = new JsonObject();
        content.addProperty("hist_access_type", "tail");
        content.addProperty("n", 5);
        content.addProperty("raw", true);
        content.addProperty("output", false);
        assertEquals(0, client.ask("history_request", content).content().getAsJsonArray("history").size());
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

    /** Runs code, interrupts it when it has begun, and looks whether the kernel still knows its variables. */
    private static Outcome interrupted(String code) {
        client.execute("var kept = new ArrayList<>(List.of(\"state\"));");
        String id = client.startExecution("System.out.println(\"running\");\n" + code + "\nkept.clear();");
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
