package s4s.docs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of src/site/markdown/architecture.md, the one list of packages and floors, against the code. */
class ArchitectureTest {

    private static final String ROOT = "s4s.";
    private static final JavaClasses CODE =
            new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("s4s");

    /** The floor of each package. */
    private static Map<String, Integer> floors() throws IOException {
        Map<String, Integer> floors = new TreeMap<>();
        Pattern.compile("^\\| (\\d+) \\| `([\\w.]+)` \\|", Pattern.MULTILINE).matcher(Pages.read("architecture.md")).results()
                .forEach((MatchResult row) -> floors.put(ROOT + row.group(2), Integer.valueOf(row.group(1))));
        return floors;
    }

    @Test
    void thePageListsThePackagesOfTheCode() throws IOException {
        TreeSet<String> packages = new TreeSet<>();
        CODE.forEach(type -> packages.add(type.getPackageName()));
        packages.remove("s4s");
        assertEquals(packages, new TreeSet<>(floors().keySet()));
    }

    @Test
    void packagesUseLowerFloorsOnly() throws IOException {
        Map<String, Integer> floors = floors();
        assertTrue(floors.size() > 10, floors.toString());
        for (String name : floors.keySet()) {
            String[] others = floors.keySet().stream()
                    .filter(other -> !other.equals(name) && floors.get(other) >= floors.get(name)).toArray(String[]::new);
            if (others.length > 0) {
                noClasses().that().resideInAPackage(name).should().dependOnClassesThat().resideInAnyPackage(others)
                        .because(name + " is on floor " + floors.get(name) + " of architecture.md").check(CODE);
            }
        }
    }
}
