package s4s.grid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;

class GridNamesTest {

    private static final NoiseSchedule EDM = new Edm();

    @Test
    void parametersReachTheFormulas() {
        assertArrayEquals(Grids.polynomial(80, 0.002, 5, 6), levels("edm:5", 6));
        assertArrayEquals(Grids.power(80, 0.002, 2.5, 6), levels("sigma-poly:2.5", 6));
        assertArrayEquals(levels("edm", 6), levels("edm:7", 6));
        assertArrayEquals(levels("time-quadratic", 6), levels("time-edm:2", 6));
        assertArrayEquals(levels("time-quadratic-ld3", 6), levels("time-poly:2", 6));
        assertArrayEquals(new double[] {80, 20, 5, 1, 0.002}, levels("list:80,20,5,1,0.002", 4));
        assertArrayEquals(new double[] {80, 20, 5, 0}, levels("list:80,20,5+0", 3));
        assertArrayEquals(new double[] {80, 2, 1}, levels("list:80,2,1e+0", 2));
    }

    @Test
    void timesAreThoseOfTheSchedule() {
        NoiseSchedule sd = Discrete.stableDiffusion();
        double[] levels = GridType.named("times:1,0.7,0.001").levels(sd, 2);
        assertEquals(sd.sigmaMax(), levels[0]);
        assertEquals(0.7, sd.time(levels[1]), 1e-14);
    }

    /** AYS publishes step numbers: 999 of 1000 is the time 1. */
    @Test
    void stepNumbersAreNoTimes() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> GridType.named("times:999,499,0").levels(Discrete.stableDiffusion(), 2)).getMessage();
        assertTrue(message.contains("holds the time 999.0") && message.contains("times:1,0.5,0.001"), message);
        assertArrayEquals(GridType.named("times:1,0.5,0.001").levels(Discrete.stableDiffusion(), 2),
                GridType.named(message.substring(message.lastIndexOf("times:"), message.length() - 1))
                        .levels(Discrete.stableDiffusion(), 2));
    }

    @Test
    void listsAreReadFromFiles(@TempDir Path folder) throws IOException {
        Path json = Files.writeString(folder.resolve("grid.json"), "[80.0, 5,\n 0.002]\n");
        GridType type = GridType.named("list:@" + json);
        assertArrayEquals(new double[] {80, 5, 0.002}, type.levels(EDM, 2));
        assertEquals("list:80,5,0.002", type.id());          // a record of it can be run without the file
        Path text = Files.writeString(folder.resolve("grid.txt"), "1\n0.5\n0.001\n");
        assertEquals("times:1,0.5,0.001", GridType.named("times:@" + text).id());
        Path windows = Files.writeString(folder.resolve("windows.txt"), "\uFEFF80\r\n5\r\n0.002\r\n");
        assertEquals("list:80,5,0.002", GridType.named("list:@" + windows).id());
        Path binary = Files.write(folder.resolve("grid.bin"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertTrue(assertThrows(UncheckedIOException.class, () -> GridType.named("list:@" + binary)).getCause().getMessage()
                .contains("cannot be read as text"));
        assertMessage("no grid file", "list:@" + folder.resolve("missing.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"edm:5", "time-poly:2.5", "list:80,5,0.002", "times:1,0.5,0.001", "edm+0", "gits-sd", "time-edm:3+0"})
    void namesAndTypesBelongTogether(String name) {
        GridType type = GridType.named(name);
        assertEquals(name, type.id());
        assertEquals(type, GridType.named(type.id()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "logSNR; logsnr, edm, time-uniform", "edmx; gits-sd", "poly:3; edm:RHO", "edm:; not a number", "edm:x; \"x\"",
        "edm:-1; exponent", "edm:NaN; exponent", "list:; at least two", "list:3,x; \"x\"",
        "list:1,2; Grid list:1,2: Noise levels must decrease strictly; number 1 (2.0) follows 1.0",
        "+0; no grid \"\""})
    void wrongNamesAreRefusedWithAReason(String name, String reason) {
        assertMessage(reason, name);
    }

    private static double[] levels(String name, int steps) {
        return GridType.named(name).levels(EDM, steps);
    }

    private static void assertMessage(String part, String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> GridType.named(name)).getMessage();
        assertTrue(message.contains(part), message);
    }
}
