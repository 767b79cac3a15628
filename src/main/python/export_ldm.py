#!/usr/bin/env python3
"""Makes a folder with the TorchScript files and cards of a latent diffusion model (Rombach et al. 2022).

    python3 export_ldm.py model.ckpt --config config.yaml --repo latent-diffusion --out data/models/ldm-lsun-bedroom

--repo is your clone of CompVis/latent-diffusion, --config its description of the model (models/ldm/lsun_beds256/config.yaml,
configs/latent-diffusion/cin256-v2.yaml). Run it in the environment that the repository asks for. The classes are the
repository's; of the checkpoint only numbers are read, never code (torch.load with weights_only).

    denoiser.pt   x float32 [n, channels, side, side], number of the training step float32 [n] or [1] (0 to 999, not rounded)
                  and of a conditional model the class's vector [n, 1, width] or [1, 1, width], to the predicted noise. The
                  weights are the averaged ones (EMA) where the model has them, as in the repository's sampling.
    decoder.pt    latents over their scale to images around [-1, 1]; with a VQ autoencoder through its codebook, as
                  decode_first_stage does
    encoder.pt    of a class-conditional model: class numbers int64 [n] to vectors [n, 1, width]

Before anything is written each file is loaded again and compared with the Python module, values and gradients, on random inputs
of several batch sizes. --half computes the denoiser's products and convolutions in float16; its embeddings and normalizations, the
decoder and the encoder stay float32.
"""

import argparse
import contextlib

import exporting
from exporting import Refused, torch

PREDICTIONS = {"eps": "noise", "x0": "data", "v": "velocity"}
# of training alone; averaged weights that a model does not use
IGNORED = ("model_ema.", "first_stage_model.loss.", "first_stage_model.model_ema.", "logvar", "loss.")


def without_checkpoints(config):
    """A configuration without the checkpoints of its parts: the model's own checkpoint holds their weights."""
    if isinstance(config, dict):
        return {k: without_checkpoints(v) for k, v in config.items() if k != "ckpt_path"}
    return [without_checkpoints(v) for v in config] if isinstance(config, list) else config


def open_model(options):
    exporting.use_repository(options.repo, "ldm")
    try:
        from ldm.util import instantiate_from_config
        from omegaconf import OmegaConf
    except ImportError as e:
        raise Refused("%s does not import (%s): run this in the environment that the repository asks for" % (options.repo, e))
    try:
        config = OmegaConf.to_container(OmegaConf.load(options.config), resolve=True)
        model = instantiate_from_config(OmegaConf.create(without_checkpoints(config["model"])))
    except (KeyError, TypeError, AttributeError, ImportError) as e:
        raise Refused("%s describes no model of %s (%s: %s)" % (options.config, options.repo, type(e).__name__, e))
    exporting.fill(model, exporting.weights(options.file, "state_dict"), options.file, IGNORED)
    return model.eval().to(options.device)


def plain(function, inputs, parameters, flag):
    """Stands where the repository computes a part again on the way back, to save memory."""
    return function(*inputs)


def vectors_of(model):
    """The embedding of class numbers; None for a model without condition."""
    stage = model.cond_stage_model
    if stage is None:
        return None
    if not isinstance(getattr(stage, "embedding", None), torch.nn.Embedding) or not hasattr(stage, "key"):
        raise Refused("the condition of this model is a %s; known here are models of classes and models without condition"
                      % type(stage).__name__)
    return lambda numbers: model.get_learned_conditioning({stage.key: numbers})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="model.ckpt", help="the checkpoint")
    parser.add_argument("--config", required=True, metavar="FILE.yaml", help="its description")
    parser.add_argument("--repo", required=True, metavar="FOLDER", help="your clone of CompVis/latent-diffusion")
    parser.add_argument("--none", type=int, metavar="NUMBER", help="the class that stands for no class (default: the last of"
                        " 1001, none of another number)")
    exporting.model_options(parser)
    options = parser.parse_args()
    exporting.check_options(options)

    source = exporting.source(options.file, [])
    model = open_model(options)
    shape = [model.channels, model.image_size, model.image_size]
    embed = vectors_of(model)
    folder = exporting.Model(options, [source], {})
    with model.ema_scope() if hasattr(model, "ema_scope") else contextlib.nullcontext():
        details = export(model, options, folder, shape, embed)
    folder.write({"sampleShape": shape, "inputs": "x; number of the training step; class vector if conditional"}, **details)


def export(model, options, folder, shape, embed):
    prediction = PREDICTIONS.get(model.parameterization)
    if prediction is None:
        raise Refused("this model predicts '%s'; known are %s" % (model.parameterization, ", ".join(PREDICTIONS)))
    details = {"prediction": prediction, "schedule": exporting.discrete_schedule(model.betas.double().cpu())}
    condition = None
    if embed is not None:
        count = model.cond_stage_model.embedding.num_embeddings
        none = count - 1 if options.none is None and count == 1001 else options.none
        numbers = torch.tensor([0, 1, count - 1], device=options.device)
        module = exporting.Part(model.cond_stage_model, embed)
        condition = exporting.values(module, [numbers])[0].cpu()
        folder.add("encoder", "class-embedding", module, [[numbers], [numbers[:1]]], {
            "input": "int64 [n], 0 to %d" % (count - 1), "outputs": [{"name": "vectors", "size": condition[0].numel()}]})
        details["condition"] = {"kind": "class-vectors", "count": count - (none is not None), "shape": list(condition.shape[1:])}
        if none is not None:
            details["condition"]["none"] = none
            details["guidance"] = "no class is class number %d" % none

    def call(x, t, *c):
        return model.apply_model(x, t, c[0] if c else None)

    denoiser = exporting.Denoiser(model.model, call)
    checks = exporting.denoiser_checks(shape, [0.0, 417.3, 999.0], condition, options.device)
    exporting.replace_functions(
        model.model, lambda: exporting.values(denoiser, checks[0]) + exporting.gradients(denoiser, checks[0]), checkpoint=plain)
    if options.half:
        exporting.narrow_products(model.model)
    inputs = [exporting.described("x", *shape), "number of the training step float32 [n] or [1]"]
    if condition is not None:
        inputs.append(exporting.described("class vector", *condition.shape[1:]))
    size = shape[0] * shape[1] * shape[2]
    folder.add("denoiser", "denoiser", denoiser, checks, {
        "input": "; ".join(inputs), "outputs": [{"name": "prediction", "size": size}]})

    decoder = exporting.Part(model.first_stage_model, model.first_stage_model.decode)
    latents = [[c[0]] for c in checks[:2]]
    pictures = exporting.values(decoder, latents[0])[0]
    folder.add("decoder", "decoder", decoder, latents, {
        "input": exporting.described("z", *shape) + ", over the latent scale",
        "outputs": [{"name": "pictures", "size": pictures[0].numel()}]})
    details.update(latentScale=float(model.scale_factor), pictureShape=list(pictures.shape[1:]))
    return details


if __name__ == "__main__":
    exporting.run("export_ldm", main)
