"""A network with the names and options of NVIDIA's Inception, and few channels, for export_inception.py nvidia."""

import torch
from torch.nn import functional as F


class Convolution(torch.nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = torch.nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = torch.nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Mixed(torch.nn.Module):
    """Two branches."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv = Convolution(inputs, outputs, 1 if stride == 1 else 3, stride)
        self.tower = Convolution(inputs, outputs, 3, stride, 1 if stride == 1 else 0)

    def forward(self, x):
        return torch.cat([self.conv(x), self.tower(x)], 1)


def layers():
    parts = [("conv", Convolution(3, 4, 3, 2)), ("conv_1", Convolution(4, 4, 3)), ("conv_2", Convolution(4, 4, 3, 1, 1)),
             ("pool0", torch.nn.MaxPool2d(3, 2)), ("conv_3", Convolution(4, 4, 1)), ("conv_4", Convolution(4, 8, 3)),
             ("pool1", torch.nn.MaxPool2d(3, 2))]
    for i in range(11):
        block = Mixed(8 if i < 7 else 16, 4 if i < 6 else 8, 2 if i in (3, 8) else 1)
        parts.append(("mixed_%d" % i if i else "mixed", block))
    parts.append(("pool2", torch.nn.AvgPool2d(8)))
    sequence = torch.nn.Sequential()
    for name, part in parts:
        sequence.add_module(name, part)
    return sequence


class StandIn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = layers()
        self.output = torch.nn.Linear(16, 10)

    def forward(self, img, return_features: bool = False, use_fp16: bool = False, no_output_bias: bool = False):
        n, c, height, width = img.shape
        x = img.to(torch.float16 if use_fp16 else torch.float32)
        move = torch.eye(2, 3, device=x.device)
        move[0, 2] += move[0, 0] / width - move[0, 0] / 299
        move[1, 2] += move[1, 1] / height - move[1, 1] / 299
        grid = F.affine_grid(move.to(x.dtype).unsqueeze(0).repeat([n, 1, 1]), [n, c, 299, 299], align_corners=False)
        x = F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)
        features = self.layers((x - 128) / 128).flatten(1)
        if return_features:
            return features
        bias = None if no_output_bias else self.output.bias
        return F.softmax(F.linear(features, self.output.weight, bias), dim=1)


class Forgetful(torch.nn.Module):
    """A trace of it keeps the width of its first pictures: the script must notice."""

    def forward(self, img, return_features: bool = False):
        return img.float().mean((2, 3)) * int(img.shape[3])
