#!/usr/bin/env python3
"""Makes a folder with the TorchScript files and cards of a Stable Diffusion 1 or 2.

    python3 export_stable_diffusion.py stable-diffusion-v1-5 --out data/models/stable-diffusion-v1-5

The folder is a model in diffusers' layout as it lies on huggingface.co: scheduler/, unet/, vae/, text_encoder/ with config.json
and weights, tokenizer/. Run it where diffusers and transformers are installed: the classes are theirs. Of the weights only
numbers are read, never code (safetensors, or torch.load with weights_only).

    denoiser.pt     x float32 [n, 4, side, side], number of the training step float32 [n] or [1] (0 to 999, not rounded), text
                    float32 [n, 77, width] or [1, 77, width], to the predicted noise (or velocity, as the card says)
    decoder.pt      latents over their scale to pictures around [-1, 1]
    encoder.pt      tokens int64 [n, 77] to the text encoder's last hidden states [n, 77, width]
    tokenizer.json  CLIP's tokenizer, put together from vocab.json and merges.txt if the folder has no such file

Before anything is written each file is loaded again and compared with the Python module, values and gradients, on random inputs
of several batch sizes. --half computes the denoiser in float16; decoder and text encoder stay float32.
"""

import argparse
import json
import os

import exporting
from exporting import Refused, torch

WEIGHTS = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin", "model.safetensors", "pytorch_model.bin",
           "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors")
PREDICTIONS = {"epsilon": "noise", "sample": "data", "v_prediction": "velocity"}
# what attention was called in autoencoders of 2022
OLD_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
IGNORED = ("text_model.embeddings.position_ids", "embeddings.position_ids")


def read_json(*parts):
    path = os.path.join(*parts)
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as e:
            raise Refused("%s is no JSON (%s)" % (path, e))


def current_names(state, wanted):
    """Tensors under the names that a module of today has."""
    renamed = {}
    for name, tensor in state.items():
        stem, _, last = name.rpartition(".")
        start, _, old = stem.rpartition(".")
        now = "%s.%s.%s" % (start, OLD_NAMES.get(old, old), last)
        if name not in wanted and now in wanted:
            name, tensor = now, tensor.reshape(wanted[now].shape)          # a convolution with a 1x1 kernel is linear
        renamed[name] = tensor
    return renamed


def load(folder, part, make, sources):
    """A part of the model: made from its config.json, filled with its weights."""
    config = read_json(folder, part, "config.json")
    files = [os.path.join(folder, part, name) for name in WEIGHTS if os.path.exists(os.path.join(folder, part, name))]
    if not files:
        raise Refused("%s has none of the files %s" % (os.path.join(folder, part), ", ".join(WEIGHTS)))
    try:
        module = make({k: v for k, v in config.items() if not k.startswith("_")})
    except (TypeError, ValueError, KeyError) as e:
        raise Refused("%s: %s" % (os.path.join(folder, part, "config.json"), e))
    exporting.fill(module, current_names(exporting.weights(files[0]), module.state_dict()), files[0], IGNORED)
    sources.append(dict(exporting.source(files[0], []), file=part + "/" + os.path.basename(files[0])))
    return module.eval(), config


def betas(config, path):
    """Noise rates of the training steps, as diffusers' schedulers make them."""
    count, first, last = config.get("num_train_timesteps", 1000), config.get("beta_start"), config.get("beta_end")
    if config.get("trained_betas"):
        return torch.tensor(config["trained_betas"], dtype=torch.float64)
    if config.get("beta_schedule") == "scaled_linear":
        return torch.linspace(first ** 0.5, last ** 0.5, count, dtype=torch.float64) ** 2
    if config.get("beta_schedule") == "linear":
        return torch.linspace(first, last, count, dtype=torch.float64)
    raise Refused("%s: beta_schedule %s is not known here" % (path, config.get("beta_schedule")))


def token(value):
    return value.get("content") if isinstance(value, dict) else value


def tokenizer(folder):
    """tokenizer.json as text, number of tokens of a text, number of the padding token."""
    place = os.path.join(folder, "tokenizer")
    vocabulary = read_json(place, "vocab.json")
    config = read_json(place, "tokenizer_config.json")
    end = token(config.get("eos_token")) or "<|endoftext|>"
    start = token(config.get("bos_token")) or "<|startoftext|>"
    special = os.path.join(place, "special_tokens_map.json")
    pad = token(read_json(special).get("pad_token")) if os.path.exists(special) else None
    pad = pad or token(config.get("pad_token")) or end
    for name in (start, end, pad):
        if name not in vocabulary:
            raise Refused("%s has no token %s" % (os.path.join(place, "vocab.json"), name))
    length = config.get("model_max_length", 77)
    whole = os.path.join(place, "tokenizer.json")
    if os.path.exists(whole):
        with open(whole, encoding="utf-8") as file:
            return file.read(), length, vocabulary[pad]
    with open(os.path.join(place, "merges.txt"), encoding="utf-8") as file:
        merges = [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#version")]
    return json.dumps(clip_tokenizer(vocabulary, merges, start, end), ensure_ascii=False), length, vocabulary[pad]


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", help="the model in diffusers' layout")
    exporting.model_options(parser)
    options = parser.parse_args()
    exporting.check_options(options)
    try:
        from diffusers import AutoencoderKL, UNet2DConditionModel
        from transformers import CLIPTextConfig, CLIPTextModel
    except ImportError as e:
        raise Refused("needs diffusers and transformers in the Python that runs this script (%s)" % e)

    scheduler = read_json(options.folder, "scheduler", "scheduler_config.json")
    prediction = PREDICTIONS.get(scheduler.get("prediction_type", "epsilon"))
    if prediction is None:
        raise Refused("this model predicts '%s'; known are %s" % (scheduler.get("prediction_type"), ", ".join(PREDICTIONS)))
    sources = []
    text, length, pad = tokenizer(options.folder)
    unet, config = load(options.folder, "unet", UNet2DConditionModel.from_config, sources)
    vae, vae_config = load(options.folder, "vae", AutoencoderKL.from_config, sources)
    encoder, _ = load(options.folder, "text_encoder", lambda c: CLIPTextModel(CLIPTextConfig(**c)), sources)
    kind = exporting.narrow() if options.half else torch.float32
    unet, vae, encoder = unet.to(options.device, kind), vae.to(options.device), encoder.to(options.device)
    shape = [config["in_channels"], config["sample_size"], config["sample_size"]]
    model = exporting.Model(options, sources, {})

    words = json.loads(text)["model"]["vocab"]
    ordinary = torch.arange(3 * length) % max(1, min(len(words), pad or len(words)) - 2)
    tokens = ordinary.reshape(3, length).to(options.device)
    tokens[:, -1] = max(words.values())
    states = exporting.Part(encoder, lambda t: encoder(t)[0])
    condition = exporting.values(states, [tokens])[0].cpu()
    model.add("encoder", "text-encoder", states, [[tokens], [tokens[:1]]], {
        "input": "int64 [n, %d]" % length, "outputs": [{"name": "states", "size": condition[0].numel()}]})

    denoiser = exporting.Denoiser(unet, lambda x, t, c: unet(x, t, encoder_hidden_states=c, return_dict=False)[0], kind)
    checks = exporting.denoiser_checks(shape, [0.0, 417.3, 999.0], condition, options.device)
    inputs = "; ".join([exporting.described("x", *shape), "number of the training step float32 [n] or [1]",
                        exporting.described("text", *condition.shape[1:])])
    model.add("denoiser", "denoiser", denoiser, checks, {
        "input": inputs, "outputs": [{"name": "prediction", "size": shape[0] * shape[1] * shape[2]}]})

    decoder = exporting.Part(vae, lambda z: vae.decode(z, return_dict=False)[0])
    latents = [[c[0]] for c in checks[:2]]
    pictures = exporting.values(decoder, latents[0])[0]
    model.add("decoder", "decoder", decoder, latents, {
        "input": exporting.described("z", *shape) + ", over the latent scale",
        "outputs": [{"name": "pictures", "size": pictures[0].numel()}]})
    model.copy("tokenizer", "tokenizer.json", text)
    model.write({"sampleShape": shape, "inputs": inputs}, prediction=prediction,
                schedule=exporting.discrete_schedule(betas(scheduler, "scheduler_config.json")),
                condition={"kind": "text", "shape": list(condition.shape[1:]), "tokens": length, "pad": pad},
                guidance="no text is the empty text", latentScale=vae_config.get("scaling_factor", 0.18215),
                pictureShape=list(pictures.shape[1:]))


if __name__ == "__main__":
    exporting.run("export_stable_diffusion", main)
