package s4s.model;

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
import s4s.data.BadFileException;
import s4s.data.Hashes;
import s4s.data.JsonFields;

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
        INCEPTION_PYTORCH_FID("inception-pytorch-fid"),
        /** NVIDIA's translation of the same network, as StyleGAN and EDM have it. */
        INCEPTION_NVIDIA("inception-nvidia"),
        /** LPIPS on VGG16. */
        LPIPS_VGG("lpips-vgg"),
        /** LPIPS on AlexNet. */
        LPIPS_ALEX("lpips-alex"),
        /** LPIPS on SqueezeNet 1.1. */
        LPIPS_SQUEEZE("lpips-squeeze"),
        /** CLIP's encoder of images. */
        CLIP_IMAGE("clip-image"),
        /** CLIP's encoder of captions. */
        CLIP_TEXT("clip-text"),
        /** A diffusion model's network: part of a {@link ModelCard.Kind#SCRIPT}, like the following. */
        DENOISER("denoiser"),
        /** From a diffusion model's latents to pictures. */
        DECODER("decoder"),
        /** From class numbers to what a diffusion model is told of them. */
        CLASS_EMBEDDING("class-embedding"),
        /** From tokens to what a diffusion model is told of a text. */
        TEXT_ENCODER("text-encoder");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** Whether it is a distance of pictures. */
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
     * @param official whether the hash is that of a published file
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
        for (JsonFields source : card.objects("sources")) {
            sources.add(new Source(source.text("file"), source.text("sha256"), source.flag("official")));
        }
        return new ScriptCard(card.text("name"), kind(card), outputs, card.text("preprocessing"), sources, card.has("random"),
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
