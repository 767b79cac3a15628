package s4s.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.report.Progress;
import s4s.verify.Report;
import s4s.verify.Result;
import s4s.verify.Vectors;
import s4s.verify.Verification;

/** {@code s4s verify}: this library against vectors of the official implementations. */
@Command(name = "verify", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Runs this library on vectors that official implementations made (a folder with index.json and npz files)"
            + " and prints for each solver how many cases pass and the worst error, max|x - x_ref| / max(1, max|x_ref|).",
            "Exit code 1 if a case fails."})
final class VerifyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The folder of the vectors.")
    private Path folder;

    @Option(names = "--tolerance", defaultValue = "" + Verification.TOLERANCE,
            description = "Largest error that passes (default ${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(names = "--only", paramLabel = "REGEX",
            description = "Only cases whose solver or id matches somewhere, for instance unipc or \"/nfe6\".")
    private Optional<Pattern> only;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (Vectors vectors = Vectors.open(folder); Progress progress = Progress.terminal(System.err, "verify")) {
            Report report = Verification.run(vectors, tolerance,
                    name -> only.isEmpty() || only.get().matcher(name).find(),
                    (done, all) -> progress.update(done, all, "cases"));
            report.print(spec.commandLine().getOut());
            return report.count(Result.Status.FAILED) == 0 ? 0 : 1;
        }
    }
}
