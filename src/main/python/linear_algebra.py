"""Writes the TorchScript modules that s4s.metric.Decompositions runs in the engine. Needs torch 1.11 or later.

Usage: linear_algebra.py FOLDER       (the repository's are in src/main/resources/s4s/metric)

  factor.pt        f(C) = A with A^T A = C, [rank, d], for a symmetric C [d, d]; eigenvalues up to d * 2^-52 of the largest
                   are rounding's and left out
  nuclear_norm.pt  f(A, B) = sum of the singular values of A B^T
"""

import os
import sys
import zipfile

import torch

from messages import Refused, run


class Factor(torch.nn.Module):
    def forward(self, c):
        values, vectors = torch.linalg.eigh(c)
        kept = values > values[-1] * (c.size(0) * 2.220446049250313e-16)
        return (vectors[:, kept] * values[kept].sqrt()).t().contiguous()


class NuclearNorm(torch.nn.Module):
    def forward(self, a, b):
        return torch.linalg.svdvals(a.matmul(b.t())).sum()


def save(module, name):
    path = os.path.join(sys.argv[1], name)
    torch.jit.script(module.eval()).save(path)
    # without the notes on where the lines came from, and with a fixed date: the same bytes from everywhere
    with zipfile.ZipFile(path) as archive:
        kept = [(i.filename, archive.read(i)) for i in archive.infolist() if not i.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in kept:
            archive.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), data)


def main():
    if len(sys.argv) != 2:
        raise Refused("usage: linear_algebra.py FOLDER")
    save(Factor(), "factor.pt")
    save(NuclearNorm(), "nuclear_norm.pt")


run("linear_algebra", main)
