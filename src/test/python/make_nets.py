"""Writes the small networks of the tests, made by the export scripts, and what they must return. Needs torch.

Usage: make_nets.py FOLDER; it writes

  inception-small.pt   Inception of pytorch-fid with 1/48 of the channels and random weights, all outputs
  nvidia-small.pt      standin.py's network, with what sFID is measured in
  lpips-small.pt       LPIPS of VGG with 1/40 of the channels, `--resize 48 --clip`
  clip-image.pt, clip-text.pt     a small CLIP
  tokenizer.json       CLIP's tokenizer with the few merges that the tests' words need, numbered as in the whole one;
  tokenizer-small.json the same for the small CLIP, which has 600 tokens
  half-pixel.pt, tensorflow.pt    the two ways to the 299x299 pixels that the networks see
  nets.npz             inputs and expected outputs

half-pixel and tensorflow are rows 0, 1, 149 and 298 of the pixels, each 7th column and the last.
Expected numbers are computed in float64: resized pixels by the formula of bilinear interpolation in numpy, features and
gradients by the Python modules from those pixels, CLIP's vectors by torch's own multi-head attention.
"""

import contextlib
import io
import json
import os
import pickle
import sys

import numpy as np
import torch
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../main/python"))
import export_clip
import export_inception
import export_lpips
import export_stable_diffusion
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


def blocks(encoder, x, heads, mask):
    """A transformer on torch's multi-head attention, whose weights are packed as OpenAI's files have them."""
    for layer in encoder.layers:
        own = layer.self_attn
        parts = [own.q_proj, own.k_proj, own.v_proj]
        y = layer.layer_norm1(x).transpose(0, 1)           # torch has the sequence first
        y, _ = F.multi_head_attention_forward(
            y, y, y, x.shape[2], heads, torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts]), None, None,
            False, 0.0, own.out_proj.weight, own.out_proj.bias, training=False, need_weights=False, attn_mask=mask)
        x = x + y.transpose(0, 1)
        y = layer.mlp.fc1(layer.layer_norm2(x))
        x = x + layer.mlp.fc2(y * torch.sigmoid(1.702 * y))
    return x


def clip_vectors(clip, images, tokens):
    vision, text = clip.vision_model, clip.text_model
    mean, deviation = (np.array(v).reshape(3, 1, 1) for v in ((0.48145466, 0.4578275, 0.40821073),
                                                              (0.26862954, 0.26130258, 0.27577711)))
    with torch.no_grad():
        pixels = torch.tensor((images / 255 - mean) / deviation)
        squares = pixels.unfold(2, 8, 8).unfold(3, 8, 8).permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
        own = vision.embeddings
        x = squares @ own.patch_embedding.weight.flatten(1).T
        x = torch.cat([own.class_embedding + torch.zeros_like(x[:, :1]), x], 1) + own.position_embedding.weight
        x = blocks(vision.encoder, vision.pre_layrnorm(x), export_clip.SMALL[0]["heads"], None)
        image = clip.visual_projection(vision.post_layernorm(x[:, 0]))
        own = text.embeddings
        x = own.token_embedding(tokens) + own.position_embedding.weight
        x = blocks(text.encoder, x, export_clip.SMALL[1]["heads"], torch.ones(77, 77).triu(1).bool())
        caption = clip.text_projection(text.final_layer_norm(x[torch.arange(len(x)), tokens.argmax(1)]))
    return [(v / v.norm(dim=1, keepdim=True)).numpy() for v in (image, caption)]


MERGES = {1: "t h", 6: "th e</w>", 19: "t o</w>", 24: "a t</w>", 27: "o f</w>", 34: "a c", 80: "h o", 90: "d o",
          200: "ac k</w>", 270: "p ho", 280: "b l", 613: "pho to</w>", 937: "bl ack</w>", 1417: "do g</w>", 1856: "c at</w>"}


def tokenizer(ranks, last):
    """CLIP's tokenizer.json: bytes, bytes that end a word, merges; the two special tokens are the last ones."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(b) for b in plain] + [chr(256 + i) for i in range(256 - len(plain))]
    vocabulary = {text: i for i, text in enumerate(letters + [c + "</w>" for c in letters])}
    vocabulary.update({merge.replace(" ", ""): 512 + rank for rank, merge in ranks.items()})
    ends = {"<|startoftext|>": last - 1, "<|endoftext|>": last}
    vocabulary.update(ends)
    return export_stable_diffusion.clip_tokenizer(vocabulary, list(ranks.values()), *ends)


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
    a, b = (torch.tensor(random.uniform(-1.1, 1.1, (2, 3, 24, 16)).astype(np.float32)) for _ in range(2))
    a[1, :, :12] = -1                                      # black: many activations are zero there
    d = distance(a.double(), b.double())
    outer = torch.tensor([1.0, -2.0])
    slope = [v.clone().double().requires_grad_() for v in (a, b)]
    (distance(*slope) * outer).sum().backward()
    out.update(lpips_a=a, lpips_b=b, lpips=d.detach(), lpips_outer=outer, lpips_gradient_a=slope[0].grad,
               lpips_gradient_b=slope[1].grad)

    call(export_clip, "--random", "4", "--out", path("clip"))
    clip = export_clip.Clip(*export_clip.SMALL)
    export_clip.randomize(clip, 4)
    out["clip_images"] = random.integers(0, 256, (2, 3, 32, 32), dtype=np.uint8)
    out["clip_tokens"] = export_clip.captions(export_clip.SMALL[1]).int()
    out["clip_image"], out["clip_text"] = clip_vectors(clip.double(), out["clip_images"], out["clip_tokens"].long())
    for name, special, ranks in (("tokenizer.json", export_clip.LAST, MERGES),
                                 ("tokenizer-small.json", 599, dict(enumerate(MERGES.values())))):
        with open(path(name), "w", encoding="utf-8") as file:
            json.dump(tokenizer(ranks, special), file, separators=(",", ":"))

    rows, columns = [0, 1, 149, 298], [*range(0, 299, 7), 298]
    for name, prepare, formula in (("half-pixel", export_inception.half_pixel_input, half_pixel),
                                   ("tensorflow", export_inception.tensorflow_input, tensorflow)):
        torch.jit.freeze(torch.jit.script(Input(prepare).eval()) if name == "tensorflow" else
                         torch.jit.trace(Input(prepare).eval(), torch.tensor(out["images"]))).save(path(name + ".pt"))
        exporting.strip(path(name + ".pt"))
        out[name.replace("-", "_")] = formula(out["images"])[:, :, rows][..., columns]
    whole = {"images", "clip_images", "clip_tokens"}
    np.savez_compressed(path("nets.npz"), **{k: v if k in whole else np.asarray(v, np.float32) for k, v in out.items()})


main()
