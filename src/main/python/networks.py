"""The small networks of data/models in PyTorch: what s4s.model.mini.UNet, Autoencoder and FeatureNet compute in Java.

A network is a function of named weights, [out, 3, 3, in] for convolutions and [out, in] for linear maps, and of its input. Weights
in a narrower format (bfloat16) are used where the feature maps are; embeddings, and what enters and leaves the network, stay
float32. Needed are numpy and torch 1.13 or newer.

    card, weights = load("data/models/cifar10-mini")
    denoised = edm(card["network"], weights, x, sigma)
"""

import json
import math
import os

import numpy
import torch
from torch.nn import functional as F


class Weights:
    """Arrays by name, in float32 and, for feature maps, in another format."""

    def __init__(self, wide, narrow=None):
        self.wide, self.narrow = wide, wide if narrow is None else narrow

    def pair(self, name, x):
        of = self.wide if x.dtype == torch.float32 else self.narrow
        return of[name + ".weight"], of[name + ".bias"]

    def narrowed(self, x):
        return x.to(next(iter(self.narrow.values())).dtype)

    def conv(self, name, x):
        weight, bias = self.pair(name, x)
        return F.conv2d(x.permute(0, 3, 1, 2), weight.permute(0, 3, 1, 2), bias, padding=1).permute(0, 2, 3, 1)

    def linear(self, name, x):
        return F.linear(x, *self.pair(name, x))

    def has(self, name):
        return name + ".weight" in self.wide

    def skip(self, name, x):
        return self.linear(name + ".skip", x) if self.has(name + ".skip") else x

    def residual(self, name, x):
        h = self.conv(name + ".conv1", F.gelu(normalise(x)))
        return self.conv(name + ".conv2", F.gelu(normalise(h))) + self.skip(name, x)


def load(folder, device="cpu"):
    """Card and weights of a model."""
    with open(os.path.join(folder, "card.json"), encoding="utf-8") as file:
        card = json.load(file)
    with numpy.load(os.path.join(folder, "weights.npz"), allow_pickle=False) as npz:
        return card, Weights({name: torch.tensor(npz[name].astype(numpy.float32), device=device) for name in npz.files})


def normalise(x):
    return F.layer_norm(x, x.shape[-1:])


def halve(x):
    return F.avg_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def twice(x):
    return F.interpolate(x.permute(0, 3, 1, 2), scale_factor=2, mode="nearest").permute(0, 2, 3, 1)


def fold(x, p):
    b, c, n = x.shape[0], x.shape[1], x.shape[2] // p
    return x.reshape(b, c, n, p, n, p).permute(0, 2, 4, 1, 3, 5).reshape(b, n, n, c * p * p)


def unfold(x, p):
    b, n, c = x.shape[0], x.shape[1], x.shape[3] // p // p
    return x.reshape(b, n, n, c, p, p).permute(0, 3, 1, 4, 2, 5).reshape(b, c, n * p, n * p)


def unet(network, weights, x, label, condition=None):
    """F(x, c): x [B, C, n, n], label [B], condition [B, conditions] if the network takes one."""
    half = network["embedding"] // 2
    steps = torch.arange(half, device=x.device, dtype=torch.float32) / (half - 1)
    frequencies = 2 * math.pi / 6 * torch.pow(96.0, steps)
    angles = label[:, None] * frequencies
    emb = weights.linear("embed.2", F.gelu(weights.linear("embed.1", torch.cat([angles.cos(), angles.sin()], 1))))
    if network.get("conditions", 0) > 0:
        emb = emb + weights.linear("condition.2", F.gelu(weights.linear("condition.1", condition)))
    emb = weights.narrowed(F.gelu(emb))
    levels = len(network["widths"])

    def block(name, h):
        inner = weights.conv(name + ".conv1", F.gelu(normalise(h)))
        scale, shift = weights.linear(name + ".embed", emb)[:, None, None].chunk(2, 3)
        inner = normalise(inner) * (scale + 1) + shift
        return weights.conv(name + ".conv2", F.gelu(inner)) + weights.skip(name, h)

    def attend(name, h):
        flat = normalise(h).reshape(h.shape[0], -1, h.shape[3])
        q, k, v = weights.linear(name + ".qkv", flat).chunk(3, 2)
        scores = (q @ k.transpose(1, 2) / h.shape[3] ** 0.5).softmax(-1)
        return h + weights.linear(name + ".out", scores @ v).reshape(h.shape)

    def level(name, l, h):
        for b in range(network["blocks"][l]):
            h = block("%s.%d" % (name, b), h)
        return attend(name + ".attention", h) if network["attention"][l] else h

    h = weights.conv("stem", weights.narrowed(fold(x, network["patch"])))
    skips = []
    for l in range(levels):
        h = level("down.%d" % l, l, halve(h) if l > 0 else h)
        skips.append(h)
    for l in reversed(range(levels)):
        h = level("up.%d" % l, l, h if l == levels - 1 else h + skips[l])
        if l > 0:
            h = twice(weights.linear("up.%d.widen" % l, h))
    return unfold(weights.conv("head", F.gelu(normalise(h.float()))), network["patch"])


def edm(network, weights, x, sigma, sigma_data=0.5):
    """The denoised x: EDM's wrapping of `unet`; sigma [B]."""
    level = sigma[:, None, None, None]
    variance = level ** 2 + sigma_data ** 2
    raw = unet(network, weights, x / variance.sqrt(), sigma.log() / 4)
    return x * sigma_data ** 2 / variance + raw * level * sigma_data / variance.sqrt()


def encode(network, weights, x):
    """Mean and logarithm of the variance of the latents of images x."""
    h = weights.conv("encoder.stem", weights.narrowed(fold(x, network["patch"])))
    for l in range(len(network["widths"])):
        h = halve(h) if l > 0 else h
        for b in range(network["blocks"][l]):
            h = weights.residual("encoder.%d.%d" % (l, b), h)
    mean, log_variance = weights.conv("encoder.head", F.gelu(normalise(h.float()))).permute(0, 3, 1, 2).chunk(2, 1)
    return mean, log_variance.clamp(-20, 20)


def decode(network, weights, z):
    """Images of latents."""
    h = weights.conv("decoder.stem", weights.narrowed(z.permute(0, 2, 3, 1)))
    for l in reversed(range(len(network["widths"]))):
        for b in range(network["blocks"][l]):
            h = weights.residual("decoder.%d.%d" % (l, b), h)
        h = twice(h) if l > 0 else h
    return unfold(weights.conv("decoder.head", F.gelu(normalise(h.float()))), network["patch"])


def maps(network, weights, x):
    """The feature maps of every level of a classifier."""
    h = weights.conv("stem", weights.narrowed(fold(x, network["patch"])))
    out = []
    for l in range(len(network["widths"])):
        h = halve(h) if l > 0 else h
        for b in range(network["blocks"][l]):
            h = weights.residual("%d.%d" % (l, b), h)
        out.append(h)
    return out


def logits(network, weights, x):
    """Of the classes of images x."""
    return weights.linear("classes", F.gelu(normalise(maps(network, weights, x)[-1].float())).mean((1, 2)))


def embedding(feature_maps):
    """Coordinates in which the perceptual distance is the squared length of a difference."""
    parts = []
    for m in feature_maps:
        m = m.float()
        unit = m / (m.square().sum(3, keepdim=True) + 1e-10).sqrt()
        parts.append(unit.flatten(1) / (m.shape[1] * m.shape[2] * len(feature_maps)) ** 0.5)
    return torch.cat(parts, 1)
