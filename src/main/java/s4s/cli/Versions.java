package s4s.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Versions of what a number was computed with. */
public final class Versions implements IVersionProvider {
    /** Project version as in the jar; "development" outside of one. */
    public static String project() {
        return Optional.ofNullable(Versions.class.getPackage().getImplementationVersion()).orElse("development");
    }

    /** Project, Java, engine and machine, without starting the engine. */
    public static Map<String, String> summary() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("s4s", project());
        versions.put("java", System.getProperty("java.version"));
        versions.put("djl", ai.djl.engine.Engine.getDjlVersion());
        versions.put("machine", System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
        return versions;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"s4s " + project()};
    }
}
