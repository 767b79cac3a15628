"""What s4s bench fid measures, in PyTorch: seconds of the Frechet distance, and images per second of a feature network.

Usage: bench_fid.py REPEATS D [D...] [--network FILE.pt BATCH HEIGHT WIDTH]
Prints lines "distance D SECONDS" and "images RATE": medians, after one run that does not count. Needs torch.
"""

import statistics
import sys
import time

import torch

from messages import Refused, run


def median_seconds(repeats, work):
    work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def moments(d, seed):
    torch.manual_seed(seed)
    x = torch.rand(d + d // 2, d, dtype=torch.float64)
    return x.mean(0), torch.cov(x.t())


def factor(c):
    values, vectors = torch.linalg.eigh(c)
    kept = values > values[-1] * (len(c) * 2.220446049250313e-16)
    return (vectors[:, kept] * values[kept].sqrt()).t()


def distance(a, b):
    root = torch.linalg.svdvals(factor(a[1]) @ factor(b[1]).t()).sum()
    return float((a[0] - b[0]).square().sum() + a[1].trace() + b[1].trace() - 2 * root)


def main():
    arguments, network = sys.argv[1:], []
    if "--network" in arguments:
        at = arguments.index("--network")
        arguments, network = arguments[:at], arguments[at + 1:]
    if len(arguments) < 2 or len(network) not in (0, 4) or not all(a.isdigit() for a in arguments + network[1:]):
        raise Refused("usage: bench_fid.py REPEATS D [D...] [--network FILE.pt BATCH HEIGHT WIDTH]")
    repeats = int(arguments[0])
    for d in map(int, arguments[1:]):
        a, b = moments(d, 1), moments(d, 2)
        print("distance", d, median_seconds(repeats, lambda: distance(a, b)), flush=True)
    if network:
        module = torch.jit.load(network[0]).eval()
        batch, height, width = map(int, network[1:])
        pictures = torch.randint(0, 256, (batch, 3, height, width), dtype=torch.uint8)
        with torch.no_grad():
            print("images", batch / median_seconds(repeats, lambda: module(pictures)))


run("bench_fid", main)
