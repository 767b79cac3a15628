package example;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import s4s.image.ImageSet;
import s4s.image.Pictures;
import s4s.learn.Families;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.learn.Teacher;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.sampling.Sampling;
import s4s.solver.Solver;
import s4s.solver.data.SolverFile;

/**
 * Draws images with a solver file, then learns a solver with 4 network calls for the same model and writes it.
 *
 * <p>Arguments: nothing, for the model in the library's jar; or a folder of models and a solver file.
 */
public final class Example {
    private Example() {}

    public static void main(String[] args) throws IOException {
        Models models = args.length == 0 ? Models.bundled() : new Models(Path.of(args[0]));
        String name = models.names().get(0);
        Path file = args.length == 0 ? models.path(name).resolve("solvers/s4s-joint-dpmpp-3m-logsnr-nfe5.json")
                : Path.of(args[1]);
        try (NDManager manager = Devices.manager()) {
            DiffusionModel model = models.load(name, 1, manager);

            Solver solver = SolverFile.read(file).on(model.schedule());
            long[] seeds = LongStream.range(0, 16).toArray();
            ImageSet images = Sampling.pictures(manager, model, Program.of(solver, model), seeds, 16,
                    "example", done -> {});
            Pictures.writePng(Path.of("example.png"), Pictures.grid(images, 8, 2, 2));
            System.out.println("example.png: " + images.count() + " images of " + name + ", " + solver.evaluations()
                    + " network calls each");

            LearningTask task = LearningTask.draw(manager, model, Teacher.usual(), NamedDistance.l2(), 32, 32);
            Recipe.Result result = Recipe.usual(Families.S4S_JOINT, 4).withPairs(32, 32)
                    .with(Plan.gaussNewton(4), "gauss-newton, 4 steps").learn(task);
            result.file().write(Path.of("learned.json"));
            System.out.println("learned.json: validation " + result.learned().validation() + ", the start's "
                    + result.learned().history().get(0).validation());
        }
    }
}
