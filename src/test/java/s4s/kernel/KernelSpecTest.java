package s4s.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelSpecTest {

    private static final Path JAVA = Path.of("/a jdk/bin/java");
    private static final String ODD = "/home/a \"b\" \\ $c/é\n'd'";
    private static final Map<String, String> ENV = Map.of("S4S_HOME", ODD);

    @Test
    void isValidJsonWhateverThePath(@TempDir Path folder) throws IOException {
        Path target = folder.resolve("new").resolve("java");
        KernelSpec.own(JAVA, List.of("-Xmx2g"), ODD + "/*", ENV).write(target);
        JsonObject json = new Gson().fromJson(Files.readString(target.resolve("kernel.json")), JsonObject.class);
        List<String> argv = json.getAsJsonArray("argv").asList().stream().map(word -> word.getAsString()).toList();
        assertEquals(List.of("/a jdk/bin/java", "-Xmx2g", "-cp", ODD + "/*", "s4s.kernel.KernelMain", "{connection_file}"), argv);
        assertEquals("message", json.get("interrupt_mode").getAsString());
        assertEquals("java", json.get("language").getAsString());
        assertTrue(json.has("display_name"));
        // Jupyter puts variables in place of $c, and a dollar in place of $$
        assertEquals(ODD.replace("$", "$$"), json.getAsJsonObject("env").get("S4S_HOME").getAsString());
        try (var files = Files.list(target)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void takesAnInstalledIJava() {
        String listing = """
                {"kernelspecs": {
                  "python3": {"resource_dir": "/k/python3", "spec": {"argv": ["python", "-m", "ipykernel", "-f",
                    "{connection_file}"], "env": {}, "display_name": "Python 3", "language": "python"}},
                  "java": {"resource_dir": "/k/java", "spec": {"argv": ["java", "-jar",
                    "{resource_dir}/ijava-1.3.0.jar", "{connection_file}"], "env": {"IJAVA_TIMEOUT": "9"},
                    "display_name": "Java", "language": "java"}}}}""";
        KernelSpec spec = KernelSpec.ijava(listing, JAVA, List.of("-Xmx2g"), "/p/s4s.jar:/p/lib/*.jar", ENV).orElseThrow();
        assertEquals(List.of("/a jdk/bin/java", "-Xmx2g", "-jar", "/k/java/ijava-1.3.0.jar", "{connection_file}"), spec.argv());
        assertEquals("/p/s4s.jar:/p/lib/*.jar", spec.env().get("IJAVA_CLASSPATH"));
        assertEquals("9", spec.env().get("IJAVA_TIMEOUT"));
        assertEquals("message", spec.interruptMode());
    }

    @Test
    void doesNotTakeOtherKernels() {
        String other = "{\"kernelspecs\": {\"java\": {\"resource_dir\": \"/k\", \"spec\": {\"argv\": [\"rapaio\", \"{connection_file}\"]}}}}";
        for (String listing : List.of(other, "{}", "", "jupyter: command not found")) {
            assertTrue(KernelSpec.ijava(listing, JAVA, List.of(), "cp", ENV).isEmpty(), listing);
        }
    }
}
