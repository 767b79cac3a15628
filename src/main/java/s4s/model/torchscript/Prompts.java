package s4s.model.torchscript;

import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import s4s.model.ConditionEncoder;

/**
 * Texts of any content: the rows are what a text encoder makes of their tokens, and no request is the empty text.
 *
 * @param tokenizer from texts to tokens
 * @param encoder from tokens to rows
 */
record Prompts(ClipTokenizer tokenizer, ScriptEncoder encoder) implements ConditionEncoder {

    @Override
    public Shape shape() {
        return encoder.shape();
    }

    @Override
    public float[] none() {
        return rows(List.of(""));
    }

    /** Each different text goes through the encoder once. */
    @Override
    public float[] rows(List<String> requests) {
        Map<String, float[]> rows = new HashMap<>();
        requests.forEach(text -> rows.computeIfAbsent(text,
                t -> encoder.rows(tokenizer.tokens(List.of(t)), new Shape(1, tokenizer.length()))));
        return ConditionEncoder.join(requests.stream().map(rows::get).toList());
    }

    @Override
    public int classes() {
        return 0;
    }
}
