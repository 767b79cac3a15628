package s4s.kernel;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A Jupyter kernelspec: how a front end starts a kernel.
 *
 * @param argv command line; {@code {connection_file}} stands for the file that the front end writes
 * @param displayName name in the front end's menus
 * @param language {@code java}
 * @param interruptMode {@code message}: a request on the control channel, as a JVM has no other ear
 * @param env variables added to the front end's environment
 */
public record KernelSpec(
        List<String> argv,
        @SerializedName("display_name") String displayName,
        String language,
        @SerializedName("interrupt_mode") String interruptMode,
        Map<String, String> env) {

    /** Copies its arguments. */
    public KernelSpec {
        argv = List.copyOf(argv);
        env = Map.copyOf(env);
    }

    /**
     * The project's own kernel.
     *
     * @param java the JVM's executable, absolute
     * @param options options of the JVM
     * @param classPath class path of the project
     * @param env variables for the kernel
     */
    public static KernelSpec own(Path java, List<String> options, String classPath, Map<String, String> env) {
        List<String> argv = new ArrayList<>();
        argv.add(java.toString());
        argv.addAll(options);
        argv.addAll(List.of("-cp", classPath, KernelMain.class.getName(), "{connection_file}"));
        return new KernelSpec(argv, "Java (S4S)", "java", "message", literal(env));
    }

    /**
     * An installed IJava, started by the same JVM, with the project on its class path.
     *
     * @param installed what {@code jupyter kernelspec list --json} printed
     * @return empty if there is no IJava in it
     */
    public static Optional<KernelSpec> ijava(
            String installed, Path java, List<String> options, String classPath, Map<String, String> env) {
        JsonObject specs = specs(installed);
        for (Map.Entry<String, JsonElement> entry : specs.entrySet()) {
            JsonObject found = entry.getValue().getAsJsonObject();
            JsonObject spec = found.getAsJsonObject("spec");
            String folder = found.has("resource_dir") ? found.get("resource_dir").getAsString() : "";
            List<String> argv = strings(spec.getAsJsonArray("argv"), folder);
            if (argv.size() > 1 && argv.stream().anyMatch(word -> word.toLowerCase(Locale.ROOT).contains("ijava"))) {
                List<String> command = new ArrayList<>();
                command.add(java.toString());
                command.addAll(options);
                command.addAll(argv.subList(1, argv.size()));
                Map<String, String> all = new TreeMap<>();
                if (spec.has("env")) {
                    spec.getAsJsonObject("env").entrySet().forEach(e -> all.put(e.getKey(), e.getValue().getAsString()));
                }
                all.putAll(literal(env));
                all.put("IJAVA_CLASSPATH", escape(classPath));
                return Optional.of(new KernelSpec(command, "Java (IJava, S4S)", "java", "message", all));
            }
        }
        return Optional.empty();
    }

    private static JsonObject specs(String installed) {
        try {
            JsonObject listing = new Gson().fromJson(installed, JsonObject.class);
            return listing != null && listing.has("kernelspecs") ? listing.getAsJsonObject("kernelspecs") : new JsonObject();
        } catch (JsonParseException | ClassCastException e) {
            return new JsonObject(); // a Jupyter without the command: no kernels known
        }
    }

    private static List<String> strings(JsonArray words, String folder) {
        List<String> strings = new ArrayList<>();
        words.forEach(word -> strings.add(word.getAsString().replace("{resource_dir}", folder)));
        return strings;
    }

    private static Map<String, String> literal(Map<String, String> env) {
        return env.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> escape(e.getValue())));
    }

    /** Jupyter replaces {@code $NAME} in the values of env; a dollar of ours is a dollar. */
    private static String escape(String value) {
        return value.replace("$", "$$");
    }

    /** Writes {@code kernel.json} into a folder, which is made if it is missing. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path temporary = Files.createTempFile(folder, "kernel", ".tmp");
        Files.writeString(temporary, new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(this) + "\n");
        Files.move(temporary, folder.resolve("kernel.json"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Writes the kernelspec for the launcher: IJava's where standard input lists one, else the project's own.
     *
     * @param args folder to write into, root of the repository, then the options of the JVM
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Path home = Path.of(args[1]);
        List<String> options = List.of(args).subList(2, args.length);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String classPath = home.resolve("target/s4s.jar") + System.getProperty("path.separator")
                + home.resolve("target/lib");
        // a JVM takes the letters of file names from the locale; the launcher has one of UTF-8
        String locale = Optional.ofNullable(System.getenv("LC_ALL")).filter(name -> !name.isBlank()).orElse("C.UTF-8");
        Map<String, String> env = Map.of("S4S_HOME", home.toString(), "LC_ALL", locale);
        String installed = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        ijava(installed, java, options, classPath + "/*.jar", env)
                .orElseGet(() -> own(java, options, classPath + "/*", env))
                .write(folder);
    }
}
