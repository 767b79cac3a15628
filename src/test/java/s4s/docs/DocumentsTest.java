package s4s.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Convergence;
import s4s.cli.Main;
import s4s.grid.GridType;
import s4s.schedule.Edm;
import s4s.solver.Method;
import s4s.solver.MethodProvider;

/** What README and the pages of the site say, where a program can check it. */
class DocumentsTest {

    private static final Pattern JAVA = Pattern.compile("^```java\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern JSON = Pattern.compile("^```json\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern COMMAND = Pattern.compile("\\./s4s ([a-z-]*[a-z])");
    /** What the launcher does by itself, or with another build. */
    private static final Set<String> LAUNCHER = Set.of("notebooks", "lab", "build", "test", "check", "spark", "jmh", "help",
            "notebook-template");

    @TempDir
    private Path folder;

    @Test
    void readmeIsOnePage() throws IOException {
        assertTrue(Files.readAllLines(Pages.README).size() <= 120);
    }

    @Test
    void linksLeadToFiles() throws IOException {
        for (Path page : Pages.all()) {
            for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
                Path target = page.toAbsolutePath().getParent().resolve(link.group(1)).normalize();
                assertTrue(Files.exists(target), page + ": " + link.group());
            }
        }
    }

    @Test
    void commandsExist() throws IOException {
        Set<String> commands = new CommandLine(new Main()).getSubcommands().keySet();
        for (Path page : Pages.all()) {
            for (MatchResult call : COMMAND.matcher(Files.readString(page)).results().toList()) {
                assertTrue(LAUNCHER.contains(call.group(1)) || commands.contains(call.group(1)), page + ": " + call.group());
            }
        }
    }

    /** Snippets compile; that of README prints what it says, and the method of extending.md has the order that it claims. */
    @Test
    void snippetsCompileAndRun() throws Exception {
        List<String> files = new ArrayList<>();
        for (Path page : Pages.all()) {
            for (MatchResult snippet : JAVA.matcher(Files.readString(page)).results().toList()) {
                files.add(write(snippet.group(1), files.size()));
            }
        }
        assertTrue(files.size() >= 5, files.toString());
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", folder.toString(),
                "-cp", System.getProperty("java.class.path")));
        arguments.addAll(files);
        arguments.add("src/it/example/src/main/java/example/Example.java");
        ByteArrayOutputStream faults = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, faults, arguments.toArray(String[]::new));
        assertEquals(0, code, faults.toString(StandardCharsets.UTF_8));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            assertTrue(printed(loader.loadClass("Snippet0")).contains("(4, 3, 32, 32)"));
            MethodProvider provider = (MethodProvider) loader.loadClass("MyMethods").getConstructor().newInstance();
            Method method = provider.methods().get(0);
            double slope = new Convergence(new Edm()).table(List.of(method), List.of(GridType.LOGSNR), List.of(40, 80, 160))
                    .doubleColumn("slope").get(0);
            assertEquals(method.order(), slope, 0.2);
        }
    }

    @Test
    void theBenchmarkIsThatOfCifar10() throws IOException {
        String page = Files.readString(Path.of("src", "site", "markdown", "extending.md"));
        MatchResult json = JSON.matcher(page).results().findFirst().orElseThrow();
        Path file = Files.writeString(folder.resolve("cifar10.json"), json.group(1));
        Benchmarks all = Benchmarks.ofRepository();
        assertEquals(all.named("cifar10"), all.named(file.toString()));
    }

    private static String printed(Class<?> snippet) throws ReflectiveOperationException {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            snippet.getMethod("run", ai.djl.ndarray.NDManager.class).invoke(null, (Object) null);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** A snippet as a source file: a class of its own, or the body of a method that has a manager. */
    private String write(String snippet, int number) throws IOException {
        String type = type(snippet);
        StringBuilder source = new StringBuilder();
        for (String name : imports()) {
            source.append("import ").append(name).append(".*;\n");
        }
        if (type.isEmpty()) {
            String manager = snippet.contains("NDManager manager") ? "ignored" : "manager";
            source.append("public final class Snippet").append(number).append(" {\n    public static void run(NDManager ")
                    .append(manager).append(") throws Exception {\n").append(snippet).append("    }\n}\n");
        } else {
            source.append(snippet);
        }
        Path file = folder.resolve((type.isEmpty() ? "Snippet" + number : type) + ".java");
        Files.writeString(file, source);
        return file.toString();
    }

    /** The name of the class that a snippet is; empty if it is statements. */
    private static String type(String snippet) {
        return Pattern.compile("\\Apublic final class (\\w+)").matcher(snippet).results().findFirst()
                .map(found -> found.group(1)).orElse("");
    }

    /** All packages that are documented for users. */
    private static Set<String> imports() throws IOException {
        Set<String> names = new TreeSet<>(Set.of("java.util", "java.nio.file", "ai.djl.ndarray", "ai.djl.ndarray.types"));
        Path root = Path.of("src", "main", "java");
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(file -> file.toString().endsWith(".java") && !file.endsWith("package-info.java"))
                    .forEach(file -> names.add(root.relativize(file.getParent()).toString().replace('/', '.')));
        }
        names.removeIf(name -> name.matches("s4s\\.(cli|kernel|notebook|train)"));
        return names;
    }
}
