"""Writes the small networks of the tests, made by the export scripts, and what they must return. Needs torch.

Usage: make_nets.py FOLDER; it writes

  inception-small.pt   Inception of pytorch-fid with 1/48 of the channels and random weights, all outputs
  nvidia-small.pt      standin.py's network, with what sFID is measured in
  lpips-small.pt       LPIPS of VGG with 1/40 of the channels, `--resize 48 --clip`
  half-pixel.pt, tensorflow.pt    the two ways to the 299x299 pixels that the networks see
  nets.npz             inputs and expected outputs

half-pixel and tensorflow are rows 0, 1, 149 and 298 of the pixels, each 7th column and the last.
Expected numbers are computed in float64: resized pixels by the formula of bilinear interpolation in numpy, features and
gradients by the Python modules from those pixels.
"""

import contextlib
import io
import os
import pickle
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../main/python"))
import export_inception
import export_lpips
import exporting
import standin


def call(script, *arguments):
    sys.argv = [script.__name__] + list(arguments)
    with contextlib.redirect_stdout(io.StringIO()):
        script.main()


def resize(images, side, origin):
    """Bilinear to side x side: pixel i is taken at (i + origin) size/side - origin, and nearest pixels beyond the border."""
    images = np.asarray(images, np.float64)
    for axis in (2, 3):
        size = images.shape[axis]
        at = np.clip((np.arange(side) + origin) * size / side - origin, 0, size - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, size - 1)
        part = (at - low).reshape((-1, 1) if axis == 2 else (-1,))
        images = np.take(images, low, axis) * (1 - part) + np.take(images, high, axis) * part
    return images


def half_pixel(images):
    return 2 * resize(images, 299, 0.5) / 255 - 1


def tensorflow(images):
    return (resize(images, 299, 0) - 128) / 128


def run(module, pixels):
    with torch.no_grad():
        return [v.numpy() for v in exporting.tensors(module.double().eval()(torch.tensor(pixels)))]


class Layers(export_inception.NvidiaSpatial):
    """From the pixels that the network sees."""

    def forward(self, x):
        return self.after(self.before(x)).flatten(1), self.look(self.before(x))[:, :7].permute(0, 2, 3, 1).flatten(1)


class Input(torch.nn.Module):
    def __init__(self, prepare):
        super().__init__()
        self.prepare = prepare

    def forward(self, images):
        return self.prepare(images)


def main():
    folder = sys.argv[1]
    random = np.random.default_rng(5)
    out = {"images": random.integers(0, 256, (2, 3, 20, 28), dtype=np.uint8)}

    def path(name):
        return os.path.join(folder, name)

    call(export_inception, "pytorch-fid", "--random", "1", "--width", "1/48", "--spatial", "--logits",
         "--out", path("inception-small.pt"))
    network = export_inception.Inception(True, True, 1 / 48)
    exporting.randomize(network, 1)
    for name, value in zip(network.sizes, run(network, half_pixel(out["images"]))):
        out["inception_" + name] = value

    network = standin.StandIn().eval()
    exporting.randomize(network, 2)
    with open(path("standin.pkl"), "wb") as file:
        pickle.dump(network, file)
    torch.jit.script(network).save(path("standin.pt"))
    call(export_inception, "nvidia", path("standin.pt"), "--width", "0", "--spatial", "--out", path("nvidia-small.pt"))
    for name, value in zip(("features", "spatial"), run(Layers(network), tensorflow(out["images"]))):
        out["nvidia_" + name] = value

    call(export_lpips, "vgg", "--random", "3", "--width", "1/40", "--resize", "48", "--clip", "--out", path("lpips-small.pt"))
    distance = export_lpips.Lpips(export_lpips.NETWORKS["vgg"]["layers"], 48, True, 1 / 40)
    exporting.randomize(distance, 3)
    for w in distance.linear:
        torch.nn.init.uniform_(w)
    distance = distance.double()
    a, b = (torch.tensor(random.uniform(-1.1, 1.1, (2, 3, 32, 36)).astype(np.float32)) for _ in range(2))
    a[1, :, :16] = -1                                      # black: many activations are zero there
    d = distance(a.double(), b.double())
    outer = torch.tensor([1.0, -2.0])
    slope = [v.clone().double().requires_grad_() for v in (a, b)]
    (distance(*slope) * outer).sum().backward()
    out.update(lpips_a=a, lpips_b=b, lpips=d.detach(), lpips_outer=outer, lpips_gradient_a=slope[0].grad,
               lpips_gradient_b=slope[1].grad)

    rows, columns = [0, 1, 149, 298], [*range(0, 299, 7), 298]
    for name, prepare, formula in (("half-pixel", export_inception.half_pixel_input, half_pixel),
                                   ("tensorflow", export_inception.tensorflow_input, tensorflow)):
        torch.jit.freeze(torch.jit.script(Input(prepare).eval()) if name == "tensorflow" else
                         torch.jit.trace(Input(prepare).eval(), torch.tensor(out["images"]))).save(path(name + ".pt"))
        exporting.strip(path(name + ".pt"))
        out[name.replace("-", "_")] = formula(out["images"])[:, :, rows][..., columns]
    np.savez_compressed(path("nets.npz"), **{k: v if k == "images" else np.asarray(v, np.float32) for k, v in out.items()})


main()
