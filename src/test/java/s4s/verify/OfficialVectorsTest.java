package s4s.verify;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * This library against vectors of LD3, diff-sampler, EDM, k-diffusion, DPM-Solver, UniPC, DPM-Solver-v3 and GAS: those of this
 * repository, or those of the folder that the system property {@code s4s.vectors} names. Prints a line for each failure and
 * {@code N passed, N failed, N skipped} as the last.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OfficialVectorsTest {

    private static final Path OWN = Path.of("src/test/resources/golden/vectors");

    private final Optional<Path> other = Optional.ofNullable(System.getProperty("s4s.vectors")).map(Path::of);
    private final Path folder = other.orElse(OWN);
    private final Verification verification = new Verification(folder);
    private final List<Result> results = new ArrayList<>();

    @TestFactory
    Stream<DynamicTest> vectors() {
        return verification.cases().stream().map(one -> DynamicTest.dynamicTest(one.id(), () -> check(one)));
    }

    private void check(VerificationCase one) {
        Result result = one.result();
        if (other.isEmpty() && result.status() == Result.Status.SKIPPED && one.defect().isEmpty()) {
            // a name that is no longer known would make our own vectors shrink in silence
            result = new Result(one.id(), Result.Status.FAILED, result.note());
        }
        results.add(result);
        switch (result.status()) {
            case FAILED -> fail(result.toString());
            case SKIPPED -> abort(result.toString());
            default -> { }
        }
    }

    @AfterAll
    void print() throws IOException {
        System.out.println("vectors of " + folder);
        verification.absent().forEach(file -> System.out.println("absent: " + file));
        Result.print(results, System.out);
        verification.close();
    }
}
