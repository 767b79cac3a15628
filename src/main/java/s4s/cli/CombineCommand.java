package s4s.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.io.Provenance;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.train.Combination;

/** {@code s4s combine}: one network whose weights are a linear combination of those of several. */
@Command(name = "combine", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Makes a model whose weights are a linear combination of those of several models of one architecture,"
            + " trained on the same images from the same beginning (Liu et al. 2024, arXiv 2404.02241). The card says of"
            + " which, how each was trained, and how good each is by itself.",
            "Which coefficients are best is found by s4s evaluate."})
final class CombineCommand implements Callable<Integer> {
    @Parameters(arity = "2..*", paramLabel = "MODEL=COEFFICIENT",
            description = "Models by name or folder; the coefficients, negative ones too, sum to 1.")
    private Map<String, Double> parts;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where weights.npz and card.json go.")
    private Path out;

    @Option(names = "--half", description = "Store the weights in half precision.")
    private boolean half;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Models models = Models.ofRepository();
        Combination combination = new Combination();
        ModelCard like = models.card(parts.keySet().iterator().next());
        JsonArray combines = new JsonArray();
        long images = 0;
        long seconds = 0;
        for (Map.Entry<String, Double> part : parts.entrySet()) {
            ModelCard card = models.card(part.getKey());
            requireLike(like, card, part.getKey());
            combination.add(part.getKey(), models.arrays(part.getKey()), part.getValue());
            images += Long.parseLong(card.fact("imagesSeen"));
            seconds += Long.parseLong(card.fact("seconds"));
            JsonObject entry = new JsonObject();
            entry.addProperty("model", part.getKey());
            entry.addProperty("weightsSha256", card.weightsSha256());
            entry.addProperty("coefficient", part.getValue());
            entry.add("training", ModelCard.json(card.training()));
            entry.add("evaluation", ModelCard.json(card.evaluation()));
            combines.add(entry);
        }
        Map<String, NpyArray> arrays = combination.weights();
        if (half) {
            arrays.replaceAll((name, a) -> NpyArray.half(a.floats(), a.shape()));
        }
        Files.createDirectories(out);
        Path file = out.resolve("weights.npz");
        Npz.write(file, arrays);
        Map<String, JsonElement> training = new LinkedHashMap<>();
        for (String fact : new String[] {"data", "dataSha256", "dataImages"}) {
            training.put(fact, like.training().get(fact));
        }
        training.put("imagesSeen", ModelCard.json(images));
        training.put("seconds", ModelCard.json(seconds));
        training.put("combines", combines);
        training.put("command", ModelCard.json(CommandText.of(spec)));
        training.put("versions", ModelCard.json(Provenance.versions()));
        new ModelCard(out.toAbsolutePath().normalize().getFileName().toString(), like.kind(), like.network(), like.details(),
                like.parameters(), Hashes.sha256(file), training, Map.of()).write(out.resolve("card.json"));
        spec.commandLine().getOut().println("wrote " + file + " and " + out.resolve("card.json"));
        return 0;
    }

    private static void requireLike(ModelCard like, ModelCard card, String name) {
        if (card.kind() != like.kind() || !card.network().equals(like.network()) || !card.details().equals(like.details())) {
            throw new IllegalArgumentException(name + " is another kind of network than " + like.name()
                    + ", or has other details in its card: only models of one architecture can be combined");
        }
        if (!card.fact("dataSha256").equals(like.fact("dataSha256"))) {
            throw new IllegalArgumentException(name + " was trained on other images than " + like.name()
                    + ": combine models of the same images");
        }
    }
}
