"""What the configuration files of a Stable Diffusion in diffusers' layout say. Needs Python 3.8 and nothing else.

Every key of every file is looked at. One that this list does not have, or a value of it that would change what the network is
told, what it returns or what it looks at, is refused by name: a key that is new to us may mean anything. What only changes how
diffusers itself draws (its spacing of times, its order, its clipping) is passed over, because other solvers draw here.
"""

import json
import math
import os

from exporting import discrete_schedule
from messages import Refused, named

ANYTHING = None                                            # in place of values: whatever it is, it changes nothing here
MISSING = object()
LAST_ALPHA_BAR = 2.0 ** -24                                # diffusers puts it in place of 0: the smallest number of float16

PREDICTIONS = {"epsilon": "noise", "sample": "data", "v_prediction": "velocity"}

# --- which values of which keys are understood ---------------------------------------------------------------------------------

PACKAGING = {key: ANYTHING for key in (
    "_class_name", "_diffusers_version", "_name_or_path", "_use_default_values", "_commit_hash")}

PIPELINES = ("StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline")
PARTS = {"unet": ("UNet2DConditionModel",), "vae": ("AutoencoderKL",), "text_encoder": ("CLIPTextModel",),
         "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast")}
INDEX = dict(PACKAGING, scheduler=ANYTHING, safety_checker=ANYTHING, feature_extractor=ANYTHING,
             requires_safety_checker=ANYTHING, image_encoder=([None, None],), **{part: ANYTHING for part in PARTS})

# beta_start, beta_end and beta_schedule where a file does not say them, by class
BY_CLASS = {}
for _name in ("DDIM", "DDIMParallel", "DDIMInverse", "DDPM", "DDPMParallel", "DEISMultistep", "DPMSolverMultistep",
              "DPMSolverMultistepInverse", "DPMSolverSinglestep", "EulerDiscrete", "EulerAncestralDiscrete", "LMSDiscrete", "PNDM",
              "SASolver", "UniPCMultistep"):
    BY_CLASS[_name + "Scheduler"] = {"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear"}
for _name in ("DPMSolverSDE", "HeunDiscrete", "KDPM2Discrete", "KDPM2AncestralDiscrete"):
    BY_CLASS[_name + "Scheduler"] = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "linear"}
for _name in ("LCM", "TCD", "CogVideoXDDIM", "CogVideoXDPM"):
    BY_CLASS[_name + "Scheduler"] = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SHIFTED = ("CogVideoXDDIMScheduler", "CogVideoXDPMScheduler")
RESCALED = SHIFTED + tuple(name + "Scheduler" for name in (
    "DDIM", "DDIMParallel", "DDIMInverse", "DDPM", "DDPMParallel", "DPMSolverMultistep", "EulerDiscrete", "EulerAncestralDiscrete",
    "LCM", "TCD", "UniPCMultistep"))

SCHEDULER = dict(PACKAGING, **{key: ANYTHING for key in (
    # read below
    "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "prediction_type",
    "rescale_betas_zero_snr", "snr_shift_scale",
    # of diffusers' own samplers
    "algorithm_type", "clip_sample", "clip_sample_range", "corrector_order", "disable_corrector", "dynamic_thresholding_ratio",
    "euler_at_final", "final_sigmas_type", "interpolation_type", "lambda_min_clipped", "lower_order_final", "noise_sampler_seed",
    "original_inference_steps", "predict_x0", "predictor_order", "sample_max_value", "set_alpha_to_one", "skip_prk_steps",
    "solver_order", "solver_p", "solver_type", "steps_offset", "tau_func", "thresholding", "timestep_scaling",
    "timestep_spacing", "timestep_values", "use_beta_sigmas", "use_exponential_sigmas", "use_karras_sigmas", "use_lu_lambdas",
    # of flows, which use_flow_sigmas would switch on
    "flow_shift", "time_shift_type")},
    predict_epsilon=(True,), shift_terminal=(None,), sigma_max=(None,), sigma_min=(None,), timestep_type=("discrete",),
    use_dynamic_shifting=(False,), use_flow_sigmas=(False,),
    variance_type=(None, "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log"))

UNET = dict(PACKAGING, **{key: ANYTHING for key in (
    # read below
    "in_channels", "out_channels", "sample_size", "cross_attention_dim",
    # diffusers' class builds the network by these, and its weights have to fit
    "act_fn", "attention_head_dim", "block_out_channels", "center_input_sample", "conv_in_kernel", "conv_out_kernel",
    "cross_attention_norm", "down_block_types", "downsample_padding", "dropout", "flip_sin_to_cos", "freq_shift",
    "layers_per_block", "mid_block_only_cross_attention", "mid_block_scale_factor", "mid_block_type", "norm_eps",
    "norm_num_groups", "num_attention_heads", "only_cross_attention", "resnet_out_scale_factor", "resnet_skip_time_act",
    "resnet_time_scale_shift", "reverse_transformer_layers_per_block", "time_embedding_act_fn", "time_embedding_dim",
    "time_embedding_type", "timestep_post_act", "transformer_layers_per_block", "up_block_types", "upcast_attention",
    "use_linear_projection",
    # of an embedding that addition_embed_type would switch on
    "addition_embed_type_num_heads")},
    # what would have to be told beside x, time and text
    addition_embed_type=(None,), addition_time_embed_dim=(None,), attention_type=("default",), class_embed_type=(None,),
    class_embeddings_concat=(False,), dual_cross_attention=(False,), encoder_hid_dim=(None,), encoder_hid_dim_type=(None,),
    num_class_embeds=(None,), projection_class_embeddings_input_dim=(None,), time_cond_proj_dim=(None,))

VAE = dict(PACKAGING, **{key: ANYTHING for key in (
    "latent_channels", "scaling_factor",
    "act_fn", "block_out_channels", "down_block_types", "layers_per_block", "mid_block_add_attention", "norm_num_groups",
    "up_block_types", "use_post_quant_conv", "use_quant_conv",
    # of the encoder, of a size that convolutions do not need, and of a precision that the decoder here has anyhow
    "force_upcast", "sample_size")},
    in_channels=(3,), out_channels=(3,), latents_mean=(None,), latents_std=(None,), shift_factor=(None, 0, 0.0))

TEXT_ENCODER = dict({key: ANYTHING for key in (
    "max_position_embeddings", "hidden_size",
    "attention_dropout", "bos_token_id", "dropout", "eos_token_id", "hidden_act", "initializer_factor", "initializer_range",
    "intermediate_size", "layer_norm_eps", "num_attention_heads", "num_hidden_layers", "pad_token_id", "projection_dim",
    "vocab_size",
    "_attn_implementation_autoset", "_name_or_path", "dtype", "id2label", "label2id", "output_attentions",
    "output_hidden_states", "problem_type", "return_dict", "tie_word_embeddings", "torch_dtype", "torchscript", "transformers_version", "use_cache")},
    architectures=(None, ["CLIPTextModel"]), chunk_size_feed_forward=(0,), is_encoder_decoder=(False,), is_decoder=(False,),
    add_cross_attention=(False,), model_type=("clip_text_model",))

TOKENIZER = dict({key: ANYTHING for key in (
    "bos_token", "eos_token", "pad_token", "model_max_length", "added_tokens_decoder", "unk_token",
    "add_prefix_space", "backend", "clean_up_tokenization_spaces", "errors", "is_local", "local_files_only", "name_or_path",
    "processor_class", "special_tokens_map_file", "use_fast")},
    additional_special_tokens=(None, []), do_lower_case=(True,), extra_special_tokens=(None, [], {}),
    padding_side=("right",), split_special_tokens=(False,), truncation_side=("right",),
    tokenizer_class=("CLIPTokenizer", "CLIPTokenizerFast"))


# --- reading -------------------------------------------------------------------------------------------------------------------

def single(pairs):
    """An object without doubled keys: which of two values counts is another one from reader to reader."""
    found = {}
    for key, value in pairs:
        if key in found:
            raise ValueError("the key %s stands there twice" % shown(key))
        found[key] = value
    return found


def no_number(name):
    raise ValueError("%s is no number of JSON" % name)


def read_json(*parts):
    """A JSON file, as Python's values; one that readers understand differently is refused."""
    path = os.path.join(*parts)
    with open(path, encoding="utf-8-sig") as file:
        try:
            return json.load(file, object_pairs_hook=single, parse_constant=no_number)
        except (ValueError, RecursionError) as e:
            raise Refused("%s is no JSON (%s)" % (path, e))


def shown(value):
    """A value in a message: as JSON has it, in a few letters."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def known(names):
    return "known %s %s" % ("is" if len(names) == 1 else "are", ", ".join(names))


class Config:
    """A configuration file whose keys are all understood."""

    def __init__(self, understood, classes, *parts):
        self.path = os.path.join(*parts)
        self.values = read_json(self.path)
        if not isinstance(self.values, dict):
            raise Refused("%s is no JSON object" % self.path)
        if self.get("_class_name", classes[0]) not in classes:
            self.refuse("_class_name", known(classes))
        for key, value in self.values.items():
            if key not in understood:
                raise Refused("%s has the key %s (%s), which is not known here; what it changes is not known either"
                              % (self.path, key, shown(value)))
            allowed = understood[key]
            fits = allowed is ANYTHING or value is None or any(type(value) is type(a) and value == a for a in allowed)
            if not fits:
                self.refuse(key, known([shown(a) for a in allowed]))

    def get(self, key, default=None):
        """A value; where one is needed, null is not the default: diffusers' classes take it for None."""
        return self.values.get(key, default)

    def refuse(self, key, reason):
        value = self.values.get(key, MISSING)
        raise Refused("%s: %s is %s; %s" % (self.path, key, "missing" if value is MISSING else shown(value), reason))

    def number(self, key, default=None):
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self.refuse(key, "a number is needed")
        return value

    def count(self, key, default=None, least=1):
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 1000000:
            self.refuse(key, "a whole number from %d is needed" % least)
        return value

    def name(self, key, default=None):
        value = self.get(key, default)
        if value is not None and not isinstance(value, str):
            self.refuse(key, "a name is needed")
        return value

    def flag(self, key):
        value = self.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "true or false is needed")
        return value


# --- the whole model -----------------------------------------------------------------------------------------------------------

class StableDiffusion:
    """All that the files of a folder say, checked: whatever cannot be exported is refused here, before anything is written.

    prediction, schedule, lengths as the card has them; shape [channels, height, width] of a sample; unet, vae, text_encoder: the
    configurations for diffusers' and transformers' classes.
    """

    def __init__(self, folder):
        classes = pipeline(folder)
        scheduler = Config(SCHEDULER, tuple(BY_CLASS), folder, "scheduler", "scheduler_config.json")
        self.prediction, self.schedule = prediction(scheduler), schedule(scheduler, classes.get("scheduler"))
        unet, vae = (Config(keys, PARTS[part], folder, part, "config.json") for keys, part in ((UNET, "unet"), (VAE, "vae")))
        text = Config(TEXT_ENCODER, PARTS["text_encoder"], folder, "text_encoder", "config.json")
        self.shape = shape(unet, vae)
        width = text.count("hidden_size", 512)
        if unet.count("cross_attention_dim", 1280) != width:
            unet.refuse("cross_attention_dim", "the text encoder's hidden_size is %d" % width)
        self.scale = vae.number("scaling_factor", 0.18215)
        if not self.scale > 0:
            vae.refuse("scaling_factor", "a positive number is needed")
        places = text.count("max_position_embeddings", 77)
        try:
            self.tokenizer = Tokenizer(folder, places)
        except (AttributeError, KeyError, TypeError, ValueError) as e:
            raise Refused("%s holds no tokenizer of CLIP (%s)" % (os.path.join(folder, "tokenizer"), named(e)))
        if self.tokenizer.largest >= text.count("vocab_size", 49408):
            text.refuse("vocab_size", "the tokenizer has a token with the number %d" % self.tokenizer.largest)
        self.unet, self.vae = (without_private(c.values) for c in (unet, vae))
        self.text_encoder = without_private(text.values)


def without_private(values):
    return {k: v for k, v in values.items() if not k.startswith("_")}


def pipeline(folder):
    """The class of every part, by model_index.json if there is one."""
    if not os.path.exists(os.path.join(folder, "model_index.json")):
        return {}
    index = Config(INDEX, PIPELINES, folder, "model_index.json")
    classes = {}
    for part, names in dict(PARTS, scheduler=tuple(BY_CLASS)).items():
        value = index.get(part)
        if not isinstance(value, list) or len(value) != 2 or value[1] not in names:
            index.refuse(part, known(names))
        classes[part] = value[1]
    return classes


def shape(unet, vae):
    """[channels, height, width] of what the network draws."""
    channels = unet.count("in_channels", 4)
    latents = vae.count("latent_channels", 4)
    if channels != latents:
        unet.refuse("in_channels", "the autoencoder has latents of %d channels, so the network wants more than them, as one for"
                    " inpainting or depth does" % latents)
    if unet.count("out_channels", 4) != channels:
        unet.refuse("out_channels", "a network with in_channels %d that returns what it takes is needed" % channels)
    size = unet.get("sample_size")
    sides = size if isinstance(size, list) else [size, size]
    if len(sides) != 2 or not all(isinstance(s, int) and not isinstance(s, bool) and 1 <= s <= 100000 for s in sides):
        unet.refuse("sample_size", "a side, or height and width, are needed")
    return [channels] + sides


# --- the schedule that the network was trained on ------------------------------------------------------------------------------

def prediction(config):
    name = config.name("prediction_type", "epsilon")
    if name not in PREDICTIONS:
        config.refuse("prediction_type", known(list(PREDICTIONS)))
    if name == "epsilon" and config.flag("rescale_betas_zero_snr"):
        config.refuse("rescale_betas_zero_snr", "the last step of this schedule is noise alone, of which a network with"
                      " prediction_type epsilon says nothing")
    return PREDICTIONS[name]


def schedule(config, index_class=None):
    """The noise rates as a card has them, see exporting.discrete_schedule."""
    name = config.name("_class_name", index_class)
    if index_class is not None and name != index_class:
        config.refuse("_class_name", "model_index.json says %s" % index_class)
    zero, shift = config.flag("rescale_betas_zero_snr"), config.number("snr_shift_scale", 3.0 if name in SHIFTED else 1.0)
    if not shift > 0:
        config.refuse("snr_shift_scale", "a positive number is needed")
    for key, asked, classes in (("rescale_betas_zero_snr", zero, RESCALED), ("snr_shift_scale", shift != 1, SHIFTED)):
        if asked and name is not None and name not in classes:
            config.refuse(key, "%s does not know this key, so what the network was trained on is not certain" % name)
    rates = betas(config, BY_CLASS.get(name, {}))
    card = discrete_schedule(rates)
    if shift == 1 and not zero:
        return card
    bars = alpha_bars(rates)
    if shift != 1:
        bars = [bar / (shift + (1 - shift) * bar) for bar in bars]
    if zero:
        bars = zero_terminal_snr(bars)
        if not bars[-2] > LAST_ALPHA_BAR:
            config.refuse("rescale_betas_zero_snr", "the last step but one of this schedule is noise alone already")
        bars[-1] = LAST_ALPHA_BAR
    card = discrete_schedule([1 - bar / before for before, bar in zip([1.0] + bars, bars)])
    return dict(card, lastAlphaBar=LAST_ALPHA_BAR) if zero else card


def betas(config, defaults):
    """Noise rates of the training steps, as diffusers' schedulers make them."""
    count = config.count("num_train_timesteps", 1000, least=2)
    given = config.get("trained_betas")
    if given is not None:
        if not isinstance(given, list) or not all(isinstance(b, (int, float)) and not isinstance(b, bool) for b in given):
            config.refuse("trained_betas", "a list of numbers is needed")
        if len(given) != count:
            config.refuse("trained_betas", "these are %d rates for num_train_timesteps %d" % (len(given), count))
        return checked(config, "trained_betas", [float(b) for b in given])
    name = config.name("beta_schedule", defaults.get("beta_schedule"))
    if name in ALPHA_BARS:
        bar = ALPHA_BARS[name]
        return checked(config, "beta_schedule", [min(1 - bar((i + 1) / count) / bar(i / count), 0.999) for i in range(count)])
    if name not in CURVES:
        config.refuse("beta_schedule", known(list(CURVES) + list(ALPHA_BARS)))
    ends = [config.number(key, defaults.get(key)) for key in ("beta_start", "beta_end")]
    for key, end in zip(("beta_start", "beta_end"), ends):
        if not 0 < end < 1:
            config.refuse(key, "a rate lies between 0 and 1")
    return checked(config, "beta_schedule", CURVES[name](ends[0], ends[1], count))


def checked(config, key, rates):
    if not all(0 < rate < 1 for rate in rates):
        config.refuse(key, "a rate lies between 0 and 1, number %d does not"
                      % [0 < rate < 1 for rate in rates].index(False))
    return rates


def line(first, last, count):
    return [first + (last - first) * i / (count - 1) for i in range(count)]


def laplace_bar(t):
    half = -0.5 * math.copysign(1, 0.5 - t) * math.log(1 - 2 * abs(0.5 - t) + 1e-6)
    return math.sqrt(math.exp(half) / (1 + math.exp(half)))


CURVES = {
    "linear": line,
    "scaled_linear": lambda first, last, count: [root ** 2 for root in line(first ** 0.5, last ** 0.5, count)],
    "sigmoid": lambda first, last, count: [first + (last - first) / (1 + math.exp(-x)) for x in line(-6, 6, count)]}
# abar of the time, from 0 to 1; rates are at most 0.999
ALPHA_BARS = {
    "squaredcos_cap_v2": lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2,
    "laplace": laplace_bar,
    "exp": lambda t: math.exp(-12 * t)}


def alpha_bars(rates):
    """Products of 1 - beta up to each step."""
    bars, bar = [], 1.0
    for rate in rates:
        bar *= 1 - rate
        bars.append(bar)
    return bars


def zero_terminal_snr(bars):
    """abar whose roots are moved and stretched: the last is 0, the first as it was (Lin et al. 2305.08891, algorithm 1)."""
    roots = [math.sqrt(bar) for bar in bars]
    return [((root - roots[-1]) * roots[0] / (roots[0] - roots[-1])) ** 2 for root in roots]


# --- the tokenizer -------------------------------------------------------------------------------------------------------------

class Tokenizer:
    """tokenizer.json as text, the length of a text in tokens, the number of the padding token, and the largest number of all."""

    def __init__(self, folder, places):
        place = os.path.join(folder, "tokenizer")
        config = Config(TOKENIZER, PARTS["tokenizer"], place, "tokenizer_config.json")
        whole = os.path.join(place, "tokenizer.json")
        parts = [os.path.join(place, name) for name in ("vocab.json", "merges.txt")]
        if os.path.exists(whole):
            self.source, tokenizer = whole, read_json(whole)
        elif all(os.path.exists(part) for part in parts):
            self.source, tokenizer = parts[0], None
        else:
            raise Refused("%s has neither tokenizer.json nor vocab.json and merges.txt" % place)
        vocabulary = numbers_of(tokenizer, whole) if tokenizer else vocabulary_of(parts[0])
        end = self.special(config, "eos_token", "<|endoftext|>", vocabulary)
        start = self.special(config, "bos_token", "<|startoftext|>", vocabulary)
        pad = self.special(config, "pad_token", end, vocabulary, place)
        for number, added in (config.get("added_tokens_decoder") or {}).items():
            if vocabulary.get(token(added)) != (int(number) if number.isdigit() else None):
                config.refuse("added_tokens_decoder", "%s has no such token %s" % (self.source, token(added)))
        if tokenizer is None:
            if os.path.exists(os.path.join(place, "added_tokens.json")):
                for name in read_json(place, "added_tokens.json"):
                    if name not in vocabulary:
                        raise Refused("%s adds the token %s, which %s has not" % (
                            os.path.join(place, "added_tokens.json"), shown(name), parts[0]))
            tokenizer = clip_tokenizer(vocabulary, merges_of(parts[1]), start, end)
        tokenizer.update(truncation=None, padding=None)    # texts are cut and padded as the card says
        self.text = json.dumps(tokenizer, ensure_ascii=False)
        self.pad, self.largest = vocabulary[pad], max(vocabulary.values())
        self.ordinary = sorted(n for name, n in vocabulary.items() if name not in (start, end, pad))
        longest = config.get("model_max_length")
        longest = places if longest is None else longest
        if isinstance(longest, bool) or not isinstance(longest, (int, float)) or not longest >= 3:
            config.refuse("model_max_length", "a number of tokens is needed")
        self.length = int(min(longest, places))            # some files say 1e30, which means none of its own

    def special(self, config, key, default, vocabulary, place=None):
        name = token(config.get(key))
        table = os.path.join(place, "special_tokens_map.json") if place else None
        if table and os.path.exists(table):
            name = token(read_json(table).get(key)) or name
        name = name or default
        if name not in vocabulary:
            raise Refused("%s has no token %s, which is the %s" % (self.source, shown(name), key))
        return name


def token(value):
    return value.get("content") if isinstance(value, dict) else value


def vocabulary_of(path):
    vocabulary = read_json(path)
    if not isinstance(vocabulary, dict) or not vocabulary or not all(type(n) is int for n in vocabulary.values()):
        raise Refused("%s is no table of tokens and their numbers" % path)
    return vocabulary


def numbers_of(tokenizer, path):
    """Tokens and their numbers in a tokenizer.json."""
    model = tokenizer.get("model") if isinstance(tokenizer, dict) else None
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(vocabulary, dict) or model.get("type", "BPE") != "BPE" or not vocabulary:
        raise Refused("%s is no tokenizer.json of CLIP: it has no model of byte pairs with a vocabulary" % path)
    added = {entry["content"]: entry["id"] for entry in tokenizer.get("added_tokens") or []}
    return dict(vocabulary, **added)


def merges_of(path):
    with open(path, encoding="utf-8-sig") as file:
        return [line.rstrip("\r\n") for line in file if line.strip() and not line.startswith("#version")]


def clip_tokenizer(vocabulary, merges, start, end):
    """What vocab.json and merges.txt of CLIP mean, in the form of huggingface's tokenizers."""
    special = [{"id": vocabulary[t], "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                "special": True} for t in (start, end)]
    words = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": words}, "behavior": "Removed", "invert": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}]},
        "post_processor": {"type": "RobertaProcessing", "sep": [end, vocabulary[end]], "cls": [start, vocabulary[start]],
                           "trim_offsets": False, "add_prefix_space": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": end, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "</w>", "fuse_unk": False, "vocab": vocabulary, "merges": merges}}
