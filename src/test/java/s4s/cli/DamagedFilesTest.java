package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.Hashes;
import s4s.io.JsonFields;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.metric.Reference;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.solver.data.SolverFile;

/**
 * Files with a part left out, doubled or of another kind, chosen by a seed: each is read, or refused with one line that names the
 * file, exit code 2, and never in the words of a library.
 */
class DamagedFilesTest {
    private static final int TRIALS = 300;
    private static final String MODEL = "cifar10-mini";
    private static final Path SOLVER = Path.of("data/solvers/cifar10-mini/s4s-lms-dpmpp-3m-logsnr-nfe3.json");

    @TempDir
    private Path folder;

    private interface Reading {
        void read() throws Exception;
    }

    private static void judge(Path file, String what, Reading reading) {
        try {
            reading.read();
        } catch (Exception | StackOverflowError e) {
            Faults fault = Faults.of(e);
            String said = what + ": " + fault.line();
            assertEquals(2, fault.code(), said);
            assertTrue(fault.line().lines().count() == 1 && fault.line().contains(file.toString()), said);
            assertFalse(fault.line().matches(".*(Exception|[a-z]Error\\b|java\\.|google|s4s\\.[a-z]+\\.[A-Z]|Gson|Strictness"
                    + "|out of bounds|null value|Cannot invoke).*"), said);
        }
    }

    /** Every value of a tree, as a way to put another there. */
    private static List<Consumer<JsonElement>> places(JsonElement tree) {
        List<Consumer<JsonElement>> places = new ArrayList<>();
        if (tree instanceof JsonObject object) {
            for (String name : List.copyOf(object.keySet())) {
                places.add(value -> object.add(name, value));
                places.add(value -> object.remove(name));
                places.addAll(places(object.get(name)));
            }
        } else if (tree instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                int at = i;
                places.add(value -> array.set(at, value));
                places.add(value -> array.remove(at));
                places.add(value -> array.add(array.get(at)));
                places.addAll(places(array.get(i)));
            }
        }
        return places;
    }

    private static final List<JsonElement> VALUES = List.of(JsonNull.INSTANCE, new JsonPrimitive(-1), new JsonPrimitive(0),
            new JsonPrimitive(0.5), new JsonPrimitive(1e300), new JsonPrimitive(99999999), new JsonPrimitive(4294967296L),
            new JsonPrimitive("text"), new JsonPrimitive(""), new JsonPrimitive(true), new JsonArray(), new JsonObject());

    private static String damaged(String json, Random random) {
        JsonElement tree = JsonParser.parseString(json);
        List<Consumer<JsonElement>> places = places(tree);
        places.get(random.nextInt(places.size())).accept(VALUES.get(random.nextInt(VALUES.size())).deepCopy());
        return tree.toString();
    }

    @Test
    void solvers() throws IOException {
        Random random = new Random(1);
        String json = Files.readString(SOLVER);
        Path file = folder.resolve("damaged-solver.json");
        for (int i = 0; i < TRIALS; i++) {
            String text = damaged(json, random);
            Files.writeString(file, text);
            judge(file, text, () -> SolverFile.read(file).solver().defect());
        }
    }

    @Test
    void cards() throws IOException {
        Random random = new Random(2);
        for (String model : List.of(MODEL, "ms-coco-mini", "mini-kl", "cifar10-features")) {
            String json = Files.readString(Models.ofRepository().path(model).resolve("card.json"));
            JsonObject card = JsonParser.parseString(json).getAsJsonObject();
            card.add("training", new JsonObject());
            card.add("evaluation", new JsonObject());
            if (card.getAsJsonObject("details").has("vocabulary")) {
                JsonArray few = new JsonArray();
                few.add("a");
                few.add("b");
                card.getAsJsonObject("details").add("vocabulary", few);
            }
            Path file = Files.createDirectories(folder.resolve("damaged-" + model)).resolve("card.json");
            for (int i = 0; i < TRIALS; i++) {
                String text = damaged(card.toString(), random);
                Files.writeString(file, text);
                judge(file, text, () -> ModelCard.read(file));
            }
        }
    }

    @Test
    void referenceFiles() throws IOException {
        Random random = new Random(3);
        Path good = Models.ofRepository().path(MODEL).resolve("reference.npz");
        Map<String, NpyArray> arrays = new HashMap<>();
        try (Npz npz = Npz.open(good)) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        Path file = folder.resolve("damaged-reference.npz");
        double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, -1e3, 1e308, -1e308, 1e200, 1e30};
        for (int i = 0; i < 100; i++) {
            Map<String, NpyArray> some = new HashMap<>(arrays);
            String name = List.of("mu", "sigma", "count", "about").get(random.nextInt(4));
            int kind = random.nextInt(6);
            double[] numbers = name.equals("mu") || name.equals("sigma") ? arrays.get(name).doubles() : new double[] {7};
            switch (kind) {
                case 0 -> some.remove(name);
                case 1 -> some.put(name, NpyArray.of(new double[0], 0));
                case 2 -> some.put(name, NpyArray.of(List.of("text")));
                case 3 -> some.put(name, NpyArray.of(new long[] {-5}, 1));
                default -> {
                    numbers[random.nextInt(numbers.length)] = odd[random.nextInt(odd.length)];
                    some.put(name, NpyArray.of(numbers, numbers.length));
                }
            }
            Npz.write(file, some);
            judge(file, name + " " + kind, () -> Reference.read(file));
        }
    }

    @Test
    void nestedDeeply() throws IOException {
        Path file = folder.resolve("damaged-deep.json");
        for (String text : List.of("[".repeat(100_000), "{\"a\":".repeat(100_000),
                "{\"format\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}")) {
            Files.writeString(file, text);
            judge(file, "deep", () -> JsonFields.read(file));
            Answer.refuses("nested deeper than 100", "solver", "show", file.toString());
        }
    }

    @Test
    void cardsAreStrict() throws IOException {
        String json = Files.readString(Models.ofRepository().path(MODEL).resolve("card.json"));
        Path model = Files.createDirectories(folder.resolve("strict"));
        Map<String, String> faults = Map.of(json.replaceFirst("\"sigmaData\": [0-9.]+", "\"sigmaData\": NaN"), "is not JSON",
                json.replaceFirst("\\{", "{\"name\": \"twice\","), "name is there twice", json + "{}", "goes on after",
                json.substring(0, json.length() / 2), "is truncated", json.replaceFirst("\"name\"", "name"), "is not JSON",
                json.replaceFirst("\"resolution\": [0-9]+,", ""), "network.resolution is missing",
                json.replaceFirst("\"widths\": \\[", "\"widths\": [\"a\","), "network.widths[0] is a text");
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            Files.writeString(model.resolve("card.json"), fault.getKey());
            Answer.refuses(fault.getValue(), "sample", "--model", model.toString(), "--out", folder.resolve("x").toString());
        }
    }

    /** One weight less, and a node more: were index errors without the file's name. */
    @Test
    void solversWithAShortRow() throws IOException {
        Path file = folder.resolve("short.json");
        JsonObject tree = JsonParser.parseString(Files.readString(SOLVER)).getAsJsonObject();
        JsonArray nodes = tree.getAsJsonArray("nodes");
        JsonObject last = nodes.get(nodes.size() - 1).getAsJsonObject();
        last.getAsJsonArray("outputs").remove(0);
        Files.writeString(file, tree.toString());
        Answer.refuses("short.json: Stage 3 of solver", "solver", "show", file.toString());
        nodes.add(nodes.get(0));
        Files.writeString(file, tree.toString());
        Answer.refuses("short.json: Stage 3 of solver", "sample", "--solver", file.toString(), "--out", file.toString());
    }

    @Test
    void weightsThatAreNotFinite() throws IOException {
        Path from = Models.ofRepository().path(MODEL);
        Path model = Files.createDirectories(folder.resolve("notfinite"));
        Map<String, NpyArray> arrays = new HashMap<>();
        try (Npz npz = Npz.open(from.resolve("weights.npz"))) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        String name = arrays.keySet().iterator().next();
        float[] numbers = arrays.get(name).floats();
        numbers[0] = Float.NaN;
        arrays.put(name, NpyArray.of(numbers, arrays.get(name).shape()));
        Npz.write(model.resolve("weights.npz"), arrays);
        ModelCard card = ModelCard.read(from.resolve("card.json"));
        new ModelCard(card.name(), card.kind(), card.network(), card.details(), card.parameters(),
                Hashes.sha256(model.resolve("weights.npz")), card.training(), card.evaluation()).write(model.resolve("card.json"));
        Answer.refuses("weights.npz: the weight '" + name + "' holds a number that is not finite", "sample", "--model",
                model.toString(), "--seeds", "0", "--nfe", "3", "--out", folder.resolve("x.npz").toString());
    }

    /** Sizes are looked at before memory is taken. */
    @Test
    void impossibleSizes() {
        String out = folder.resolve("x.npz").toString();
        Answer.refuses("at most 5000 function evaluations", "sample", "--nfe", "2147483647", "--seeds", "0", "--out", out);
        Answer.refuses("at most 5000 function evaluations", "teacher", "--nfe", "99999999", "--out", folder.toString());
        Answer.refuses("--images is from 1 to 1000000000000", "cost", "--images", "9999999999999");
        Answer.refuses("seeds look like", "sample", "--seeds", "0-2147483646", "--out", out);
        Answer.ok("cost", "--images", "99999999999", "--probe", "0");
    }
}
