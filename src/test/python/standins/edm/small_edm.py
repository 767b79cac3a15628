"""A network of EDM's contract and of its DDPM++ structure, with few channels: what export_edm.py meets in a real pickle.

Written for the tests from the paper (Karras et al. 2022, table 1 and appendix F.2) and Song et al. 2021 (DDPM++).
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class AttentionOp(torch.autograd.Function):
    """An operation with its own backward pass, which a trace cannot hold."""

    @staticmethod
    def forward(ctx, q, k):
        w = torch.softmax(q.transpose(1, 2) @ k / math.sqrt(k.shape[1]), 2)
        ctx.save_for_backward(q, k, w)
        return w

    @staticmethod
    def backward(ctx, dw):
        q, k, w = ctx.saved_tensors
        ds = (w * (dw - (w * dw).sum(2, keepdim=True))) / math.sqrt(k.shape[1])
        return k @ ds.transpose(1, 2), q @ ds


class Conv2d(nn.Conv2d):
    """Its padding comes from the size of its weights, which is a tensor within a trace."""

    def forward(self, x):
        return F.conv2d(x, self.weight, self.bias, padding=self.weight.shape[-1] // 2)


class Block(nn.Module):
    """Residual block: the noise embedding is added between the convolutions; optionally at half or double size, with attention."""

    def __init__(self, inputs, outputs, embedding, scale=1, attention=False):
        super().__init__()
        self.inputs, self.scale, self.attention = inputs, scale, attention
        self.norm0, self.norm1 = nn.GroupNorm(inputs // 4, inputs, 1e-6), nn.GroupNorm(outputs // 4, outputs, 1e-6)
        self.conv0, self.conv1 = Conv2d(inputs, outputs, 3), Conv2d(outputs, outputs, 3)
        self.affine = nn.Linear(embedding, outputs)
        self.skip = Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        if attention:
            self.norm2 = nn.GroupNorm(outputs // 4, outputs, 1e-6)
            self.qkv, self.proj = Conv2d(outputs, 3 * outputs, 1), Conv2d(outputs, outputs, 1)

    def resize(self, x):
        if self.scale > 1:
            return F.interpolate(x, scale_factor=2.0)
        return F.avg_pool2d(x, 2) if self.scale < 1 else x

    def forward(self, x, emb):
        h = self.conv0(self.resize(F.silu(self.norm0(x))))
        h = F.silu(self.norm1(h.add_(self.affine(emb)[:, :, None, None])))
        h = self.conv1(F.dropout(h, 0.13, self.training))
        x = (h + self.skip(self.resize(x))) * math.sqrt(0.5)
        if self.attention:
            q, k, v = self.qkv(self.norm2(x)).reshape(x.shape[0], x.shape[1], 3, -1).unbind(2)
            a = (v @ AttentionOp.apply(q, k).transpose(1, 2)).reshape(*x.shape)
            x = (self.proj(a) + x) * math.sqrt(0.5)
        return x


class SmallUNet(nn.Module):
    def __init__(self, channels, width, classes):
        super().__init__()
        self.width, self.classes = width, classes
        self.map_label = nn.Linear(classes, width) if classes else None
        self.map0, self.map1 = nn.Linear(width, 4 * width), nn.Linear(4 * width, 4 * width)
        e = 4 * width
        self.enc = nn.ModuleDict({
            "8x8_conv": Conv2d(channels, width, 3), "8x8_block0": Block(width, width, e),
            "4x4_down": Block(width, width, e, 0.5), "4x4_block0": Block(width, 2 * width, e, attention=True)})
        self.dec = nn.ModuleDict({
            "4x4_in0": Block(2 * width, 2 * width, e, attention=True), "4x4_block0": Block(4 * width, 2 * width, e),
            "8x8_up": Block(2 * width, 2 * width, e, 2), "8x8_block0": Block(3 * width, width, e)})
        self.norm, self.conv = nn.GroupNorm(width // 4, width, 1e-6), Conv2d(width, channels, 3)

    def forward(self, x, noise_labels, class_labels):
        freqs = torch.arange(self.width // 2, dtype=torch.float32, device=x.device) / (self.width // 2 - 1)
        angles = noise_labels.ger((1 / 10000) ** freqs)
        emb = torch.cat([angles.sin(), angles.cos()], 1)
        if self.map_label is not None:
            emb = emb + self.map_label(class_labels * math.sqrt(self.classes))
        emb = F.silu(self.map1(F.silu(self.map0(emb))))
        skips = []
        for name, block in self.enc.items():
            x = block(x, emb) if isinstance(block, Block) else block(x)
            skips.append(x)
        for name, block in self.dec.items():
            if x.shape[1] != block.inputs:
                x = torch.cat([x, skips.pop() if name == "4x4_block0" else skips[1]], 1)
            x = block(x, emb)
        return self.conv(F.silu(self.norm(x)))


class Precond(nn.Module):
    """D(x; sigma) = c_skip x + c_out F(c_in x; ln(sigma)/4), with EDM's attributes."""

    def __init__(self, img_resolution=8, img_channels=3, label_dim=0, width=8, sigma_data=0.5):
        super().__init__()
        self.img_resolution, self.img_channels, self.label_dim = img_resolution, img_channels, label_dim
        self.sigma_min, self.sigma_max, self.sigma_data, self.use_fp16 = 0, float("inf"), sigma_data, False
        self.model = SmallUNet(img_channels, width, label_dim)

    def forward(self, x, sigma, class_labels=None, force_fp32=False):
        x, sigma = x.to(torch.float32), sigma.to(torch.float32).reshape(-1, 1, 1, 1)
        if self.label_dim == 0:
            class_labels = None
        elif class_labels is None:
            class_labels = torch.zeros([1, self.label_dim], device=x.device)
        else:
            class_labels = class_labels.to(torch.float32).reshape(-1, self.label_dim)
        total = (sigma ** 2 + self.sigma_data ** 2).sqrt()
        f = self.model(x / total, sigma.log().flatten() / 4, class_labels)
        return self.sigma_data ** 2 / total ** 2 * x + sigma * self.sigma_data / total * f


class Forgetful(Precond):
    """A trace of it keeps the number of its first samples: the script must notice."""

    def forward(self, x, sigma, class_labels=None, force_fp32=False):
        return super().forward(x, sigma) * int(x.shape[0])
