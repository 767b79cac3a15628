"""Exports random networks in all kinds of official files that the scripts for diffusion models take, and checks what comes out.

Needs torch; where it sees a CUDA device, the files must compute the same there, and half precision is tried. Usage:
export_models.py FOLDER; afterwards FOLDER/official has the files, for further runs of the scripts:
edm.pkl, forgetful.pkl, ldm/model.ckpt with config.yaml, sd (diffusers' layout).
"""

import json
import os
import pickle
import sys

import torch

import make_models
import export_edm
import export_ldm
import export_stable_diffusion
import exporting

FOLDER = sys.argv[1]


def path(*names):
    return os.path.join(FOLDER, *names)


def card(name):
    with open(path(name, "card.json"), encoding="utf-8") as file:
        return json.load(file)


def check(name, part, module, *inputs):
    """Values and gradients of a file against the module from which its weights come."""
    loaded = torch.jit.load(path(name, part + ".pt"))
    for found, expected in ((exporting.values(loaded, inputs), exporting.values(module, inputs)),
                            (exporting.gradients(loaded, inputs), exporting.gradients(module, inputs))):
        error = exporting.largest_error(found, expected)
        assert error < 1e-5, "%s, %s: %s" % (name, part, error)
        assert all(float(e.abs().max()) > 0 for e in expected)
    if torch.cuda.is_available():
        loaded = torch.jit.load(path(name, part + ".pt"), map_location="cuda")
        found = exporting.gradients(loaded, [i.cuda() for i in inputs]) + exporting.values(loaded, [i.cuda() for i in inputs])
        expected = exporting.gradients(module, inputs) + exporting.values(module, inputs)
        error = exporting.largest_error([f.cpu() for f in found], expected)
        assert error < 5e-3, "%s, %s on CUDA: %s" % (name, part, error)          # convolutions may use TF32


class Call(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def edm():
    net = make_models.edm_file(path("official", "edm.pkl"), 3)
    make_models.call(export_edm, path("official", "edm.pkl"), "--repo", make_models.EDM, "--out", path("edm"), "--name", "mine")
    labels = torch.eye(3)[[2, 0, 1, 1, 0]]
    check("edm", "denoiser", net, torch.randn(5, 3, 8, 8), torch.tensor([0.002, 0.1, 1, 20, 80]), labels)
    assert card("edm")["name"] == "mine" and card("edm")["details"]["condition"]["count"] == 3
    if torch.cuda.is_available():
        for option in ([], ["--half"]):
            make_models.call(export_edm, path("official", "edm.pkl"), "--repo", make_models.EDM, "--device", "cuda",
                             "--out", path("edm-cuda"), *option)
    import small_edm
    net = make_models.randomize(small_edm.Forgetful(), 1)
    with open(path("official", "forgetful.pkl"), "wb") as file:
        pickle.dump({"ema": net}, file)


def ldm():
    """Without condition, KL autoencoder; classes and VQ are in make_models.py."""
    os.makedirs(path("official", "ldm"))
    model = make_models.ldm_files(path("official", "ldm"), 0, kl=True)
    make_models.call(export_ldm, path("official", "ldm/model.ckpt"), "--config", path("official", "ldm/config.yaml"),
                     "--repo", make_models.LATENT, "--out", path("ldm"))
    x = torch.randn(4, 3, 4, 4)
    check("ldm", "denoiser", Call(lambda x, t: model.apply_model(x, t, None)), x, torch.tensor([0, 12.5, 500, 999]))
    check("ldm", "decoder", Call(model.first_stage_model.decode), x)
    details = card("ldm")["details"]
    assert details["schedule"] == {"kind": "discrete", "first": 0.0015, "last": 0.0195, "times": 1000}, details
    narrow_ldm(x)
    assert details["latentScale"] == 0.25 and "condition" not in details and details["pictureShape"] == [3, 8, 8]


def narrow_ldm(x):
    """--half, with the narrow type that torch has on every processor in place of float16."""
    exporting.narrow, wide = (lambda: torch.bfloat16), exporting.narrow
    make_models.call(export_ldm, path("official", "ldm/model.ckpt"), "--config", path("official", "ldm/config.yaml"),
                     "--repo", make_models.LATENT, "--out", path("ldm-half"), "--half")
    exporting.narrow = wide
    whole, half = (torch.jit.load(path(name, "denoiser.pt")) for name in ("ldm", "ldm-half"))
    inputs = [x, torch.tensor([0, 12.5, 500, 999])]
    for found, expected in ((exporting.values(half, inputs), exporting.values(whole, inputs)),
                            (exporting.gradients(half, inputs), exporting.gradients(whole, inputs))):
        error = exporting.largest_error(found, expected)
        assert 1e-5 < error < 5e-2, error                                        # bfloat16 has eight bits
        assert all(f.dtype == torch.float32 for f in found)
    assert os.path.getsize(path("ldm-half", "denoiser.pt")) < os.path.getsize(path("ldm", "denoiser.pt"))
    assert card("ldm-half")["details"]["precision"] == "float16"
    if torch.cuda.is_available():
        make_models.call(export_ldm, path("official", "ldm/model.ckpt"), "--config", path("official", "ldm/config.yaml"),
                         "--repo", make_models.LATENT, "--device", "cuda", "--out", path("ldm-cuda"), "--half")


def stable_diffusion():
    """Noise prediction, and a schedule that is no square root of a line."""
    unet, vae, text = make_models.sd_files(path("official", "sd"), "epsilon")
    make_models.dump(dict(make_models.SCHEDULER, beta_schedule="linear", prediction_type="epsilon"),
                     path("official", "sd"), "scheduler", "scheduler_config.json")
    make_models.call(export_stable_diffusion, path("official", "sd"), "--out", path("sd"))
    x, rows = torch.randn(4, 4, 4, 4), torch.randn(4, 77, 8)
    check("sd", "denoiser", Call(lambda x, t, c: unet(x, t, encoder_hidden_states=c, return_dict=False)[0]),
          x, torch.tensor([0, 12.5, 500, 999]), rows)
    check("sd", "decoder", Call(lambda z: vae.decode(z, return_dict=False)[0]), x)
    details = card("sd")["details"]
    assert len(details["schedule"]["betas"]) == 1000 and details["prediction"] == "noise" and details["condition"]["pad"] == 0
    with open(os.path.join(make_models.HERE, "../resources/nets/tokenizer-small.json"), encoding="utf-8") as file:
        whole = json.load(file)
    with open(path("sd", "tokenizer.json"), encoding="utf-8") as file:
        assert json.load(file) == whole


os.makedirs(path("official"))
edm()
ldm()
stable_diffusion()
