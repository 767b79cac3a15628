#!/usr/bin/env python3
"""Makes a folder with the TorchScript file and cards of an EDM network (Karras et al. 2022, NVlabs/edm).

    python3 export_edm.py edm-cifar10-32x32-uncond-vp.pkl --repo EDM --out data/models/edm-cifar10-32x32-uncond-vp

The .pkl files of nvlabs-fi-cdn.nvidia.com/edm/pretrained/ are programs that open with EDM's own code: --repo says where your
clone of NVlabs/edm is, and with it THE PICKLE IS RUN. Run those of people whom you trust.

    denoiser.pt   x float32 [n, channels, side, side], sigma float32 [n] or [1], and of a conditional network labels float32
                  [n, classes] or [1, classes] (a row with a one, or zeros for no class), to the denoised x. The network's
                  preconditioning is inside. Noise levels are those that EDM's generate.py takes, 0.002 to 80, as far as the
                  network has them.

Before anything is written the file is loaded again and compared with the Python module, values and gradients, on random inputs
of several batch sizes. --half takes the network's own half precision, which it has on CUDA alone.
"""

import argparse
import contextlib

import exporting
from exporting import F, Refused, torch

SIGMA_MIN, SIGMA_MAX = 0.002, 80.0


def attention(q, k):
    """softmax(q^T k / sqrt(channels)) over the keys, in float32; q and k: [n, channels, positions]."""
    scores = torch.einsum("ncq,nck->nqk", q.float(), k.float() / k.shape[1] ** 0.5)
    return scores.softmax(dim=2).to(q.dtype)


class PlainAttention:
    """Stands where EDM has an operation with a backward pass written by hand."""

    apply = staticmethod(attention)


@contextlib.contextmanager
def whole_paddings():
    """Lets convolutions take EDM's paddings, which it computes from the sizes of weights: within a trace these are tensors."""
    functions = {name: getattr(F, name) for name in ("conv2d", "conv_transpose2d")}

    def taking(function):
        return lambda *inputs, padding=0, **options: function(*inputs, padding=int(padding), **options)

    for name, function in functions.items():
        setattr(F, name, taking(function))
    try:
        yield
    finally:
        for name, function in functions.items():
            setattr(F, name, function)


def network(path, repo):
    found = exporting.open_pickle(path, repo)
    found = found.get("ema") if isinstance(found, dict) else found
    missing = [name for name in ("img_channels", "img_resolution", "label_dim", "sigma_min", "sigma_max", "forward")
               if not hasattr(found, name)]
    if missing:
        raise Refused("%s holds a %s without %s: no preconditioned network of EDM" % (path, type(found).__name__, missing[0]))
    return found.eval()


def levels(net):
    return max(SIGMA_MIN, float(net.sigma_min)), min(SIGMA_MAX, float(net.sigma_max))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE.pkl", help="the official file, or a network-snapshot of your own training")
    parser.add_argument("--repo", required=True, metavar="FOLDER", help="your clone of NVlabs/edm")
    exporting.model_options(parser)
    options = parser.parse_args()
    exporting.check_options(options)
    if options.half and options.device == "cpu":
        raise Refused("EDM's networks compute in float16 on CUDA alone: give --device cuda with --half")

    source = exporting.source(options.file, [])
    net = network(options.file, options.repo).to(options.device)
    net.use_fp16 = options.half
    shape = [net.img_channels, net.img_resolution, net.img_resolution]
    low, high = levels(net)
    classes = int(net.label_dim)
    condition = torch.cat([torch.eye(classes)[:2], torch.zeros(1, classes)]) if classes else None

    def call(x, sigma, labels=None):
        return net(x, sigma, labels)

    module = exporting.Denoiser(net, call)
    checks = exporting.denoiser_checks(shape, [low, 0.7, high], condition, options.device)
    exporting.replace_functions(net, lambda: exporting.values(module, checks[0]) + exporting.gradients(module, checks[0]),
                                AttentionOp=PlainAttention)
    model = exporting.Model(options, [source], {})
    inputs = "; ".join([exporting.described("x", *shape), "sigma float32 [n] or [1]"]
                       + [exporting.described("labels", classes) + " or [1, %d]" % classes] * (classes > 0))
    with whole_paddings():
        model.add("denoiser", "denoiser", module, checks, {
            "input": inputs, "outputs": [{"name": "denoised", "size": shape[0] * shape[1] * shape[2]}]})
    details = {"prediction": "data", "schedule": {"kind": "edm", "sigmaMin": low, "sigmaMax": high}}
    if classes:
        details["condition"] = {"kind": "classes", "count": classes, "shape": [classes]}
        details["guidance"] = "no class is a row of zeros; only networks trained with dropped labels know it"
    model.write({"sampleShape": shape, "inputs": inputs}, **details)


if __name__ == "__main__":
    exporting.run("export_edm", main)
