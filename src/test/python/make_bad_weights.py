"""Writes files that the export scripts must refuse. Needs torch. Usage: make_bad_weights.py FOLDER"""

import os
import pickle
import sys

import torch

import standin

FOLDER = sys.argv[1]
ALEX = {"0": (64, 3, 11, 11), "3": (192, 64, 5, 5), "6": (384, 192, 3, 3), "8": (256, 384, 3, 3), "10": (256, 256, 3, 3)}


def path(name):
    return os.path.join(FOLDER, name)


class Hostile:
    def __reduce__(self):
        return os.mkdir, (path("it-ran"),)


def backbone(scale):
    state = {}
    for name, (outputs, inputs, height, width) in ALEX.items():
        inputs = inputs if inputs == 3 else inputs // scale
        state["features.%s.weight" % name] = torch.zeros(outputs // scale, inputs, height, width)
        state["features.%s.bias" % name] = torch.zeros(outputs // scale)
    return state


for name in ("text.pth", "x-00000000.pth", "text.safetensors"):
    with open(path(name), "w") as file:
        file.write("these are no weights\n")
with open(path("hostile.pth"), "wb") as file:
    pickle.dump(Hostile(), file)
with open(path("forgetful.pkl"), "wb") as file:
    pickle.dump(standin.Forgetful(), file)
torch.save({"epoch": 3}, path("object.pth"))
torch.save({"lin0.model.1.weight": torch.zeros(1, 64, 1, 1)}, path("lin.pth"))
torch.save({"lin%d.model.1.weight" % i: torch.full((1, n, 1, 1), -1.0) for i, n in enumerate((64, 192, 384, 256, 256))},
           path("negative.pth"))
torch.save(backbone(1), path("alex.pth"))
torch.save(backbone(8), path("thin.pth"))
