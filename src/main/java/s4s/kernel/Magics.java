package s4s.kernel;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines that other kernels take for commands of theirs, and what stands for them in Java. */
final class Magics {

    /** No Java begins like this: {@code %maven}, {@code %%time}, {@code /vars}, {@code ?String}. */
    private static final Pattern COMMAND = Pattern.compile("(%%?|/|\\?)([A-Za-z!?-][\\w-]*).*", Pattern.DOTALL);

    /** Some does: {@code !done}; so this is a command only if it is no Java. */
    private static final Pattern SHELL = Pattern.compile("!\\s*([A-Za-z./][^\\n]*).*", Pattern.DOTALL);

    private static final List<String> LIBRARIES = List.of("maven", "jars", "classpath", "loadFromPOM", "mavenRepo",
            "addMavenDependency", "jar", "dependency", "pip", "conda", "env");

    private Magics() {}

    /** Whether a statement is a command and cannot be Java. */
    static boolean isCommand(String statement) {
        return COMMAND.matcher(statement).matches();
    }

    /** What to write instead of a statement that the compiler refused; empty if it is no command. */
    static Optional<String> advice(String statement) {
        Matcher shell = SHELL.matcher(statement);
        if (shell.matches()) {
            String program = shell.group(1).strip().split("\\s+")[0];
            return Optional.of("If a program was meant: '!' runs none here. Write new String(new ProcessBuilder(\"" + program
                    + "\").start().getInputStream().readAllBytes())");
        }
        Matcher command = COMMAND.matcher(statement);
        return command.matches() ? Optional.of(advice(command.group(1), command.group(2))) : Optional.empty();
    }

    private static String advice(String mark, String name) {
        String said = "Magics and commands such as " + mark + name + " are not supported here, only Java. ";
        if (mark.equals("/")) {
            return said + "Press Tab for the names that are defined; run a cell again to change what it declares";
        }
        if (mark.equals("?")) {
            return said + "Press Shift+Tab on a name for its documentation";
        }
        if (LIBRARIES.contains(name)) {
            return said + "Libraries come from the project's pom.xml: add the dependency there, then restart the kernel";
        }
        if (name.startsWith("time")) {
            return said + "Write long start = System.nanoTime(); before and (System.nanoTime() - start) / 1e9 after the code";
        }
        return said + "Take the line out, and write what it does in Java";
    }
}
