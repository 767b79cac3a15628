package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.display.Figures;
import s4s.io.Provenance;
import s4s.io.ResultsFile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Numbers are written and read with a decimal point and the digits 0 to 9, whatever the user's locale. */
class LocaleTest {
    /** A comma and points, Arabic digits, and a dotless i. */
    private static final List<String> LANGUAGES = List.of("de-DE", "ar-EG-u-nu-arab", "tr-TR");

    private interface Work<T> {
        T done() throws Exception;
    }

    private static <T> T in(Locale locale, Work<T> work) throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(locale);
        try {
            return work.done();
        } finally {
            Locale.setDefault(before);
        }
    }

    private static String output(String... args) {
        return Answer.ok(args).out().replaceAll("date +[-0-9T:]+Z", "");
    }

    @Test
    void commandsPrintTheSame() throws Exception {
        for (String[] args : List.of(new String[] {"solver", "show", "unipc-3-bh2", "--nfe", "4"},
                new String[] {"solver", "order", "ddim", "--nfe", "8,16,32"}, new String[] {"solvers"}, new String[] {"help"})) {
            String english = in(Locale.US, () -> output(args));
            for (String language : LANGUAGES) {
                assertEquals(english, in(Locale.forLanguageTag(language), () -> output(args)), language);
            }
        }
    }

    @Test
    void figuresAndTablesAreTheSame(@TempDir Path folder) throws Exception {
        Table table = Table.create("fd", StringColumn.create("solver", "ddim", "ddim", "ddim"),
                IntColumn.create("nfe", new int[] {3, 5, 1000}), DoubleColumn.create("fd", 1234.5, 0.25, 2.5));
        byte[] png = in(Locale.US, () -> Figures.lines(table, "nfe", "fd", "solver", "title").png());
        for (String language : LANGUAGES) {
            Locale locale = Locale.forLanguageTag(language);
            assertArrayEquals(png, in(locale, () -> Figures.lines(table, "nfe", "fd", "solver", "title").png()), language);
            Path csv = folder.resolve(language + ".csv");
            Table read = in(locale, () -> {
                ResultsFile.open(csv, table.emptyCopy(), Provenance.of("s4s")).append("ddim", 1000, 1234.5);
                return ResultsFile.read(csv).table();
            });
            assertEquals("solver,nfe,fd\nddim,1000,1234.5\n", Files.readString(csv), language);
            assertEquals(1234.5, read.doubleColumn("fd").get(0), language);
        }
    }

    /** Calls that take the locale of the user where none is named. */
    @Test
    void noSourceFormatsInTheUsersLocale() throws IOException {
        Pattern call = Pattern.compile("(String\\.format|\\.printf)\\((?!\\s*Locale\\.ROOT)|\\.formatted\\("
                + "|\\.to(Lower|Upper)Case\\(\\)|new (DecimalFormat|Formatter)\\(|(Number|Compact)Format\\.get");
        for (String root : List.of("src/main/java", "src/spark/java")) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    assertEquals(List.of(), call.matcher(Files.readString(file)).results().map(m -> m.group()).toList(),
                            file.toString());
                }
            }
        }
    }
}
