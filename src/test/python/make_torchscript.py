"""Writes the small TorchScript modules of the tests. Needs torch. Usage: make_torchscript.py FOLDER

  distance.pt   f(a, b)[i] = mean over c, y, x of w_c (a - b)^2 of image i: the form of perceptual distances such as LPIPS,
                two float32 batches [B, 3, H, W] to [B, 1, 1, 1], with w = (0.5, 2, -1.25)
  two.pt        f(a) = (2 a, a^2): more than one result
"""

import os
import sys

import torch


class Distance(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Conv2d(3, 1, 1, bias=False)
        self.weight.weight.data = torch.tensor([0.5, 2.0, -1.25]).reshape(1, 3, 1, 1)

    def forward(self, a, b):
        return self.weight((a - b) ** 2).mean((2, 3), keepdim=True) / 3


class Two(torch.nn.Module):
    def forward(self, a):
        return 2 * a, a * a


def save(module, examples, name):
    path = os.path.join(sys.argv[1], name)
    torch.jit.trace(module.eval(), examples).save(path)
    # a trace remembers where its lines of code come from; the modules themselves do not need that
    strip(path)


def strip(path):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        kept = [(i, archive.read(i)) for i in archive.infolist() if not i.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for info, data in kept:
            archive.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), data)


image = torch.zeros(2, 3, 4, 4)
save(Distance(), (image, image), "distance.pt")
save(Two(), (image,), "two.pt")
