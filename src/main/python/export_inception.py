#!/usr/bin/env python3
"""Makes the TorchScript file of an Inception-v3 that FID is measured with, and its card.

    python3 export_inception.py pytorch-fid pt_inception-2015-12-05-6726825d.pth --out inception-pytorch-fid.pt
    python3 export_inception.py nvidia inception-2015-12-05.pt --out inception-nvidia.pt
    python3 export_inception.py nvidia inception-2015-12-05.pkl --repo EDM --out inception-nvidia.pt

pytorch-fid  from the weights of mseitzer/pytorch-fid, github.com/mseitzer/pytorch-fid/releases/download/fid_weights/
             pt_inception-2015-12-05-6726825d.pth. The network is written down here, only numbers are read from the file.
nvidia       from NVIDIA's own network (StyleGAN2-ADA, StyleGAN3, EDM), nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/
             pretrained/metrics/inception-2015-12-05.pt, which is TorchScript: it is opened, tried and wrapped. The .pkl of
             EDM's fid.py is a program that opens with EDM's own code alone: --repo says where your clone of NVlabs/edm is,
             and with it THE PICKLE IS RUN. Without a published hash for it, numbers from it are not called FID: use the .pt.

The file takes uint8 [n, 3, height, width] of any size and returns features [n, 2048] and, if asked for,
    --spatial   what sFID is measured in, [n, 2023]: of the third 17x17 block (mixed_6 of the TensorFlow graph), the first 7
                channels of its 1x1 convolution, in the order row, column, channel, as OpenAI's evaluator stores them
    --logits    [n, 1008], without the bias, as the Inception score takes them (pytorch-fid only)
in this order. The two networks share their weights but not their input: pytorch-fid's resize has pixel centres at halves and
scales to [-1, 1], NVIDIA's is TensorFlow 1's and computes (x - 128)/128, as the original FID did. Compare numbers of one only.

Before anything is written the file is loaded again and compared with the Python module on random images. --random SEED makes
the same network with random weights, for tests; its card says so and Java never calls a number from it FID.
"""

import argparse

import exporting
from exporting import F, Refused, nn, torch

PYTORCH_FID = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
NVIDIA = "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4"
SIDE = 299
SPATIAL_CHANNELS = 7
INPUT = "uint8 [n, 3, height, width], RGB, any size"


# --- pytorch-fid's network: torchvision's Inception-v3 and its names, with the poolings of the TensorFlow graph ---------------

class Convolution(nn.Module):
    """Convolution, batch norm of the stored statistics, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


ONE, ROW, COLUMN, SQUARE, FIVE = (1, 1, 0), ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0)), (3, 1, 1), (5, 1, 2)
DOWN, ROW3, COLUMN3 = (3, 2, 0), ((1, 3), 1, (0, 1)), ((3, 1), 1, (1, 0))


def average(x):
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)      # the border is not padding's zeros


def largest(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


def halved(x):
    return F.max_pool2d(x, 3, stride=2)


class Block(nn.Module):
    """Branches side by side, their channels one after another.

    A branch is a list of (name, channels, kind of convolution); a list at its end is a fork, whose ends are both results and
    equally wide. The last branch begins with the pooling.
    """

    def __init__(self, inputs, branches, pooling, scale):
        super().__init__()
        self.branches, self.pooling, self.channels = [], pooling, 0
        for branch in branches:
            size, ends = inputs, 1
            self.branches.append([])
            for step in branch:
                fork = step if isinstance(step, list) else [step]
                for name, channels, kind in fork:
                    self.add_module(name, Convolution(size, scale(channels), *kind))
                self.branches[-1].append([name for name, _, _ in fork])
                size, ends = scale(fork[0][1]), len(fork)
            self.channels += size * ends

    def forward(self, x):
        results = []
        for i, branch in enumerate(self.branches):
            parts = [self.pooling(x) if i == len(self.branches) - 1 else x]
            for names in branch:
                parts = [getattr(self, name)(part) for part in parts for name in names]
            results += parts
        return torch.cat(results, 1)


def block_a(pooled):
    return [[("branch1x1", 64, ONE)],
            [("branch5x5_1", 48, ONE), ("branch5x5_2", 64, FIVE)],
            [("branch3x3dbl_1", 64, ONE), ("branch3x3dbl_2", 96, SQUARE), ("branch3x3dbl_3", 96, SQUARE)],
            [("branch_pool", pooled, ONE)]]


def block_b():
    return [[("branch3x3", 384, DOWN)],
            [("branch3x3dbl_1", 64, ONE), ("branch3x3dbl_2", 96, SQUARE), ("branch3x3dbl_3", 96, DOWN)],
            []]


def block_c(inner):
    return [[("branch1x1", 192, ONE)],
            [("branch7x7_1", inner, ONE), ("branch7x7_2", inner, ROW), ("branch7x7_3", 192, COLUMN)],
            [("branch7x7dbl_1", inner, ONE), ("branch7x7dbl_2", inner, COLUMN), ("branch7x7dbl_3", inner, ROW),
             ("branch7x7dbl_4", inner, COLUMN), ("branch7x7dbl_5", 192, ROW)],
            [("branch_pool", 192, ONE)]]


def block_d():
    return [[("branch3x3_1", 192, ONE), ("branch3x3_2", 320, DOWN)],
            [("branch7x7x3_1", 192, ONE), ("branch7x7x3_2", 192, ROW), ("branch7x7x3_3", 192, COLUMN),
             ("branch7x7x3_4", 192, DOWN)],
            []]


def block_e():
    return [[("branch1x1", 320, ONE)],
            [("branch3x3_1", 384, ONE), [("branch3x3_2a", 384, ROW3), ("branch3x3_2b", 384, COLUMN3)]],
            [("branch3x3dbl_1", 448, ONE), ("branch3x3dbl_2", 384, SQUARE),
             [("branch3x3dbl_3a", 384, ROW3), ("branch3x3dbl_3b", 384, COLUMN3)]],
            [("branch_pool", 192, ONE)]]


STEM = [("Conv2d_1a_3x3", 32, (3, 2, 0)), ("Conv2d_2a_3x3", 32, (3, 1, 0)), ("Conv2d_2b_3x3", 64, SQUARE), halved,
        ("Conv2d_3b_1x1", 80, ONE), ("Conv2d_4a_3x3", 192, (3, 1, 0)), halved]
BLOCKS = [("Mixed_5b", block_a(32), average), ("Mixed_5c", block_a(64), average), ("Mixed_5d", block_a(64), average),
          ("Mixed_6a", block_b(), halved),
          ("Mixed_6b", block_c(128), average), ("Mixed_6c", block_c(160), average), ("Mixed_6d", block_c(160), average),
          ("Mixed_6e", block_c(192), average),
          ("Mixed_7a", block_d(), halved),
          ("Mixed_7b", block_e(), average), ("Mixed_7c", block_e(), largest)]   # the last pooling is the largest: not a slip
SPATIAL = "Mixed_6d"                                                            # mixed_6 of the TensorFlow graph


class Inception(nn.Module):
    """From float32 [n, 3, 299, 299] in [-1, 1] to the outputs that were asked for."""

    def __init__(self, spatial=False, logits=False, width=1):
        super().__init__()
        self.spatial, self.logits, self.steps = spatial, logits, []

        def scale(channels):
            return max(1, round(channels * width))

        size = 3
        for step in STEM:
            if not callable(step):
                name, channels, kind = step
                self.add_module(name, Convolution(size, scale(channels), *kind))
                size = scale(channels)
            self.steps.append(step if callable(step) else name)
        for name, branches, pooling in BLOCKS:
            block = Block(size, branches, pooling, scale)
            self.add_module(name, block)
            self.steps.append(name)
            size = block.channels
        self.fc = nn.Linear(size, 1008 if width == 1 else 10)
        self.sizes = {"features": size}
        if spatial:
            self.sizes["spatial"] = 17 * 17 * min(SPATIAL_CHANNELS, scale(192))
        if logits:
            self.sizes["logits"] = self.fc.out_features

    def forward(self, x):
        results = []
        for step in self.steps:
            if step == SPATIAL and self.spatial:
                map_ = getattr(self, step).branch1x1(x)[:, :SPATIAL_CHANNELS]
                results.append(map_.permute(0, 2, 3, 1).flatten(1))
            x = step(x) if callable(step) else getattr(self, step)(x)
        features = F.adaptive_avg_pool2d(x, 1).flatten(1)
        if self.logits:
            results.append(F.linear(features, self.fc.weight))
        return (features, *results) if results else features


def half_pixel_input(images):
    """uint8 to [-1, 1], bilinear with pixel centres at halves, no antialiasing: what pytorch-fid does."""
    return 2 * F.interpolate(images.float() / 255, size=(SIDE, SIDE), mode="bilinear", align_corners=False) - 1


class Prepared(nn.Module):
    """A network after its preprocessing."""

    def __init__(self, prepare, network):
        super().__init__()
        self.prepare, self.network = prepare, network

    def forward(self, images):
        return self.network(self.prepare(images))


# --- NVIDIA's network ---------------------------------------------------------------------------------------------------

def tensorflow_input(images):
    """uint8 to [-1, 1), bilinear with pixel i of 299 at i size/299, as TensorFlow 1 resized."""
    n, c, height, width = images.shape
    theta = torch.eye(2, 3, device=images.device)
    theta[0, 2] = 1.0 / width - 1.0 / 299
    theta[1, 2] = 1.0 / height - 1.0 / 299
    grid = F.affine_grid(theta.unsqueeze(0).repeat([n, 1, 1]), [n, c, 299, 299], align_corners=False)
    return (F.grid_sample(images.float(), grid, mode="bilinear", padding_mode="border", align_corners=False) - 128) / 128


class Nvidia(nn.Module):
    """The network with its option set."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def forward(self, images):
        return self.base(images, return_features=True)


BEFORE_SPATIAL = ["conv", "conv_1", "conv_2", "pool0", "conv_3", "conv_4", "pool1", "mixed", "mixed_1", "mixed_2", "mixed_3",
                  "mixed_4", "mixed_5"]
AFTER_SPATIAL = ["mixed_6", "mixed_7", "mixed_8", "mixed_9", "mixed_10", "pool2"]


class NvidiaSpatial(nn.Module):
    """The network layer by layer, with a look at one of them."""

    def __init__(self, base):
        super().__init__()
        try:
            self.before = nn.Sequential(*(getattr(base.layers, name) for name in BEFORE_SPATIAL))
            self.look = base.layers.mixed_6.conv
            self.after = nn.Sequential(*(getattr(base.layers, name) for name in AFTER_SPATIAL))
        except AttributeError as e:
            raise Refused("this network has other layers than NVIDIA's Inception (%s): leave --spatial out" % e)

    def forward(self, images):
        x = self.before(tensorflow_input(images))
        look = self.look(x)[:, :7].permute(0, 2, 3, 1).flatten(1)
        return self.after(x).flatten(1), look


def open_torchscript(path):
    try:
        return torch.jit.load(path, map_location="cpu").eval()
    except (RuntimeError, ValueError) as e:
        raise Refused("%s is no TorchScript file, or is truncated (%s); the .pkl opens with --repo" % (
            path, str(e).strip().split("\n")[0][:120]))


# --- files --------------------------------------------------------------------------------------------------------------

def pictures(*shapes):
    generator = torch.Generator().manual_seed(0)
    return [[torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)] for shape in shapes]


def outputs(sizes):
    return [{"name": name, "size": size} for name, size in sizes.items()]


def export_pytorch_fid(options):
    network = Inception(options.spatial, options.logits, options.width)
    card = {"kind": "inception-pytorch-fid"}
    if options.random is None:
        card.update(exporting.made_of("inception-v3 2015-12-05, pytorch-fid's weights", "inception-v3",
                                      exporting.source(options.file, [PYTORCH_FID])))
        exporting.fill(network, exporting.weights(options.file), options.file)
    else:
        card.update(name="random inception", random=options.random, sources=[])
        exporting.randomize(network, options.random)
    card.update(input=INPUT, outputs=outputs(network.sizes), preprocessing=
                "x/255, bilinear to 299x299 (half-pixel centres, no antialiasing), 2x - 1")
    module = Prepared(half_pixel_input, network)
    checks = pictures((2, 3, 32, 32), (1, 3, 40, 24))
    exporting.export(module, lambda: exporting.freeze(exporting.traced(module, checks[0])), module, checks, options.out, card)


def export_nvidia(options):
    pickled = options.repo is not None
    base = exporting.open_pickle(options.file, options.repo).eval() if pickled else open_torchscript(options.file)
    card = {"kind": "inception-nvidia"}
    card.update(exporting.made_of("inception-v3 2015-12-05, NVIDIA's TorchScript", "inception-v3",
                                  exporting.source(options.file, [NVIDIA])))
    checks = pictures((2, 3, 32, 32), (1, 3, 40, 24), (3, 3, 32, 32))
    try:
        features = exporting.values(Nvidia(base), checks[0])
    except (RuntimeError, TypeError) as e:
        raise Refused("%s does not take uint8 images and return_features=True: not NVIDIA's Inception (%s)" % (
            options.file, str(e).strip().split("\n")[-1][:120]))
    size = features[0].shape[-1]
    if len(features) != 1 or features[0].shape != (2, size) or size != 2048 and options.width == 1:
        raise Refused("%s returns %s for two images where [2, 2048] is expected: not NVIDIA's Inception" % (
            options.file, [list(f.shape) for f in features]))
    sizes = {"features": size}
    module = NvidiaSpatial(base) if options.spatial else Nvidia(base)
    if options.spatial:
        sizes["spatial"] = exporting.values(module, checks[0])[1].shape[1]
        error = max(exporting.largest_error(exporting.values(module, c)[:1], exporting.values(Nvidia(base), c)) for c in checks)
        print("largest relative error of the network layer by layer: %.1e" % error)
        if not error <= 1e-5:
            raise Refused("%s is not the sum of its layers: leave --spatial out" % options.file)
    card.update(input=INPUT, outputs=outputs(sizes), preprocessing="inside the network: bilinear to 299x299 as TensorFlow 1 "
                "resized (no half-pixel centres, no antialiasing), (x - 128)/128")
    script = (lambda: exporting.freeze(exporting.traced(module, checks[0]))) if pickled else (
        lambda: exporting.freeze(torch.jit.script(module)))
    exporting.export(module, script, module, checks, options.out, card)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variant", choices=["pytorch-fid", "nvidia"])
    parser.add_argument("file", nargs="?", metavar="FILE", help="the official file")
    parser.add_argument("--out", required=True, metavar="FILE.pt", help="FILE.json is written beside it")
    parser.add_argument("--spatial", action="store_true", help="also what sFID is measured in")
    parser.add_argument("--logits", action="store_true", help="also logits (pytorch-fid)")
    parser.add_argument("--repo", metavar="FOLDER", help="clone of NVlabs/edm, with which a .pkl is run")
    parser.add_argument("--random", type=int, metavar="SEED", help="random weights instead of FILE (pytorch-fid)")
    parser.add_argument("--width", type=exporting.width, default=1, help=argparse.SUPPRESS)   # tests: a thinner network
    options = parser.parse_args()
    if (options.file is None) == (options.random is None):
        raise Refused("give the file of weights, or --random SEED and no file")
    if options.variant == "nvidia" and (options.random is not None or options.logits):
        raise Refused("--random and --logits belong to pytorch-fid")
    exporting.need_torch()
    {"pytorch-fid": export_pytorch_fid, "nvidia": export_nvidia}[options.variant](options)


if __name__ == "__main__":
    exporting.run("export_inception", main)
