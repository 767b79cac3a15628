package s4s.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.benchmark.Convergence;
import s4s.grid.GridType;
import s4s.learn.Families;
import s4s.schedule.Edm;

/** Methods that are not the library's, see {@link TwoStepMethods}. */
class OwnMethodTest {

    @ParameterizedTest
    @ValueSource(strings = {"two-step", "two-step-plain"})
    void aTwoStepMethodConvergesWithOrderTwo(String name) {
        Method method = Solvers.named(name);
        double slope = new Convergence(new Edm()).table(List.of(method), List.of(GridType.LOGSNR), List.of(40, 80, 160))
                .doubleColumn("slope").get(0);
        assertEquals(2, slope, 0.2);
    }

    /** It is Adams-Bashforth's formula of order 2, which the library makes by quadrature. */
    @Test
    void itsNumbersAreAdamsBashforths() {
        for (String name : List.of("two-step", "two-step-plain")) {
            Solver mine = Solvers.named(name).on(GridType.EDM, new Edm(), 6);
            Solver expected = Solvers.named("ab-2").on(GridType.EDM, new Edm(), 6);
            for (int k = 1; k < mine.stages().size(); k++) {
                assertArrayEquals(expected.stages().get(k).states(), mine.stages().get(k).states(), 1e-12);
                assertArrayEquals(expected.stages().get(k).outputs(), mine.stages().get(k).outputs(), 1e-10);
            }
        }
    }

    @Test
    void itIsFoundByName() {
        assertEquals(List.of("two-step", "two-step-plain"), Solvers.provided().stream().map(Method::name).toList());
        assertEquals("two-step-afs", Solvers.named("two-step-afs").name());
        assertFalse(Solvers.all().stream().anyMatch(method -> method.name().startsWith("two-step")));
        assertTrue(message(() -> Solvers.named("three-step")).contains(", two-step, two-step-plain."));
        Method own = Method.of("three-step", Prediction.DATA, t -> {});
        assertEquals(own, Solvers.named("three-step", List.of(own)));
    }

    /** Weights of plain numbers stay where they are when times move, so learned times are refused, learned weights are not. */
    @Test
    void plainNumbersStartFamiliesWithFixedTimesOnly() {
        Method plain = Solvers.named("two-step-plain");
        for (Families family : List.of(Families.S4S_LMS, Families.S4S_JOINT, Families.LD3, Families.GS, Families.BNS)) {
            if (family.times()) {
                assertTrue(message(() -> family.on(new Edm(), plain, GridType.EDM, 5, OptionalInt.empty()))
                        .startsWith("The times of solver two-step-plain cannot be learned"));
            } else {
                family.on(new Edm(), plain, GridType.EDM, 5, OptionalInt.empty()).trace(new double[12]);
            }
            family.on(new Edm(), Solvers.named("two-step"), GridType.EDM, 5, OptionalInt.empty());
        }
    }

    @Test
    void namesThatAreTakenOrNoneAreRefused() {
        for (String taken : List.of("ddim", "euler", "dpm-3m-nolof")) {
            assertTrue(message(() -> provide(taken)).contains("\"" + taken + "\" of s4s.solver.OwnMethodTest"));
            assertTrue(message(() -> provide(taken)).endsWith("has a name that is taken; choose another."));
        }
        assertTrue(message(() -> provide("mine", "mine")).endsWith("taken; choose another."));
        for (String none : List.of("", "a b", "-x", "mine-afs", "mine.json", "a/b")) {
            assertTrue(message(() -> provide(none)).contains("needs a name"), none);
        }
        assertEquals(2, provide("mine", "mine-2").size());
    }

    private static List<Method> provide(String... names) {
        return Solvers.provided(List.of(new MethodProvider() {
            @Override
            public List<Method> methods() {
                return List.of(names).stream().map(name -> Method.of(name, Prediction.NOISE, t -> {})).toList();
            }
        }));
    }

    private static String message(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(IllegalArgumentException.class, action).getMessage();
    }
}
