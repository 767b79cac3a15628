"""Checks the networks of export_inception.py and export_lpips.py against torchvision's, with the same random weights, and what
export_clip.py does to pictures against torchvision and PIL.

Needs torchvision. Usage: check_nets.py FOLDER; weights are saved in FOLDER as torchvision saves them and read from there by the
scripts. The reference of Inception is torchvision's with the poolings of the TensorFlow graph: averages that leave the border
out, the largest value in the last block. That of LPIPS is its formula on the outputs of torchvision's layers.
"""

import os
import sys

import torch
from torch.nn import functional as F
from torchvision import models, transforms

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../main/python"))
import export_clip
import export_inception
import export_lpips
import exporting


def largest(found, expected):
    with torch.no_grad():
        return exporting.largest_error(exporting.tensors(found), exporting.tensors(expected))


class Poolings:
    """What torchvision's Inception module sees instead of torch.nn.functional."""

    last = False

    def __getattr__(self, name):
        return getattr(F, name)

    def avg_pool2d(self, x, kernel_size, stride, padding):
        if x.shape[1] == 2048:                             # the input of Mixed_7c alone has so many channels
            return F.max_pool2d(x, kernel_size, stride, padding)
        return F.avg_pool2d(x, kernel_size, stride, padding, count_include_pad=False)


def check_inception(folder):
    reference = models.inception_v3(num_classes=1008, aux_logits=False, init_weights=False).eval()
    exporting.randomize(reference, 3)
    path = os.path.join(folder, "inception.pth")
    torch.save(reference.state_dict(), path)
    models.inception.F = Poolings()
    seen = {}
    reference.Mixed_6d.branch1x1.register_forward_hook(lambda module, inputs, output: seen.update(spatial=output))
    reference.avgpool.register_forward_hook(lambda module, inputs, output: seen.update(features=output))
    images = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        x = F.interpolate(images / 255, size=(299, 299), mode="bilinear", align_corners=False)
        logits = reference(2 * x - 1)
    spatial = seen["spatial"].permute(0, 2, 3, 1)[..., :7].reshape(2, -1)

    network = export_inception.Inception(spatial=True, logits=True)
    exporting.fill(network, exporting.weights(path), path)
    module = export_inception.Prepared(export_inception.half_pixel_input, network).eval()
    features, look, scores = exporting.values(module, [images])
    return largest((features, look, scores + reference.fc.bias), (seen["features"].flatten(1), spatial, logits))


def check_lpips(folder, name, backbone, taps):
    exporting.randomize(backbone.eval(), 4)
    paths = [os.path.join(folder, name + part) for part in ("-backbone.pth", "-linear.pth")]
    classifier = name == "alex"                            # which is large, and no part of LPIPS
    torch.save({k: v for k, v in backbone.state_dict().items() if classifier or k.startswith("features.")}, paths[0])
    images = [torch.rand(2, 3, 64, 64) * 2 - 1 for _ in range(2)]
    linear, expected = {}, 0
    looks = [[(image - torch.tensor(export_lpips.SHIFT).reshape(3, 1, 1)) / torch.tensor(export_lpips.SCALE).reshape(3, 1, 1)]
             for image in images]
    with torch.no_grad():
        for i, layer in enumerate(backbone.features):
            for look in looks:
                look.append(layer(look[-1].clone()))       # a ReLU of torchvision works in place
        for i, tap in enumerate(taps):
            a, b = (F.normalize(look[tap + 1], dim=1) for look in looks)
            w = torch.rand(1, a.shape[1], 1, 1)
            linear["lin%d.model.1.weight" % i] = w
            expected = expected + F.conv2d((a - b) ** 2, w).mean((1, 2, 3))
    torch.save(linear, paths[1])

    module = export_lpips.Lpips(export_lpips.NETWORKS[name]["layers"]).eval()
    exporting.fill(module.backbone, exporting.weights(paths[0]), paths[0], ("features.", "classifier."))
    export_lpips.fill_linear(module, paths[1])
    with torch.no_grad():
        return largest(module(*images), expected)


def check_pixels():
    """Of CLIP, against torchvision's resize of PIL's pictures, up to one grey level: sums near a half may round either way.

    Pillow 13 resizes pictures of more than twice the height first in height (python-pillow/Pillow#9549); here none is so tall.
    """
    worst = 0
    for height, width, side in ((64, 64, 32), (50, 75, 32), (75, 50, 32), (20, 31, 32), (33, 32, 32)):
        picture = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
        resize = transforms.Compose([transforms.Resize(side, transforms.InterpolationMode.BICUBIC),
                                     transforms.CenterCrop(side)])
        expected = transforms.functional.pil_to_tensor(resize(transforms.functional.to_pil_image(picture)))
        found = export_clip.clip_pixels(picture[None], side)[0]
        found = found * torch.tensor([0.26862954, 0.26130258, 0.27577711]).reshape(3, 1, 1)
        found = (found + torch.tensor([0.48145466, 0.4578275, 0.40821073]).reshape(3, 1, 1)) * 255
        worst = max(worst, float((found - expected).abs().max()))
    return max(worst - 1, 0) / 255


def main():
    folder = sys.argv[1]
    errors = {
        "clip's pixels": check_pixels(),
        "inception": check_inception(folder),
        "alex": check_lpips(folder, "alex", models.alexnet(weights=None), [1, 4, 7, 9, 11]),
        "squeeze": check_lpips(folder, "squeeze", models.squeezenet1_1(weights=None), [1, 4, 7, 9, 10, 11, 12]),
        "vgg": check_lpips(folder, "vgg", models.vgg16(weights=None), [3, 8, 15, 22, 29]),
    }
    for name, error in errors.items():
        print("%s %.1e" % (name, error))
    sys.exit(0 if all(error < 1e-5 for error in errors.values()) else 1)


main()
