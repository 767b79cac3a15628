package s4s.model.torchscript;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.JsonFields;
import s4s.model.repository.ModelCard;

/**
 * What a TorchScript file is: the file {@code X.json} that the scripts {@code src/main/python/export_*.py} write beside
 * {@code X.pt}.
 *
 * @param name what people call it, for instance "inception-v3 2015-12-05, pytorch-fid's weights"
 * @param kind which network it is
 * @param outputs what it returns, in this order, with the length of a row of each
 * @param preprocessing what it does to its input, in one line
 * @param sources the files of weights that it was made from
 * @param random whether its weights are random numbers, as tests have them
 * @param sha256 hash of the TorchScript file
 */
public record ScriptCard(String name, Kind kind, Map<String, Integer> outputs, String preprocessing, List<Source> sources,
        boolean random, String sha256) {

    /** The networks that the scripts know. */
    public enum Kind {
        /** Inception-v3 as pytorch-fid has it. */
        INCEPTION_PYTORCH_FID("inception-pytorch-fid", "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"),
        /** NVIDIA's translation of the same network, as StyleGAN and EDM have it. */
        INCEPTION_NVIDIA("inception-nvidia", "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4"),
        /** LPIPS on VGG16. */
        LPIPS_VGG("lpips-vgg", "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
            "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868"),
        /** LPIPS on AlexNet. */
        LPIPS_ALEX("lpips-alex", "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02", "4df8aa71",
            "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0"),
        /** LPIPS on SqueezeNet 1.1. */
        LPIPS_SQUEEZE("lpips-squeeze", "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
            "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76"),
        /** CLIP's encoder of images. */
        CLIP_IMAGE("clip-image", "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            "f1a17cdbe0f36fec524f5cafb1c261ea3bbbc13e346e0f74fc9eb0460dedd0d3",
            "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb"),
        /** CLIP's encoder of captions. */
        CLIP_TEXT("clip-text", "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            "f1a17cdbe0f36fec524f5cafb1c261ea3bbbc13e346e0f74fc9eb0460dedd0d3",
            "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb"),
        /** A diffusion model's network: part of a {@link ModelCard.Kind#SCRIPT}, like the following. */
        DENOISER("denoiser"),
        /** From a diffusion model's latents to images. */
        DECODER("decoder"),
        /** From class numbers to what a diffusion model is told of them. */
        CLASS_EMBEDDING("class-embedding"),
        /** From tokens to what a diffusion model is told of a text. */
        TEXT_ENCODER("text-encoder");

        private final String text;
        private final List<String> published;

        /** The text in cards, and what the hashes of published weights begin with, as the export scripts have them. */
        Kind(String text, String... published) {
            this.text = text;
            this.published = List.of(published);
        }

        /** Whether a file of weights with this hash was published for the network. */
        private boolean published(String sha256) {
            return published.stream().anyMatch(sha256::startsWith);
        }

        /** Whether it is a distance of images. */
        public boolean isLpips() {
            return this == LPIPS_VGG || this == LPIPS_ALEX || this == LPIPS_SQUEEZE;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A file of weights.
     *
     * @param file its name
     * @param sha256 its hash
     * @param official whether the card says so, and the hash is that of a published file
     */
    public record Source(String file, String sha256, boolean official) {}

    private static final String FORMAT = "s4s-torchscript";

    /** Copies the lists. */
    public ScriptCard {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        sources = List.copyOf(sources);
    }

    /** Where the card of a TorchScript file is: {@code X.json} beside {@code X.pt}. */
    public static Path file(Path pt) {
        return pt.resolveSibling(pt.getFileName().toString().replaceFirst("\\.pt$", "") + ".json");
    }

    /**
     * Reads the card of a TorchScript file and checks that it is this file's.
     *
     * @param pt the TorchScript file, {@code X.pt}
     * @throws BadFileException if there is no card, it is of another kind, or the file is not the one it describes
     */
    public static ScriptCard of(Path pt) throws IOException {
        String sha256 = Hashes.sha256(pt);
        Path json = file(pt);
        if (!Files.exists(json)) {
            throw new BadFileException(pt + " has no card " + json.getFileName() + " beside it that says what is in it;"
                    + " make both from the official weights by an export script, src/main/python/export_inception.py for FID");
        }
        JsonFields card = JsonFields.read(json);
        if (!card.text("format").equals(FORMAT) || card.count("version") != 1) {
            throw card.fault("format", "is not " + FORMAT + " version 1; make the card again by the export script");
        }
        if (!card.text("sha256").equals(sha256)) {
            throw new BadFileException(pt + " is not the file that " + json.getFileName() + " describes (sha256 " + sha256
                    + "); export it again");
        }
        Map<String, Integer> outputs = new LinkedHashMap<>();
        for (JsonFields output : card.objects("outputs")) {
            outputs.put(output.text("name"), output.count("size"));
        }
        List<Source> sources = new ArrayList<>();
        Kind kind = kind(card);
        for (JsonFields source : card.objects("sources")) {
            String hash = source.text("sha256");
            sources.add(new Source(source.text("file"), hash, source.flag("official") && kind.published(hash)));
        }
        return new ScriptCard(card.text("name"), kind, outputs, card.text("preprocessing"), sources, card.has("random"),
                sha256);
    }

    private static Kind kind(JsonFields card) throws BadFileException {
        String kind = card.text("kind");
        return Arrays.stream(Kind.values()).filter(k -> k.text.equals(kind)).findFirst()
                .orElseThrow(() -> card.fault("kind", "is " + kind + "; known are "
                        + Arrays.stream(Kind.values()).map(Kind::toString).collect(Collectors.joining(", "))));
    }

    /** Why this is not the published network: nothing if all its weights come from official files. */
    public Optional<String> notOfficial() {
        if (random) {
            return Optional.of("its weights are random numbers");
        }
        if (sources.isEmpty()) {
            return Optional.of("its card does not say where its weights come from");
        }
        return sources.stream().filter(source -> !source.official()).findFirst()
                .map(source -> source.file() + " (sha256 " + source.sha256() + ") is no file whose hash is published");
    }
}
