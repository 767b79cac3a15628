package s4s.solver.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import s4s.io.AtomicFiles;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.io.Provenance;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Stage;

/**
 * A solver as a JSON file, version 1. Numbers are decimal texts of float64 that read back to the same bits.
 *
 * <pre>
 *   format, version    "s4s-solver", 1
 *   name, prediction   of the solver; "NOISE" or "DATA"
 *   schedule           { name, start }: what the times refer to, and the factor from unit noise to the start
 *   nodes              [ { sigma, alpha, evaluateAt, time, states, outputs }, ... ]: see {@link Stage};
 *                      alpha and time are the schedule's; evaluateAt and time only where the network is evaluated
 *   provenance         { recipe: { ... }, sessions: [ { ... } ] }: see {@link Provenance}
 * </pre>
 *
 * @param solver the numbers
 * @param schedule how the schedule that it was made for sees it
 * @param provenance how it was made: method, grid, source, command, versions and whatever else its maker says
 */
public record SolverFile(Solver solver, ScheduleView schedule, Provenance provenance) {

    private static final String FORMAT = "s4s-solver";
    private static final int VERSION = 1;

    /**
     * @throws IllegalArgumentException if solver and schedule view have different numbers of nodes
     */
    public SolverFile {
        if (schedule.times().size() != solver.stages().size()) {
            throw new IllegalArgumentException("Solver " + solver.name() + " has " + solver.stages().size()
                    + " nodes, its schedule has times for " + schedule.times().size() + ".");
        }
    }

    /** A solver made for a schedule. */
    public static SolverFile of(Solver solver, NoiseSchedule schedule, Provenance provenance) {
        return new SolverFile(solver, ScheduleView.of(solver, schedule), provenance);
    }

    /**
     * The solver, for a model with this schedule.
     *
     * @throws IllegalArgumentException if the schedule would run the solver otherwise than its own; the message says why
     */
    public Solver on(NoiseSchedule model) {
        schedule.requireFit(solver, model);
        return solver;
    }

    /** Whether {@link #on} accepts this schedule. */
    public boolean fits(NoiseSchedule model) {
        return schedule.misfit(solver, model).isEmpty();
    }

    /** Writes the file, whole or not at all. */
    public void write(Path file) throws IOException {
        AtomicFiles.write(file, json().getBytes(StandardCharsets.UTF_8));
    }

    /** The file's text, one line for each node. */
    public String json() {
        JsonObject view = new JsonObject();
        view.addProperty("name", schedule.name());
        view.addProperty("start", schedule.start());
        List<String> nodes = new ArrayList<>();
        for (int k = 0; k < solver.stages().size(); k++) {
            nodes.add("    " + node(solver.stages().get(k), schedule.alphas().get(k), schedule.times().get(k)));
        }
        return "{\n  \"format\": \"" + FORMAT + "\",\n  \"version\": " + VERSION
                + ",\n  \"name\": " + new JsonPrimitive(solver.name())
                + ",\n  \"prediction\": \"" + solver.prediction()
                + "\",\n  \"schedule\": " + view
                + ",\n  \"nodes\": [\n" + String.join(",\n", nodes) + "\n  ]"
                + ",\n  \"provenance\": " + provenance.toJson().strip().replace("\n", "\n  ") + "\n}\n";
    }

    private static JsonObject node(Stage stage, double alpha, double time) {
        JsonObject node = new JsonObject();
        node.addProperty("sigma", stage.sigma());
        node.addProperty("alpha", alpha);
        if (stage.evaluated()) {
            node.addProperty("evaluateAt", stage.evaluateAt());
            node.addProperty("time", time);
        }
        node.add("states", array(stage.states()));
        node.add("outputs", array(stage.outputs()));
        return node;
    }

    private static JsonArray array(double[] values) {
        JsonArray array = new JsonArray();
        for (double value : values) {
            array.add(value);
        }
        return array;
    }

    /**
     * Reads a file. A family's former name is read as today's, see {@link FormerNames}.
     *
     * @throws BadFileException if it is missing or no solver file of this version; the message is one line that names the fault
     */
    public static SolverFile read(Path file) throws BadFileException {
        JsonFields fields = JsonFields.read(file);
        String format = fields.text("format");
        if (!format.equals(FORMAT)) {
            throw fields.fault("format", "is \"" + format + "\", not \"" + FORMAT + "\": this is no solver file");
        }
        int version = fields.count("version");
        if (version != VERSION) {
            throw fields.fault("version", "is " + version + "; this program reads version " + VERSION);
        }
        List<Stage> stages = new ArrayList<>();
        List<Double> alphas = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        for (JsonFields node : fields.objects("nodes")) {
            boolean evaluated = node.has("evaluateAt");
            stages.add(new Stage(node.number("sigma"), evaluated ? node.number("evaluateAt") : Double.NaN,
                    node.numbers("states"), node.numbers("outputs")));
            alphas.add(node.number("alpha"));
            times.add(evaluated ? node.number("time") : Double.NaN);
        }
        JsonFields view = fields.object("schedule");
        try {
            Provenance written = Provenance.fromJson(fields.object("provenance").json());
            Provenance provenance = FormerNames.current(written);
            String name = provenance == written ? fields.text("name") : FormerNames.current(fields.text("name"));
            return new SolverFile(new Solver(name, prediction(fields), stages, bounds(provenance)),
                    new ScheduleView(view.text("name"), view.number("start"), alphas, times), provenance);
        } catch (IllegalArgumentException e) {
            throw new BadFileException(file + ": " + e.getMessage(), e);
        }
    }

    /** By what a file's maker, a learner or an importer, says of it: both have a form whose levels are learned. */
    private static Solver.Bounds bounds(Provenance provenance) {
        if (provenance.recipe().getOrDefault("family", "").equals("dyweight")) {
            return Solver.Bounds.TOLD_FREELY;
        }
        return provenance.recipe().getOrDefault("method", "").startsWith("DyWeight")
                ? Solver.Bounds.SAMPLE_BELOW : Solver.Bounds.RANGE;
    }

    private static Prediction prediction(JsonFields fields) throws BadFileException {
        String text = fields.text("prediction");
        for (Prediction prediction : Prediction.values()) {
            if (prediction.name().equals(text)) {
                return prediction;
            }
        }
        throw fields.fault("prediction", "is \"" + text + "\", not NOISE or DATA");
    }
}
