package s4s.cli;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** The command as it was typed, for cards and provenance. */
final class CommandText {
    private CommandText() {}

    /** {@code s4s} and the arguments, those with blanks in quotes. */
    static String of(CommandSpec spec) {
        return "s4s " + spec.root().commandLine().getParseResult().originalArgs().stream()
                .map(a -> a.contains(" ") ? "'" + a + "'" : a).collect(Collectors.joining(" "));
    }
}
