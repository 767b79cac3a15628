"""Writes the small diffusion models of the tests: random networks of the official contracts, through the official kinds of
files and the export scripts, and what Python's reference samplers draw with them. Needs torch. Usage: make_models.py FOLDER

  FOLDER/edm-small, edm-classes   an EDM network without and with classes
  FOLDER/ldm-small                latent diffusion of classes, VQ autoencoder
  FOLDER/sd-small                 text to image in diffusers' layout, velocity prediction, KL autoencoder
  FOLDER/models.npz               seeds; the inputs of every network call and the samples of reference_samplers.py
"""

import contextlib
import io
import json
import os
import pickle
import sys
import tempfile

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../main/python"), os.path.join(HERE, "standins"),
                os.path.join(HERE, "standins/hub"), os.path.join(HERE, "standins/edm"), os.path.join(HERE, "standins/latent")]
import export_clip
import export_edm
import export_ldm
import export_stable_diffusion
import exporting
import reference_samplers as reference

SEEDS = [0, 1, 12345]
EDM, LATENT = os.path.join(HERE, "standins/edm"), os.path.join(HERE, "standins/latent")
TEXT = {"vocab_size": 600, "max_position_embeddings": 77, "hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 2,
        "num_hidden_layers": 1, "hidden_act": "quick_gelu"}
UNET = {"in_channels": 4, "sample_size": 4, "block_out_channels": [8], "cross_attention_dim": 8}
VAE = {"latent_channels": 4, "block_out_channels": [6]}
SCHEDULER = {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def call(script, *arguments):
    sys.argv = [script.__name__] + list(arguments)
    with contextlib.redirect_stdout(io.StringIO()):
        script.main()


def dump(value, *path):
    os.makedirs(os.path.join(*path[:-1]), exist_ok=True)
    with open(os.path.join(*path), "w", encoding="utf-8") as file:
        json.dump(value, file)


def randomize(module, seed):
    exporting.randomize(module, seed)
    for part in module.modules():
        if isinstance(part, torch.nn.Embedding):
            torch.nn.init.normal_(part.weight, std=0.5)
    return module.eval()


# --- official kinds of files -------------------------------------------------------------------------------------------------

def edm_file(path, classes, seed=1):
    import small_edm
    net = randomize(small_edm.Precond(label_dim=classes, width=4), seed)
    with open(path, "wb") as file:
        pickle.dump({"ema": net}, file)
    return net


def ldm_config(classes, kl=False):
    first = {"target": "ldm.small.AutoencoderKL", "params": {"embed_dim": 3, "width": 6}} if kl else {
        "target": "ldm.small.VQModelInterface",
        "params": {"embed_dim": 3, "n_embed": 32, "width": 6, "ckpt_path": "models/first_stage_models/vq-f4/model.ckpt"}}
    condition = {"target": "ldm.small.ClassEmbedder", "params": {"embed_dim": 6, "n_classes": classes, "key": "class_label"}}
    return {"model": {"target": "ldm.small.LatentDiffusion", "params": {
        "channels": 3, "image_size": 4, "width": 8, "linear_start": 0.0015, "linear_end": 0.0195, "timesteps": 1000,
        "first_stage_config": first, "cond_stage_config": condition if classes else "__is_unconditional__",
        "scale_factor": 0.25}}}


def ldm_files(folder, classes, kl=False):
    """The model, its averaged weights in use."""
    config = ldm_config(classes, kl)
    dump(config, folder, "config.yaml")
    from ldm.util import instantiate_from_config
    model = randomize(instantiate_from_config(export_ldm.without_checkpoints(config["model"])), 2)
    for part in (model.first_stage_model, model.model_ema):
        generator = torch.Generator().manual_seed(3)
        for buffer in part.buffers():
            buffer.normal_(std=0.3, generator=generator)
    torch.save({"state_dict": model.state_dict(), "global_step": 7}, os.path.join(folder, "model.ckpt"))
    model.model_ema.exchange(model.model)
    return model


def sd_files(folder, prediction):
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel
    unet, vae = randomize(UNet2DConditionModel(**UNET), 4), randomize(AutoencoderKL(**VAE), 5)
    text = CLIPTextModel(CLIPTextConfig(**TEXT))
    randomize(text, 6)
    old = {k.replace("to_q", "query"): v[:, :, None, None] if k == "mid.to_q.weight" else v
           for k, v in vae.state_dict().items()}
    for part, config, state, name in (("unet", UNET, unet.state_dict(), "diffusion_pytorch_model.bin"),
                                      ("vae", dict(VAE, _class_name="AutoencoderKL"), old, "diffusion_pytorch_model.bin"),
                                      ("text_encoder", TEXT, text.state_dict(), "pytorch_model.bin")):
        dump(config, folder, part, "config.json")
        torch.save(state, os.path.join(folder, part, name))
    dump(dict(SCHEDULER, prediction_type=prediction), folder, "scheduler", "scheduler_config.json")
    with open(os.path.join(HERE, "../resources/nets/tokenizer-small.json"), encoding="utf-8") as file:
        whole = json.load(file)
    dump(whole["model"]["vocab"], folder, "tokenizer", "vocab.json")
    with open(os.path.join(folder, "tokenizer/merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "".join(m + "\n" for m in whole["model"]["merges"]))
    dump({"model_max_length": 77, "pad_token": {"content": "!"}}, folder, "tokenizer", "tokenizer_config.json")
    return unet, vae, text


# --- what the reference samplers draw ------------------------------------------------------------------------------------------

def keep(out, name, recorder, samples):
    out[name + "_inputs"] = np.stack([i.numpy() for i in recorder.inputs])
    out[name + "_samples"] = samples.numpy()


def edm_trajectories(out, net, with_classes):
    z = reference.noise(SEEDS, [3, 8, 8])
    plain = reference.Recorder(lambda x, s: net(x, s))
    keep(out, "edm", plain, reference.edm_heun(plain, z, reference.edm_times(4, 0.002, 80)))
    labels = torch.tensor([[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]]).float()
    given = reference.Recorder(reference.guided(with_classes, labels, torch.zeros(1, 4), 1.5))
    keep(out, "edm_classes", given, reference.edm_heun(given, z, reference.edm_times(3, 0.002, 80)))


def ldm_trajectory(out, model):
    numbers = torch.tensor([1, 3, 1])
    rows = model.get_learned_conditioning({"class_label": numbers}).detach()
    none = model.get_learned_conditioning({"class_label": torch.tensor([4])}).detach()
    network = reference.Recorder(reference.guided(model.apply_model, rows, none, 3.0))
    abar = np.cumprod(1 - np.linspace(0.0015 ** 0.5, 0.0195 ** 0.5, 1000) ** 2)
    samples = reference.ddim(network, reference.noise(SEEDS, [3, 4, 4]), abar, reference.ddim_steps(1000, 5))
    keep(out, "ldm", network, samples)
    with torch.no_grad():
        out["ldm_pictures"] = model.first_stage_model.decode((samples / model.scale_factor).float()).numpy()


def tokens(words, start, end, pad):
    row = [start] + words + [end]
    return torch.tensor([row + [pad] * (77 - len(row))])


def sd_trajectory(out, unet, vae, text):
    """a photo of the cat, with the numbers that tokenizer-small.json gives its words; padded with '!', whose number is 0."""
    with open(os.path.join(HERE, "../resources/nets/tokenizer-small.json"), encoding="utf-8") as file:
        vocabulary = json.load(file)["model"]["vocab"]
    words = [vocabulary[w] for w in ("a</w>", "photo</w>", "of</w>", "the</w>", "cat</w>")]
    with torch.no_grad():
        rows, none = text(tokens(words, 598, 599, 0))[0], text(tokens([], 598, 599, 0))[0]
    out["sd_text"], out["sd_none"] = rows.numpy(), none.numpy()
    vp = reference.Vp(np.cumprod(1 - np.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2))
    network = reference.Recorder(reference.guided(
        lambda x, t, c: unet(x, t, encoder_hidden_states=c, return_dict=False)[0], rows, none, 7.5))
    times = list(np.linspace(1, 1 / 1000, 6))
    samples = reference.unipc(reference.of_velocity(network, vp), reference.noise(SEEDS, [4, 4, 4]), vp, times, 3, "bh2")
    keep(out, "sd", network, samples)
    with torch.no_grad():
        out["sd_pictures"] = vae.decode((samples / 0.18215).float(), return_dict=False)[0].numpy()


def main():
    folder = sys.argv[1]
    out = {"seeds": np.array(SEEDS)}
    with tempfile.TemporaryDirectory() as temporary:
        def official(name):
            return os.path.join(temporary, name)

        nets = [edm_file(official("edm-small.pkl"), 0), edm_file(official("edm-classes.pkl"), 4, 7)]
        for name in ("edm-small", "edm-classes"):
            call(export_edm, official(name + ".pkl"), "--repo", EDM, "--out", os.path.join(folder, name))
        ldm = ldm_files(official("ldm"), 5)
        call(export_ldm, official("ldm/model.ckpt"), "--config", official("ldm/config.yaml"), "--repo", LATENT, "--none", "4",
             "--out", os.path.join(folder, "ldm-small"))
        sd = sd_files(official("sd"), "v_prediction")
        call(export_stable_diffusion, official("sd"), "--out", os.path.join(folder, "sd-small"))
    edm_trajectories(out, *nets)
    ldm_trajectory(out, ldm)
    sd_trajectory(out, *sd)
    np.savez_compressed(os.path.join(folder, "models.npz"), **out)


if __name__ == "__main__":
    main()
