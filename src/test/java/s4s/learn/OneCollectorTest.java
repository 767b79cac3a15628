package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.sampling.Backpropagation;
import s4s.schedule.Edm;
import s4s.solver.Prediction;
import s4s.solver.Solvers;

/** A process has one gradient collector, which learning in several threads must share. */
class OneCollectorTest {

    private static double[] learn(Progress progress) throws Exception {
        try (NDManager manager = NDManager.newBaseManager()) {
            Denoiser denoiser = Golden.mixture("smooth", new Edm(), Prediction.DATA);
            var teacher = Solvers.named("unipc-3-bh1").on(GridType.EDM, denoiser.schedule(), 30);
            Family family = Families.S4S_JOINT.on(new Edm(), Solvers.named("dpmpp-3m"), GridType.EDM, 4, OptionalInt.empty());
            try (Learner learner = new Learner(manager, family, DiffusionModel.of(denoiser), Distance.l1(),
                    TeacherPairs.draw(manager, DiffusionModel.of(denoiser), teacher, SeedRange.TRAINING, 16, 16, done -> {}),
                    TeacherPairs.draw(manager, DiffusionModel.of(denoiser), teacher, SeedRange.VALIDATION, 16, 16, done -> {}),
                    Plan.gaussNewton(4), 0, Optional.empty(), Map.of())) {
                Learner.Learned learned = learner.run(progress);
                assertEquals(Learner.Outcome.LEARNED, learned.outcome(), learned.ended());
                return learned.theta();
            }
        }
    }

    /** Two learners, and what a trainer does, in steps together: as one after the other. */
    @Test
    void learnersAndATrainerInThreadsOfTheirOwnAreRight() throws Exception {
        double[] alone = learn(Progress.none());
        CyclicBarrier together = new CyclicBarrier(3);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<double[]>> results = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                results.add(threads.submit(() -> {
                    together.await();
                    return learn(Progress.none());
                }));
            }
            Callable<double[]> gradients = () -> {
                together.await();
                double[] found = new double[200];
                try (NDManager manager = NDManager.newBaseManager()) {
                    NDArray x = manager.create(new float[] {3});
                    x.setRequiresGradient(true);
                    for (int i = 0; i < found.length; i++) {
                        Backpropagation.collect(collector -> {
                            collector.backward(x.square());
                            return null;
                        });
                        found[i] = x.getGradient().getFloat();
                        x.getGradient().muli(0);
                    }
                }
                return found;
            };
            for (double gradient : threads.submit(gradients).get()) {
                assertEquals(6, gradient);
            }
            for (Future<double[]> result : results) {
                assertArrayEquals(alone, result.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Neither divergence nor a wrong number, and nothing is switched on afterwards. */
    @Test
    void aCollectorOfTheCallersIsNamed() throws Exception {
        Engine engine = Engine.getInstance();
        boolean before = JniUtils.isGradMode();
        try (GradientCollector collector = engine.newGradientCollector()) {
            Future<String> refusal;
            ExecutorService thread = Executors.newSingleThreadExecutor();
            try {
                refusal = thread.submit(() -> {
                    JniUtils.setGradMode(false);
                    String message = assertThrows(IllegalStateException.class, () -> learn(Progress.none())).getMessage();
                    assertFalse(JniUtils.isGradMode());
                    return message;
                });
                assertTrue(refusal.get().contains("is open outside of s4s"), refusal.get());
            } finally {
                thread.shutdownNow();
            }
            assertTrue(assertThrows(IllegalStateException.class, () -> learn(Progress.none())).getMessage()
                    .contains("is open outside of s4s"));
        }
        assertEquals(before, JniUtils.isGradMode());
        learn(Progress.none());
    }
}
