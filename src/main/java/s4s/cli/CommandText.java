package s4s.cli;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** The command as it was typed, for cards and provenance. */
public final class CommandText {
    private CommandText() {}

    /** {@code s4s} and the arguments, those with blanks in quotes, those of an argument file ({@code @FILE}) in its place. */
    public static String of(CommandSpec spec) {
        return "s4s " + spec.root().commandLine().getParseResult().expandedArgs().stream()
                .map(a -> a.contains(" ") ? "'" + a + "'" : a).collect(Collectors.joining(" "));
    }
}
