package s4s.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.schedule.Discrete;

/** What export_stable_diffusion.py reads in diffusers' configuration files, and what it refuses; needs no torch. */
class DiffusersConfigTest {
    private static final String SCHEDULER = "scheduler/scheduler_config.json";

    /** A file, what is changed in it, and a part of what is said: the file's name and the key are looked for as well. */
    private static final String[][] REFUSED = {
        {SCHEDULER, "{'next_years_key': 0.5}", "has the key next_years_key (0.5), which is not known"},
        {SCHEDULER, "{'beta_schedule': 'cubic'}", "beta_schedule is \"cubic\"; known are linear, scaled_linear"},
        {SCHEDULER, "{'beta_start': 'much'}", "beta_start is \"much\"; a number"},
        {SCHEDULER, "{'beta_end': 1.5}", "beta_end is 1.5; a rate lies between 0 and 1"},
        {SCHEDULER, "{'trained_betas': [0.1, 0.2]}", "trained_betas is [0.1, 0.2]; these are 2 rates for num_train_timesteps 1000"},
        {SCHEDULER, "{'num_train_timesteps': 2.5}", "num_train_timesteps is 2.5; a whole number"},
        {SCHEDULER, "{'prediction_type': 'flow_prediction'}", "prediction_type is \"flow_prediction\"; known are epsilon, sample"},
        {SCHEDULER, "{'use_flow_sigmas': true}", "use_flow_sigmas is true; known is false"},
        {SCHEDULER, "{'rescale_betas_zero_snr': true}", "rescale_betas_zero_snr is true; the last step of this schedule is noise"},
        {SCHEDULER, "{'rescale_betas_zero_snr': 1}", "rescale_betas_zero_snr is 1; true or false"},
        {SCHEDULER, "{'snr_shift_scale': 3.0}", "snr_shift_scale is 3.0; DDIMScheduler does not know this key"},
        {SCHEDULER, "{'variance_type': 'learned_range'}", "variance_type is \"learned_range\"; known are"},
        {SCHEDULER, "{'timestep_type': 'continuous'}", "timestep_type is \"continuous\"; known is \"discrete\""},
        {SCHEDULER, "{'_class_name': 'EulerDiscreteScheduler'}", "_class_name is \"EulerDiscreteScheduler\"; model_index.json says"},
        {SCHEDULER, "{'(twice)': 'beta_end'}", "is no JSON (the key \"beta_end\" stands there twice)"},
        {SCHEDULER, "{'sample_max_value': 1e999}", "is no JSON (Infinity is no number of JSON)"},
        {SCHEDULER, "{'beta_start': null}", "beta_start is null; a number"},
        {SCHEDULER, "{'prediction_type': null}", "prediction_type is null; known are epsilon"},
        {SCHEDULER, "{'num_train_timesteps': null}", "num_train_timesteps is null; a whole number"},
        {"tokenizer/tokenizer.json", "{'(twice)': 'model'}", "is no JSON (the key \"model\" stands there twice)"},
        {"model_index.json", "{'(twice)': '_class_name'}", "is no JSON (the key \"_class_name\" stands there twice)"},
        {"vae/config.json", "{'scaling_factor': null}", "scaling_factor is null; a number"},
        {"vae/config.json", "{'latent_channels': null}", "latent_channels is null; a whole number"},
        {"unet/config.json", "{'in_channels': 9}", "in_channels is 9; the autoencoder has latents of 4 channels"},
        {"unet/config.json", "{'out_channels': 8}", "out_channels is 8"},
        {"unet/config.json", "{'time_cond_proj_dim': 256}", "time_cond_proj_dim is 256; known is null"},
        {"unet/config.json", "{'addition_embed_type': 'text_time'}", "addition_embed_type is \"text_time\"; known is null"},
        {"unet/config.json", "{'num_class_embeds': 1000}", "num_class_embeds is 1000; known is null"},
        {"unet/config.json", "{'class_embed_type': 'timestep'}", "class_embed_type is \"timestep\""},
        {"unet/config.json", "{'encoder_hid_dim': 64}", "encoder_hid_dim is 64"},
        {"unet/config.json", "{'attention_type': 'gated'}", "attention_type is \"gated\"; known is \"default\""},
        {"unet/config.json", "{'sample_size': null}", "sample_size is null; a side, or height and width"},
        {"unet/config.json", "{'sample_size': [8, 8, 8]}", "sample_size is [8, 8, 8]"},
        {"unet/config.json", "{'cross_attention_dim': 64}", "cross_attention_dim is 64; the text encoder's hidden_size is 48"},
        {"unet/config.json", "{'_class_name': 'UNet3DConditionModel'}", "_class_name is \"UNet3DConditionModel\""},
        {"unet/config.json", "{'next_years_key': null}", "has the key next_years_key (null)"},
        {"vae/config.json", "{'shift_factor': 0.0609}", "shift_factor is 0.0609"},
        {"vae/config.json", "{'latents_mean': [0, 0, 0, 0]}", "latents_mean is [0, 0, 0, 0]; known is null"},
        {"vae/config.json", "{'scaling_factor': 0}", "scaling_factor is 0; a positive number"},
        {"vae/config.json", "{'latent_channels': 16}", "in_channels is 4; the autoencoder has latents of 16 channels"},
        {"vae/config.json", "{'_class_name': 'AutoencoderTiny'}", "_class_name is \"AutoencoderTiny\"; known is AutoencoderKL"},
        {"text_encoder/config.json", "{'architectures': ['CLIPTextModelWithProjection']}", "architectures is"},
        {"text_encoder/config.json", "{'model_type': 't5'}", "model_type is \"t5\"; known is \"clip_text_model\""},
        {"text_encoder/config.json", "{'quantization_config': {'bits': 4}}", "has the key quantization_config ({\"bits\": 4})"},
        {"text_encoder/config.json", "{'vocab_size': 500}", "vocab_size is 500; the tokenizer has a token with the number 513"},
        {"tokenizer/tokenizer_config.json", "{'tokenizer_class': 'T5Tokenizer'}", "tokenizer_class is \"T5Tokenizer\""},
        {"tokenizer/tokenizer_config.json", "{'pad_token': '<pad>'}", "has no token \"<pad>\", which is the pad_token"},
        {"tokenizer/tokenizer_config.json", "{'do_lower_case': false}", "do_lower_case is false; known is true"},
        {"tokenizer/tokenizer_config.json", "{'model_max_length': 'long'}", "model_max_length is \"long\""},
        {"tokenizer/tokenizer.json", "{'model': {'type': 'WordPiece', 'vocab': {'a': 1}}}", "is no tokenizer.json of CLIP"},
        {"tokenizer/tokenizer.json", "{'added_tokens': 5}", "tokenizer holds no tokenizer of CLIP (TypeError"},
        {SCHEDULER, "{'prediction_type': ['epsilon']}", "prediction_type is [\"epsilon\"]; a name is needed"},
        {"model_index.json", "{'_class_name': 'StableDiffusionXLPipeline'}", "_class_name is \"StableDiffusionXLPipeline\"; known"},
        {"model_index.json", "{'scheduler': ['diffusers', 'FlowMatchEulerDiscreteScheduler']}", "scheduler is [\"diffusers\", \"Flow"},
        {"model_index.json", "{'image_encoder': ['transformers', 'CLIPVisionModelWithProjection']}", "image_encoder is"},
        {"model_index.json", "{'text_encoder_2': ['transformers', 'CLIPTextModel']}", "has the key text_encoder_2"},
    };

    @TempDir
    private static Path folder;

    @BeforeAll
    static void findPython() throws Exception {
        try {
            Assumptions.assumeTrue(new ProcessBuilder("python3", "--version").start().waitFor() == 0, "python3 does not run");
        } catch (IOException e) {
            Assumptions.abort("there is no python3");
        }
    }

    /** The lines of read_configs.py. */
    private static List<String> read(JsonElement... cases) throws Exception {
        JsonArray all = new JsonArray();
        List.of(cases).forEach(all::add);
        Path input = Files.writeString(folder.resolve("cases.json"), all.toString());
        Path err = folder.resolve("stderr.txt");
        Process process = new ProcessBuilder("python3", "src/test/python/read_configs.py", folder.resolve("model").toString())
                .redirectInput(input.toFile()).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> error(err));
        return out.lines().toList();
    }

    private static String error(Path err) {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static JsonObject change(String file, String changes) {
        JsonObject change = new JsonObject();
        change.add(file, JsonParser.parseString(changes));
        return change;
    }

    private static JsonObject accepted(JsonObject change) throws Exception {
        String line = read(change).get(0);
        assertTrue(line.startsWith("{"), line);
        return JsonParser.parseString(line).getAsJsonObject();
    }

    private static Discrete schedule(JsonObject read) {
        JsonObject schedule = read.getAsJsonObject("schedule");
        return schedule.has("betas")
                ? Discrete.of(StreamSupport.stream(schedule.getAsJsonArray("betas").spliterator(), false)
                        .mapToDouble(JsonElement::getAsDouble).toArray())
                : Discrete.squareRootLinear(schedule.get("first").getAsDouble(), schedule.get("last").getAsDouble(),
                        schedule.get("times").getAsInt());
    }

    /** Each schedule as diffusers' own class makes it from the same file, whose missing keys are the class's own values. */
    @Test
    void schedulesAreThoseOfDiffusers() throws Exception {
        JsonArray golden = new Gson().fromJson(Files.readString(Path.of("src/test/resources/nets/diffusers-schedules.json")),
                JsonObject.class).getAsJsonArray("cases");
        JsonElement[] cases = StreamSupport.stream(golden.spliterator(), false).map(JsonElement::getAsJsonObject).map(known -> {
            JsonObject config = known.getAsJsonObject("config");
            JsonObject change = change(SCHEDULER, "{}");
            change.getAsJsonObject(SCHEDULER).add("(all)", config);
            change.add("model_index.json", JsonParser.parseString(
                    "{'scheduler': ['diffusers', " + config.get("_class_name") + "]}"));
            return change;
        }).toArray(JsonElement[]::new);
        List<String> lines = read(cases);
        assertEquals(cases.length, lines.size());
        for (int i = 0; i < cases.length; i++) {
            JsonObject known = golden.get(i).getAsJsonObject();
            String line = lines.get(i);
            assertTrue(line.startsWith("{"), line);
            JsonObject read = JsonParser.parseString(line).getAsJsonObject();
            Discrete schedule = schedule(read);
            for (Map.Entry<String, JsonElement> level : known.getAsJsonObject("sigmas").entrySet()) {
                double expected = level.getValue().getAsDouble();
                double found = schedule.sigma((Integer.parseInt(level.getKey()) + 1.0) / schedule.count());
                assertEquals(expected, found, 1e-3 * expected, known.get("config") + " at " + level.getKey());
            }
            boolean zero = known.getAsJsonObject("config").has("rescale_betas_zero_snr");
            assertEquals(zero, read.getAsJsonObject("schedule").has("lastAlphaBar"));
            if (zero) {
                assertEquals(Math.sqrt(Math.pow(2, 24) - 1), schedule.sigmaMax(), 1e-6);
            }
        }
    }

    @Test
    void whatIsNotUnderstoodIsRefusedByName() throws Exception {
        List<String> lines = read(Arrays.stream(REFUSED).map(refused -> change(refused[0], refused[1]))
                .toArray(JsonElement[]::new));
        assertEquals(REFUSED.length, lines.size());
        for (int i = 0; i < REFUSED.length; i++) {
            String line = lines.get(i);
            assertTrue(line.startsWith(folder.toString()) && line.contains(REFUSED[i][2]),
                    REFUSED[i][1] + ": " + line);
        }
    }

    @Test
    void aClassThatIsNotNamedHasNoDefaults() throws Exception {
        JsonObject change = change(SCHEDULER, "{'_class_name': '(none)', 'beta_start': '(none)'}");
        change.add("model_index.json", JsonNull.INSTANCE);
        String line = read(change).get(0);
        assertTrue(line.contains("scheduler_config.json: beta_start is missing; a number is needed"), line);
    }

    @Test
    void whatChangesNothingIsPassedOver() throws Exception {
        JsonObject plain = accepted(new JsonObject());
        assertEquals(Discrete.stableDiffusion(), schedule(plain));
        assertEquals("noise", plain.get("prediction").getAsString());
        assertEquals(plain, accepted(change(SCHEDULER, "{'use_karras_sigmas': true, 'algorithm_type': 'sde-dpmsolver++',"
                + " 'clip_sample': true, 'steps_offset': 7, 'timestep_spacing': 'trailing', 'set_alpha_to_one': true}")));
        assertEquals("[4,8,16]", accepted(change("unet/config.json", "{'sample_size': [8, 16]}")).get("shape").toString());
        assertEquals(0.13, accepted(change("vae/config.json", "{'scaling_factor': 0.13}")).get("scale").getAsDouble());
    }

    /** Transformers 5 writes tokenizer.json alone, versions before it vocab.json and merges.txt; some write a length of 1e30. */
    @Test
    void tokenizersOfAllVersions() throws Exception {
        JsonObject alone = change("tokenizer/vocab.json", "null");
        alone.add("tokenizer/merges.txt", JsonNull.INSTANCE);
        JsonObject tables = change("tokenizer/tokenizer.json", "null");
        JsonObject nothing = alone.deepCopy();
        nothing.add("tokenizer/tokenizer.json", JsonNull.INSTANCE);
        JsonObject added = tables.deepCopy();
        added.add("tokenizer/added_tokens.json", JsonParser.parseString("{'<my-cat>': 514}"));
        JsonObject endless = change("tokenizer/tokenizer_config.json", "{'model_max_length': 1e30}");
        List<String> lines = read(alone, tables, endless, nothing, added);
        for (String line : lines.subList(0, 3)) {
            assertTrue(line.contains("\"length\": 77, \"pad\": 513, \"vocabulary\": 514"), line);
        }
        assertTrue(lines.get(3).contains("has neither tokenizer.json nor vocab.json and merges.txt"), lines.get(3));
        assertTrue(lines.get(4).contains("adds the token \"<my-cat>\""), lines.get(4));
    }

    /** One line and exit code 2, before torch is asked for and before the output folder is made. */
    @Test
    void refusalsWriteNothing() throws Exception {
        read(change("unet/config.json", "{'time_cond_proj_dim': 256}"));
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder("python3", "src/main/python/export_stable_diffusion.py",
                folder.resolve("model").toString(), "--out", out.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), said);
        assertTrue(said.startsWith("export_stable_diffusion: ") && said.lines().count() == 1
                && said.contains("unet/config.json: time_cond_proj_dim is 256"), said);
        assertFalse(Files.exists(out));
    }
}
