#!/usr/bin/env python3
"""Makes a folder with the TorchScript files and cards of a Stable Diffusion 1 or 2.

    python3 export_stable_diffusion.py stable-diffusion-v1-5 --out data/models/stable-diffusion-v1-5

The folder is a model in diffusers' layout as it lies on huggingface.co: scheduler/, unet/, vae/, text_encoder/ with config.json
and weights, tokenizer/. Run it where diffusers and transformers are installed: the classes are theirs. Of the weights only
numbers are read, never code (safetensors, or torch.load with weights_only).

    denoiser.pt     x float32 [n, 4, side, side], number of the training step float32 [n] or [1] (0 to 999, not rounded), text
                    float32 [n, 77, width] or [1, 77, width], to the predicted noise (or velocity, as the card says)
    decoder.pt      latents over their scale to images around [-1, 1]
    encoder.pt      tokens int64 [n, 77] to the text encoder's last hidden states [n, 77, width]
    tokenizer.json  CLIP's tokenizer, put together from vocab.json and merges.txt if the folder has no such file

All configuration files are read first. Schedules of noise rates are taken as diffusers makes them, those of zero terminal SNR
with the last product of alphas 2^-24, as its Euler and multistep schedulers have it; the card says so. What cannot be exported,
and every key that diffusers_config.py does not know, is refused by name.

Before anything is written each file is loaded again and compared with the Python module, values and gradients, on random inputs
of several batch sizes. --half computes the denoiser in float16; decoder and text encoder stay float32.
"""

import argparse
import os

import diffusers_config
import exporting
from exporting import Refused, torch

WEIGHTS = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin", "model.safetensors", "pytorch_model.bin",
           "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors")
# what attention was called in autoencoders of 2022
OLD_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
IGNORED = ("text_model.embeddings.position_ids", "embeddings.position_ids")


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


def load(folder, part, make, config, sources):
    """A part of the model: made from its configuration, filled with its weights."""
    files = [os.path.join(folder, part, name) for name in WEIGHTS if os.path.exists(os.path.join(folder, part, name))]
    if not files:
        raise Refused("%s has none of the files %s" % (os.path.join(folder, part), ", ".join(WEIGHTS)))
    try:
        module = make(config)
    except Exception as e:                                 # the packages raise almost anything on values that don't fit together
        raise Refused("%s: %s" % (os.path.join(folder, part, "config.json"), e))
    exporting.fill(module, current_names(exporting.weights(files[0]), module.state_dict()), files[0], IGNORED)
    sources.append(dict(exporting.source(files[0], []), file=part + "/" + os.path.basename(files[0])))
    return module.float().eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", help="the model in diffusers' layout")
    exporting.model_options(parser)
    options = parser.parse_args()
    read, sources = diffusers_config.StableDiffusion(options.folder), []
    exporting.check_options(options)
    for package in ("DIFFUSERS", "TRANSFORMERS"):          # their remarks on configurations, which are held to our own list
        os.environ.setdefault(package + "_VERBOSITY", "error")
    try:
        from diffusers import AutoencoderKL, UNet2DConditionModel
        from transformers import CLIPTextConfig, CLIPTextModel
    except ImportError as e:
        raise Refused("needs diffusers and transformers in the Python that runs this script (%s)" % e)

    unet = load(options.folder, "unet", UNet2DConditionModel.from_config, read.unet, sources)
    vae = load(options.folder, "vae", AutoencoderKL.from_config, read.vae, sources)
    encoder = load(options.folder, "text_encoder", lambda c: CLIPTextModel(CLIPTextConfig(**c)), read.text_encoder, sources)
    kind = exporting.narrow() if options.half else torch.float32
    unet, vae, encoder = unet.to(options.device, kind), vae.to(options.device), encoder.to(options.device)
    shape, tokenizer, length = read.shape, read.tokenizer, read.tokenizer.length
    model = exporting.Model(options, sources, {})

    ordinary = torch.tensor(tokenizer.ordinary)
    tokens = ordinary[torch.arange(3 * length) % len(ordinary)].reshape(3, length).to(options.device)
    tokens[:, -1] = tokenizer.largest
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
    model.copy("tokenizer", "tokenizer.json", tokenizer.text)
    model.write({"sampleShape": shape, "inputs": inputs}, prediction=read.prediction, schedule=read.schedule,
                condition={"kind": "text", "shape": list(condition.shape[1:]), "tokens": length, "pad": tokenizer.pad},
                guidance="no text is the empty text", latentScale=read.scale,
                pictureShape=list(pictures.shape[1:]))


if __name__ == "__main__":
    exporting.run("export_stable_diffusion", main)
