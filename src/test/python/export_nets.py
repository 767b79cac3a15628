"""Exports networks of the true sizes with random weights, and writes what Python computes with them. Needs torch.

Usage: export_nets.py FOLDER inception|lpips|pickle
"""

import contextlib
import io
import os
import pickle
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../main/python"))
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


{"inception": inception, "lpips": lpips, "pickle": pickled}[sys.argv[2]]()
