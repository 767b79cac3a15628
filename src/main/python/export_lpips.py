#!/usr/bin/env python3
"""Makes the TorchScript file of LPIPS v0.1, for `./s4s learn --distance FILE.pt`, and its card.

    python3 export_lpips.py vgg --backbone vgg16-397923af.pth --linear vgg.pth --out lpips-vgg.pt
    python3 export_lpips.py alex --backbone alexnet-owt-7be5be79.pth --linear alex.pth --out lpips-alex.pt
    python3 export_lpips.py squeeze --backbone squeezenet1_1-b8a52dc0.pth --linear squeeze.pth --out lpips-squeeze.pt

The backbones are torchvision's, download.pytorch.org/models/NAME; the linear weights are in richzhang/PerceptualSimilarity,
lpips/weights/v0.1. The networks are written down here, only numbers are read from the files.

The file takes two float32 batches [n, 3, height, width], RGB in [-1, 1], and returns n distances,
    d(a, b) = sum over layers l of the mean over pixels of sum_c w_lc (u_lc(a) - u_lc(b))^2,
u_l the activations of layer l after (x - shift)/scale, each pixel's channels divided by their length + 1e-10. It is
differentiable in both; where all channels of a pixel are zero, the derivative of their length is taken to be zero (in the
official code it is 0/0, which the ReLU before it hides).

    --resize N   resize both to NxN first, bilinear with half-pixel centres
    --clip       then clip both to [-1, 1]
LD3 measures images at their own size: no option. Generalized Solvers (GAS) measure them with `--resize 224 --clip`.

Before anything is written the file is loaded again and its values and gradients are compared with the Python module.
--random SEED makes the same network with random weights, for tests.
"""

import argparse

import exporting
from exporting import F, Refused, nn, torch

CONVOLUTION, FIRE, POOL, TAP = "convolution", "fire", "pool", "tap"
SHIFT, SCALE = (-.030, -.088, -.188), (.458, .448, .450)   # ImageNet's mean and deviation, for pixels in [-1, 1]
LENGTH = 1e-10                                             # added to the length of a pixel's channels
SQUARED_LENGTH = 1e-36                                     # far below LENGTH squared: it changes no value, but has a gradient


def convolutions(*channels):
    """Of VGG: each 3x3 and with a ReLU."""
    return [(CONVOLUTION, n, 3, 1, 1) for n in channels]


# torchvision's `features`, up to the last layer that LPIPS looks at; TAP is such a look
NETWORKS = {
    "vgg": {
        "layers": [*convolutions(64, 64), TAP, (POOL, 2, False), *convolutions(128, 128), TAP,
                   (POOL, 2, False), *convolutions(256, 256, 256), TAP, (POOL, 2, False), *convolutions(512, 512, 512), TAP,
                   (POOL, 2, False), *convolutions(512, 512, 512), TAP],
        "backbone": ["397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"],
        "linear": ["a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868"]},
    "alex": {
        "layers": [(CONVOLUTION, 64, 11, 4, 2), TAP, (POOL, 3, False), (CONVOLUTION, 192, 5, 1, 2), TAP, (POOL, 3, False),
                   (CONVOLUTION, 384, 3, 1, 1), TAP, (CONVOLUTION, 256, 3, 1, 1), TAP, (CONVOLUTION, 256, 3, 1, 1), TAP],
        "backbone": ["7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02", "4df8aa71"],
        "linear": ["df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0"]},
    "squeeze": {
        "layers": [(CONVOLUTION, 64, 3, 2, 0), TAP, (POOL, 3, True), (FIRE, 16, 64), (FIRE, 16, 64), TAP,
                   (POOL, 3, True), (FIRE, 32, 128), (FIRE, 32, 128), TAP, (POOL, 3, True), (FIRE, 48, 192), TAP,
                   (FIRE, 48, 192), TAP, (FIRE, 64, 256), TAP, (FIRE, 64, 256), TAP],
        "backbone": ["b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b"],
        "linear": ["4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76"]},
}


class Fire(nn.Module):
    """SqueezeNet's block: few channels, of which a 1x1 and a 3x3 convolution make many."""

    def __init__(self, inputs, few, each):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, few, 1)
        self.expand1x1 = nn.Conv2d(few, each, 1)
        self.expand3x3 = nn.Conv2d(few, each, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1x1(x)), F.relu(self.expand3x3(x))], 1)


class Backbone(nn.Module):
    """The activations that LPIPS compares. The names of the weights are torchvision's."""

    def __init__(self, layers, width=1):
        super().__init__()
        self.features, self.taps, self.channels = nn.Sequential(), [], []

        def scale(channels):
            return max(1, round(channels * width))

        size, at = 3, 0
        for layer in layers:
            if layer == TAP:
                self.taps.append(at - 1)
                self.channels.append(size)
                continue
            kind, *numbers = layer
            if kind == CONVOLUTION:
                channels, kernel, stride, padding = numbers
                parts, size = [nn.Conv2d(size, scale(channels), kernel, stride, padding), nn.ReLU()], scale(channels)
            elif kind == FIRE:
                few, each = numbers
                parts, size = [Fire(size, scale(few), scale(each))], 2 * scale(each)
            else:
                kernel, ceiling = numbers
                parts = [nn.MaxPool2d(kernel, 2, ceil_mode=ceiling)]
            for part in parts:
                self.features.add_module(str(at), part)
                at += 1

    def forward(self, x):
        looks = []
        for i, layer in enumerate(self.features):
            x = layer(x)
            if i in self.taps:
                looks.append(x)
        return looks


class Lpips(nn.Module):
    """The distance. The names of the linear weights are the official ones but for their prefix."""

    def __init__(self, layers, resize=None, clip=False, width=1):
        super().__init__()
        self.resize, self.clip = resize, clip
        self.backbone = Backbone(layers, width)
        self.linear = nn.ParameterList([nn.Parameter(torch.zeros(1, n, 1, 1)) for n in self.backbone.channels])
        self.register_buffer("shift", torch.tensor(SHIFT).reshape(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor(SCALE).reshape(1, 3, 1, 1))

    def directions(self, x):
        if self.resize:
            x = F.interpolate(x, size=(self.resize, self.resize), mode="bilinear", align_corners=False)
        if self.clip:
            x = x.clamp(-1, 1)
        looks = self.backbone((x - self.shift) / self.scale)
        return [look / ((look * look).sum(1, keepdim=True).clamp_min(SQUARED_LENGTH).sqrt() + LENGTH) for look in looks]

    def forward(self, a, b):
        layers = zip(self.linear, self.directions(a), self.directions(b))
        return sum((w * (u - v) ** 2).sum(1).mean((1, 2)) for w, u, v in layers)


def fill_linear(module, path):
    state = exporting.weights(path)
    names = ["lin%d.model.1.weight" % i for i in range(len(module.linear))]
    if sorted(state) != names:
        raise Refused("%s holds %s where %s ... %s are expected: not LPIPS v0.1 for this backbone" % (
            path, ", ".join(sorted(state)[:2]) or "nothing", names[0], names[-1]))
    exporting.fill(module.linear, {str(i): state[name] for i, name in enumerate(names)}, path)
    for name in names:
        if not (state[name] >= 0).all():
            raise Refused("%s: %s has negative weights, LPIPS has none: the file is damaged or was trained on" % (path, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("--backbone", metavar="FILE.pth", help="torchvision's weights")
    parser.add_argument("--linear", metavar="FILE.pth", help="LPIPS' weights v0.1")
    parser.add_argument("--out", required=True, metavar="FILE.pt", help="FILE.json is written beside it")
    parser.add_argument("--resize", type=int, metavar="N", help="resize both images to NxN first")
    parser.add_argument("--clip", action="store_true", help="then clip them to [-1, 1]")
    parser.add_argument("--random", type=int, metavar="SEED", help="random weights instead of files")
    parser.add_argument("--width", type=exporting.width, default=1, help=argparse.SUPPRESS)   # tests: a thinner network
    options = parser.parse_args()
    files = [options.backbone, options.linear]
    if (None in files) == (options.random is None) or options.random is not None and files != [None, None]:
        raise Refused("give --backbone and --linear, or --random SEED and neither of them")
    if options.resize is not None and options.resize < 32:
        raise Refused("--resize %d: the networks need at least 32 pixels" % options.resize)
    exporting.need_torch()

    known = NETWORKS[options.network]
    module = Lpips(known["layers"], options.resize, options.clip, options.width)
    card = {"kind": "lpips-" + options.network}
    if options.random is None:
        card.update(exporting.made_of("LPIPS v0.1, " + options.network, "LPIPS, " + options.network,
                                      exporting.source(options.backbone, known["backbone"]),
                                      exporting.source(options.linear, known["linear"])))
        exporting.fill(module.backbone, exporting.weights(options.backbone), options.backbone, ("features.", "classifier."))
        fill_linear(module, options.linear)
    else:
        card.update(name="random LPIPS, " + options.network, random=options.random, sources=[])
        exporting.randomize(module, options.random)
        for w in module.linear:
            nn.init.uniform_(w)
    module.requires_grad_(False)
    card.update(input="two float32 [n, 3, height, width], RGB in [-1, 1], at least 32x32",
                outputs=[{"name": "distance", "size": 1}],
                preprocessing="".join(["resized to %dx%d (bilinear, half-pixel centres), " % (options.resize, options.resize)
                                       if options.resize else "", "clipped to [-1, 1], " if options.clip else "",
                                       "(x - shift)/scale of ImageNet"]))
    generator = torch.Generator().manual_seed(0)
    checks = [[torch.rand(n, 3, h, w, generator=generator) * 2 - 1 for _ in range(2)] for n, h, w in ((2, 32, 32), (1, 40, 48))]
    exporting.export(module, lambda: torch.jit.trace(module, checks[0], check_trace=False), module, checks, options.out, card,
                     differentiable=True)


if __name__ == "__main__":
    exporting.run("export_lpips", main)
