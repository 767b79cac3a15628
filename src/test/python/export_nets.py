"""Exports networks of the true sizes with random weights, and writes what Python computes with them. Needs torch.

Usage: export_nets.py FOLDER inception|lpips|pickle|clip
"""

import contextlib
import io
import json
import os
import pickle
import struct
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../main/python"))
import export_clip
import export_inception
import export_lpips
import exporting
import standin

FOLDER = sys.argv[1]


def path(name):
    return os.path.join(FOLDER, name)


def call(script, *arguments):
    sys.argv = [script.__name__] + list(arguments)
    with contextlib.redirect_stdout(io.StringIO()):
        script.main()


def pictures():
    return np.random.default_rng(7).integers(0, 256, (2, 3, 32, 32), dtype=np.uint8)


def inception():
    call(export_inception, "pytorch-fid", "--random", "1", "--spatial", "--out", path("inception.pt"))
    network = export_inception.Inception(spatial=True)
    exporting.randomize(network, 1)
    module = export_inception.Prepared(export_inception.half_pixel_input, network).eval()
    features, spatial = exporting.values(module, [torch.tensor(pictures())])
    np.savez(path("inception.npz"), images=pictures(), features=features, spatial=spatial)


def lpips():
    out = {}
    generator = torch.Generator().manual_seed(6)
    a, b = out["a"], out["b"] = [torch.rand(2, 3, 32, 32, generator=generator) * 2 - 1 for _ in range(2)]
    for name in ("vgg", "alex", "squeeze"):
        call(export_lpips, name, "--random", "2", "--out", path(name + ".pt"))
        module = export_lpips.Lpips(export_lpips.NETWORKS[name]["layers"])
        exporting.randomize(module, 2)
        for w in module.linear:
            torch.nn.init.uniform_(w)
        out[name] = exporting.values(module, [a, b])[0]
        out[name + "_gradient_a"], out[name + "_gradient_b"] = exporting.gradients(module, [a, b])
    np.savez(path("lpips.npz"), **{k: np.asarray(v) for k, v in out.items()})


def pickled():
    """The way of EDM's pickle: a class that lives in a repository."""
    network = standin.StandIn().eval()
    exporting.randomize(network, 2)
    with open(path("standin.pkl"), "wb") as file:
        pickle.dump(network, file)
    call(export_inception, "nvidia", path("standin.pkl"), "--repo", HERE, "--width", "0", "--spatial",
         "--out", path("pickle.pt"))
    features, spatial = exporting.values(export_inception.NvidiaSpatial(network), [torch.tensor(pictures())])
    assert exporting.largest_error([features], exporting.values(export_inception.Nvidia(network),
                                                                [torch.tensor(pictures())])) < 1e-5
    np.savez(path("pickle.npz"), images=pictures(), features=features, spatial=spatial)


def clip():
    """Files in the names of huggingface, as torch writes them and as safetensors."""
    network = export_clip.Clip(*export_clip.SMALL)
    export_clip.randomize(network, 5)
    state = dict(network.state_dict(), logit_scale=torch.tensor(4.6))
    state["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    torch.save(state, path("pytorch_model.bin"))
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in state.items():
        raw = tensor.numpy().tobytes()
        kind = "F32" if tensor.is_floating_point() else "I64"
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    with open(path("model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head + data)
    with open(path("config.json"), "w") as file:
        json.dump({"vision_config": {"num_attention_heads": 2}, "text_config": {"num_attention_heads": 3}}, file)
    images, tokens = torch.randint(0, 256, (2, 3, 40, 36), dtype=torch.uint8), export_clip.captions(export_clip.SMALL[1])
    for name, out in (("pytorch_model.bin", "bin"), ("model.safetensors", "safe")):
        call(export_clip, "--weights", path(name), "--config", path("config.json"), "--out", path(out))
        for part, inputs, module in (("image", images, export_clip.Image(network.eval(), export_clip.Pixels(32))),
                                     ("text", tokens, export_clip.Caption(network))):
            loaded = torch.jit.load(path("%s-%s.pt" % (out, part)))
            assert exporting.largest_error(exporting.values(loaded, [inputs]), exporting.values(module, [inputs])) < 1e-5


{"inception": inception, "clip": clip, "lpips": lpips, "pickle": pickled}[sys.argv[2]]()
