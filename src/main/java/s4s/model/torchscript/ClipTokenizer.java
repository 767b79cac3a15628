package s4s.model.torchscript;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.JsonFields;

/**
 * CLIP's tokenizer, by the {@code tokenizer.json} published beside its weights: lower case, byte-pair encoding, a start and an
 * end token. Texts that are too long are cut off before the end token, short ones are padded.
 */
public final class ClipTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final int length;
    private final long pad;

    private ClipTokenizer(HuggingFaceTokenizer tokenizer, int length, long pad) {
        this.tokenizer = tokenizer;
        this.length = length;
        this.pad = pad;
    }

    /**
     * Loads a tokenizer.
     *
     * @param json {@code tokenizer.json}
     * @param length tokens of a text, start and end included; 77 for CLIP
     * @param pad the token behind the end
     * @throws BadFileException if there is no such file, or it is of another kind
     */
    public static ClipTokenizer load(Path json, int length, long pad) throws IOException {
        Hashes.sha256(json);                                        // says in one line if there is no such file
        requireShallow(json);
        try {
            return new ClipTokenizer(HuggingFaceTokenizer.builder().optTokenizerPath(json).optTruncation(true)
                    .optMaxLength(length).build(), length, pad);
        } catch (RuntimeException e) {
            throw new BadFileException(json + " is no tokenizer.json of huggingface ("
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given") + ")", e);
        }
    }

    /** The tokenizer's parser calls itself for every bracket, and without stack it ends the whole program. */
    private static void requireShallow(Path json) throws IOException {
        try {
            JsonFields.requireShallow(json, Files.readString(json));
        } catch (CharacterCodingException e) {
            throw new BadFileException(json + " is no tokenizer.json of huggingface: it is not text in UTF-8", e);
        }
    }

    /** Tokens of a text. */
    public int length() {
        return length;
    }

    /** The tokens of texts, joined: {@link #length} for each. */
    public long[] tokens(List<String> texts) {
        long[] all = new long[texts.size() * length];
        Arrays.fill(all, pad);
        for (int i = 0; i < texts.size(); i++) {
            long[] ids = tokenizer.encode(texts.get(i)).getIds();
            System.arraycopy(ids, 0, all, i * length, ids.length);
        }
        return all;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
