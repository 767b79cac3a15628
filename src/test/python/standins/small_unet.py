"""Small networks that the stand-ins for latent diffusion and for diffusers share. Written for the tests."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Checkpoint(torch.autograd.Function):
    """Computes a part again on its way back, which a trace cannot hold."""

    @staticmethod
    def forward(ctx, function, count, *arguments):
        ctx.function, ctx.inputs, ctx.parameters = function, list(arguments[:count]), list(arguments[count:])
        with torch.no_grad():
            return function(*ctx.inputs)

    @staticmethod
    def backward(ctx, *seeds):
        inputs = [i.detach().requires_grad_() for i in ctx.inputs]
        with torch.enable_grad():
            output = ctx.function(*inputs)
        return (None, None) + torch.autograd.grad(output, inputs + ctx.parameters, seeds, allow_unused=True)


def checkpoint(function, inputs, parameters, flag):
    if flag:
        return Checkpoint.apply(function, len(inputs), *inputs, *parameters)
    return function(*inputs)


def embedding(numbers, width):
    """cos and sin of numbers times 10000^(-i/half): numbers need not be whole."""
    half = width // 2
    freqs = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / half).to(device=numbers.device)
    angles = numbers[:, None].float() * freqs[None]
    return torch.cat([angles.cos(), angles.sin()], -1)


class Attention(nn.Module):
    """Of all places of x on each other, or on a context [n, m, width]."""

    def __init__(self, width, context):
        super().__init__()
        self.norm = nn.GroupNorm(2, width)
        self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(context, width), nn.Linear(context, width)
        self.out = nn.Linear(width, width)

    def forward(self, x, context=None):
        b, c, h, w = x.shape
        flat = self.norm(x).reshape(b, c, h * w).transpose(1, 2)
        seen = flat if context is None else context
        q, k, v = self.q(flat), self.k(seen), self.v(seen)
        out = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(c), -1) @ v
        return x + self.out(out).transpose(1, 2).reshape(b, c, h, w)


class Block(nn.Module):
    def __init__(self, inputs, outputs, emb):
        super().__init__()
        self.norm0, self.norm1 = nn.GroupNorm(2, inputs), nn.GroupNorm(2, outputs)
        self.conv0, self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.emb = nn.Linear(emb, outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, emb):
        return checkpoint(self.inner, (x, emb), self.parameters(), True)

    def inner(self, x, emb):
        h = self.conv0(F.silu(self.norm0(x))) + self.emb(F.silu(emb))[:, :, None, None]
        return self.skip(x) + self.conv1(F.dropout(F.silu(self.norm1(h)), 0.1, self.training))


class ConditionalUNet(nn.Module):
    def __init__(self, channels, width, context=0):
        super().__init__()
        self.width = width
        self.time = nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, 2 * width))
        self.conv_in = nn.Conv2d(channels, width, 3, padding=1)
        self.down, self.shrink = Block(width, width, 2 * width), nn.Conv2d(width, width, 3, 2, 1)
        self.middle, self.attention = Block(width, width, 2 * width), Attention(width, width)
        self.cross = Attention(width, context) if context else None
        self.up, self.norm = Block(2 * width, width, 2 * width), nn.GroupNorm(2, width)
        self.conv_out = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, x, steps, context=None):
        emb = self.time(embedding(steps, self.width).to(x.dtype))
        h = skip = self.down(self.conv_in(x), emb)
        h = self.attention(self.middle(self.shrink(h), emb))
        if self.cross is not None:
            h = self.cross(h, context)
        h = self.up(torch.cat([F.interpolate(h, scale_factor=2.0, mode="nearest"), skip], 1), emb)
        return self.conv_out(F.silu(self.norm(h)))


class Upwards(nn.Module):
    """From latents to pictures of twice their side."""

    def __init__(self, latent, width):
        super().__init__()
        self.conv_in, self.norm = nn.Conv2d(latent, width, 3, padding=1), nn.GroupNorm(2, width)
        self.conv_out = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, z):
        return self.conv_out(F.silu(self.norm(F.interpolate(self.conv_in(z), scale_factor=2.0))))


class Codebook(nn.Module):
    """The nearest of n vectors, with the gradient of its input, as VQ autoencoders quantize."""

    def __init__(self, n, width):
        super().__init__()
        self.embedding = nn.Embedding(n, width)

    def forward(self, z):
        rows = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
        near = torch.cdist(rows, self.embedding.weight, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)
        q = self.embedding(near).reshape(z.shape[0], z.shape[2], z.shape[3], z.shape[1]).permute(0, 3, 1, 2)
        return z + (q - z).detach(), torch.zeros(()), near
