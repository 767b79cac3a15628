"""run_networks.py FILE.npz: what networks.py computes for the weights and inputs of the file, into FILE-out.npz."""

import json
import sys

import numpy
import torch

sys.path.insert(0, "src/main/python")
import networks  # noqa: E402

path = sys.argv[1]
with numpy.load(path) as npz:
    data = {name: npz[name] for name in npz.files}


def weights(of):
    return networks.Weights({k[len(of) + 1:]: torch.tensor(v) for k, v in data.items() if k.startswith(of + "/")})


def network(of):
    return json.loads(str(data["network-" + of][0]))


x, z, label, condition = (torch.tensor(data[k]) for k in ("x", "z", "label", "condition"))
with torch.no_grad():
    mean, log_variance = networks.encode(network("coder"), weights("coder"), x)
    out = {"unet": networks.unet(network("unet"), weights("unet"), x, label, condition), "mean": mean,
           "log_variance": log_variance, "decoded": networks.decode(network("coder"), weights("coder"), z),
           "logits": networks.logits(network("features"), weights("features"), x),
           "embedding": networks.embedding(networks.maps(network("features"), weights("features"), x))}
numpy.savez(path[:-4] + "-out.npz", **{k: v.numpy() for k, v in out.items()})
