package s4s.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import java.nio.file.AccessDeniedException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DevicesTest {

    private static String refusal(String name, int gpus) {
        return assertThrows(IllegalArgumentException.class, () -> Devices.named(name, gpus)).getMessage();
    }

    @Test
    void namesOfDevices() {
        for (String cpu : new String[] {"", "cpu", " CPU "}) {
            assertEquals(Device.cpu(), Devices.named(cpu, 2));
        }
        assertEquals(Device.gpu(0), Devices.named("cuda", 1));
        assertEquals(Device.gpu(1), Devices.named("cuda:1", 2));
    }

    @Test
    void whatIsNotHereIsSaid() {
        assertTrue(refusal("gpu", 1).contains("give cpu, cuda or cuda:1"));
        assertTrue(refusal("cuda", 0).contains("sees no CUDA device") && refusal("cuda", 0).contains("S4S_DEVICE"));
        assertTrue(refusal("cuda:2", 2).contains("cuda:0 to cuda:1"));
    }

    @Test
    void managersAreOnTheChosenDevice() {
        try (NDManager manager = Devices.manager()) {
            assertEquals(Devices.chosen(), manager.getDevice());
        }
    }

    /** The engine's own words. */
    @Test
    void outOfMemoryIsExplained() {
        String torch = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB";
        assertTrue(Devices.outOfMemory(new IllegalStateException("x", new EngineException(torch))).orElseThrow()
                .contains("--batch"));
        assertEquals(Optional.empty(), Devices.outOfMemory(new EngineException("shapes differ")));
    }

    @Test
    void aFolderThatCannotBeWrittenNamesTheVariable() {
        EngineException engine = new EngineException("Failed to extract PyTorch native library",
                new AccessDeniedException("/home/nobody/.djl.ai/pytorch"));
        engine.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("ai.djl.pytorch.jni.LibUtils", "copyNativeLibraryFromClasspath", "LibUtils.java", 366)});
        String advice = Devices.notLoaded(new IllegalStateException(engine)).orElseThrow();
        assertTrue(advice.contains("DJL_CACHE_DIR") && advice.contains("/home/nobody/.djl.ai/pytorch"), advice);
        assertEquals(Optional.empty(), Devices.notLoaded(new EngineException("shapes differ")));
    }

    /** What the C library has, which is what OpenMP reads when it is loaded. */
    @Test
    void threadsThatWaitSleepSoon() {
        Devices.chosen();
        Devices.environment().ifPresent(c -> assertTrue(c.getenv("GOMP_SPINCOUNT") != null
                || System.getenv("OMP_WAIT_POLICY") != null));
    }
}
