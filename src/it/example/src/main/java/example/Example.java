package example;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import s4s.data.ImageSet;
import s4s.data.Pictures;
import s4s.io.Progress;
import s4s.learn.Distance;
import s4s.learn.Families;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.learn.SeedRange;
import s4s.learn.TeacherPairs;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.Models;
import s4s.run.Program;
import s4s.run.Sampling;
import s4s.schedule.GridType;
import s4s.solver.Solver;
import s4s.solver.Solvers;
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
            DiffusionModel model = models.diffusion(name, 1, manager);

            Solver solver = SolverFile.read(file).on(model.schedule());
            long[] seeds = LongStream.range(0, 16).toArray();
            ImageSet images = Sampling.pictures(manager, model, Program.of(solver, model), seeds, 16, "example", done -> {});
            Pictures.writePng(Path.of("example.png"), Pictures.grid(images, 8, 2, 2));
            System.out.println("example.png: " + images.count() + " images of " + name + ", " + solver.evaluations()
                    + " network calls each");

            Solver teacher = Solvers.named("unipc-3-bh1").on(GridType.LOGSNR, model.schedule(), 20);
            Recipe.Setting setting = new Recipe.Setting(manager, name, models.card(name).weightsSha256(), model,
                    "unipc-3-bh1 logsnr 20 NFE", Distance.l2(), "l2",
                    TeacherPairs.draw(manager, model, teacher, SeedRange.TRAINING, 64, 64, done -> {}),
                    TeacherPairs.draw(manager, model, teacher, SeedRange.VALIDATION, 128, 64, done -> {}));
            Recipe.Result result = Recipe.usual(Families.S4S_JOINT, "dpmpp-3m", GridType.LOGSNR, 4).withPairs(64)
                    .with(Plan.gaussNewton(4), "gauss-newton, 4 steps")
                    .learn(setting, Optional.empty(), "example", Progress.none());
            result.file().write(Path.of("learned.json"));
            System.out.println("learned.json: validation " + result.learned().validation() + ", the start's "
                    + result.learned().history().get(0).validation());
        }
    }
}
