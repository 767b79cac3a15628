#!/usr/bin/env python3
"""Makes the two TorchScript files of CLIP, for CLIP scores, and their cards.

    python3 export_clip.py --weights pytorch_model.bin --config config.json --out clip

writes clip-image.pt and clip-text.pt. The weights are those of a CLIP with a ViT on huggingface.co, pytorch_model.bin or
model.safetensors of openai/clip-vit-base-patch32, openai/clip-vit-large-patch14 (what papers on Stable Diffusion use) or
laion/CLIP-ViT-g-14-laion2B-s12B-b42K; config.json, from the same place, says how many heads there are. Get tokenizer.json there
too: Java's ClipScore reads captions with it. Only numbers are read from the files; neither transformers nor clip is needed.

    image.pt  uint8 [n, 3, height, width] of any size to unit vectors [n, d]: the shorter side to the network's size, bicubic
              with antialiasing and rounded to 8 bits as PIL does, the middle cut out, normalised
    text.pt   int64 tokens [n, 77], the end token having the largest number and zeros behind it, to unit vectors [n, d]

Before anything is written the files are loaded again and compared with the Python modules. --random SEED makes a small CLIP
with random weights, for tests.
"""

import argparse
import json
import os

import exporting
from exporting import F, Refused, nn, torch

OFFICIAL = {"a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f": "openai/clip-vit-base-patch32",
            "f1a17cdbe0f36fec524f5cafb1c261ea3bbbc13e346e0f74fc9eb0460dedd0d3": "openai/clip-vit-large-patch14",
            "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb": "openai/clip-vit-large-patch14"}
LAST = 49407                                               # the end token
IGNORED = ("logit_scale", "text_model.embeddings.position_ids", "vision_model.embeddings.position_ids")
ACTIVATIONS = {"quick_gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu": lambda x: F.gelu(x)}


# --- the network; its names are those of huggingface's files -----------------------------------------------------------------

class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.size = heads, width // heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            self.add_module(name, nn.Linear(width, width))

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, self.size).transpose(1, 2)

    def forward(self, x, mask):
        q, k, v = self.split(self.q_proj(x)), self.split(self.k_proj(x)), self.split(self.v_proj(x))
        weights = torch.softmax(q @ k.transpose(-1, -2) * self.size ** -0.5 + mask, -1)
        return self.out_proj((weights @ v).transpose(1, 2).reshape(x.shape))


class Mlp(nn.Module):
    def __init__(self, width, inner, activation):
        super().__init__()
        self.fc1, self.fc2, self.activation = nn.Linear(width, inner), nn.Linear(inner, width), activation

    def forward(self, x):
        return self.fc2(self.activation(self.fc1(x)))


class Layer(nn.Module):
    def __init__(self, width, inner, heads, activation):
        super().__init__()
        self.self_attn, self.mlp = Attention(width, heads), Mlp(width, inner, activation)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, mask):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))


class Encoder(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layers = nn.ModuleList([Layer(size["width"], size["inner"], size["heads"], ACTIVATIONS[size["activation"]])
                                     for _ in range(size["layers"])])

    def forward(self, x, mask):
        for layer in self.layers:
            x = layer(x, mask)
        return x


class VisionEmbeddings(nn.Module):
    def __init__(self, width, patch, places):
        super().__init__()
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.patch_embedding = nn.Conv2d(3, width, patch, patch, bias=False)
        self.position_embedding = nn.Embedding(places, width)

    def forward(self, x):
        patches = self.patch_embedding(x).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        return torch.cat([first, patches], 1) + self.position_embedding.weight


class Vision(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embeddings = VisionEmbeddings(size["width"], size["patch"], size["places"])
        self.pre_layrnorm = nn.LayerNorm(size["width"])    # the name is misspelt in the files
        self.encoder = Encoder(size)
        self.post_layernorm = nn.LayerNorm(size["width"])

    def forward(self, x):
        x = self.encoder(self.pre_layrnorm(self.embeddings(x)), torch.zeros(1, device=x.device))
        return self.post_layernorm(x[:, 0])


class TextEmbeddings(nn.Module):
    def __init__(self, width, tokens, places):
        super().__init__()
        self.token_embedding, self.position_embedding = nn.Embedding(tokens, width), nn.Embedding(places, width)

    def forward(self, tokens):
        return self.token_embedding(tokens) + self.position_embedding.weight


class Text(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embeddings = TextEmbeddings(size["width"], size["tokens"], size["places"])
        self.encoder = Encoder(size)
        self.final_layer_norm = nn.LayerNorm(size["width"])
        self.places = size["places"]

    def forward(self, tokens):
        later = torch.full((self.places, self.places), float("-inf"), device=tokens.device).triu(1)
        x = self.final_layer_norm(self.encoder(self.embeddings(tokens), later))
        end = tokens.argmax(1)
        return x.gather(1, end.reshape(-1, 1, 1).expand(-1, 1, x.shape[2])).squeeze(1)


class Clip(nn.Module):
    def __init__(self, vision, text, joint):
        super().__init__()
        self.vision_model, self.text_model = Vision(vision), Text(text)
        self.visual_projection = nn.Linear(vision["width"], joint, bias=False)
        self.text_projection = nn.Linear(text["width"], joint, bias=False)


def eight_bits(images, height: int, width: int):
    x = F.interpolate(images, size=[height, width], mode="bicubic", align_corners=False, antialias=True)
    return x.clamp(0, 255).round()


def clip_pixels(images, side: int):
    """What PIL makes of them: bicubic with antialiasing, widths and then heights, each in 8 bits; the middle, normalised.

    Pillow 13 takes the heights of tall images first; the order here is that of all versions before, CLIP's own among them.
    """
    height, width = images.shape[2], images.shape[3]
    short = min(height, width)
    x = eight_bits(images.float(), height, side * width // short)
    x = eight_bits(x, side * height // short, x.shape[3])
    down, right = x.shape[2] - side, x.shape[3] - side
    top, left = down // 2 + down % 4 // 3, right // 2 + right % 4 // 3         # halves rounded to even, as torchvision does
    x = x[:, :, top:top + side, left:left + side] / 255
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073], device=x.device).reshape(1, 3, 1, 1)
    deviation = torch.tensor([0.26862954, 0.26130258, 0.27577711], device=x.device).reshape(1, 3, 1, 1)
    return (x - mean) / deviation


class Pixels(nn.Module):
    """Scripted, not traced: sizes depend on the images."""

    def __init__(self, side):
        super().__init__()
        self.side = side

    def forward(self, images):
        return clip_pixels(images, self.side)


class Image(nn.Module):
    def __init__(self, clip, prepare):
        super().__init__()
        self.prepare, self.model, self.projection = prepare, clip.vision_model, clip.visual_projection

    def forward(self, images):
        return F.normalize(self.projection(self.model(self.prepare(images))), dim=1)


class Caption(nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.model, self.projection = clip.text_model, clip.text_projection

    def forward(self, tokens):
        return F.normalize(self.projection(self.model(tokens)), dim=1)


# --- sizes --------------------------------------------------------------------------------------------------------------

def sizes(state, path, config):
    """What the shapes of the tensors say, with heads and activation from config.json."""
    try:
        found = {}
        for part in ("vision", "text"):
            stem = part + "_model.encoder.layers."
            inner, width = state[stem + "0.mlp.fc1.weight"].shape
            layers = 1 + max(int(name[len(stem):].split(".")[0]) for name in state if name.startswith(stem))
            told = config.get(part + "_config") or {}
            found[part] = {"width": width, "inner": inner, "layers": layers,
                           "heads": told.get("num_attention_heads", width // 64),
                           "activation": told.get("hidden_act", "quick_gelu"),
                           "places": state[part + "_model.embeddings.position_embedding.weight"].shape[0]}
        found["vision"]["patch"] = state["vision_model.embeddings.patch_embedding.weight"].shape[3]
        found["text"]["tokens"] = state["text_model.embeddings.token_embedding.weight"].shape[0]
        joint = state["visual_projection.weight"].shape[0]
    except KeyError as e:
        raise Refused("%s has no tensor %s: no CLIP with a ViT in huggingface's names" % (path, e))
    for part in ("vision", "text"):
        size = found[part]
        if size["activation"] not in ACTIVATIONS or size["width"] % size["heads"]:
            raise Refused("%s: %s with %s heads in a width of %d is not known here" % (
                path, size["activation"], size["heads"], size["width"]))
    return found["vision"], found["text"], joint


def read_config(path):
    if path is None:
        return {}
    with open(path, encoding="utf-8") as file:
        try:
            config = json.load(file)
        except ValueError as e:
            raise Refused("%s is no JSON (%s)" % (path, e))
    for part in ("vision", "text"):                        # what huggingface leaves out has its default
        if isinstance(config, dict) and isinstance(config.get(part + "_config"), dict):
            config[part + "_config"].setdefault("num_attention_heads", 12 if part == "vision" else 8)
    return config if isinstance(config, dict) else {}


SMALL = ({"width": 16, "inner": 32, "layers": 2, "heads": 2, "activation": "quick_gelu", "places": 17, "patch": 8},
         {"width": 12, "inner": 24, "layers": 2, "heads": 3, "activation": "quick_gelu", "places": 77, "tokens": 600}, 10)


def randomize(clip, seed):
    exporting.randomize(clip, seed)
    for name, parameter in clip.named_parameters():
        if "embedding" in name and "patch" not in name:
            nn.init.normal_(parameter, std=0.5)


def captions(size):
    """Tokens of a few captions of different lengths."""
    generator = torch.Generator().manual_seed(0)
    last = min(LAST, size["tokens"] - 1)
    rows = torch.zeros(3, size["places"], dtype=torch.int64)
    for row, length in zip(rows, (2, 9, size["places"])):
        row[:length] = torch.randint(1, last - 1, (length,), generator=generator)
        row[0], row[length - 1] = last - 1, last
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", metavar="FILE", help="pytorch_model.bin or model.safetensors")
    parser.add_argument("--config", metavar="FILE.json", help="config.json beside them; without it heads have 64 channels")
    parser.add_argument("--out", required=True, metavar="NAME", help="NAME-image.pt, NAME-text.pt and their cards are written")
    parser.add_argument("--random", type=int, metavar="SEED", help="a small network with random weights instead")
    options = parser.parse_args()
    if (options.weights is None) == (options.random is None):
        raise Refused("give --weights, or --random SEED and no file")
    exporting.need_torch()

    if options.random is None:
        config = read_config(options.config)
        state = exporting.weights(options.weights)
        vision, text, joint = sizes(state, options.weights, config)
        clip = Clip(vision, text, joint)
        exporting.fill(clip, state, options.weights, IGNORED)
        found = exporting.source(options.weights, OFFICIAL)
        facts = exporting.made_of("CLIP, %s" % OFFICIAL.get(found["sha256"]), "CLIP", found)
    else:
        vision, text, joint = SMALL
        clip = Clip(vision, text, joint)
        randomize(clip, options.random)
        facts = {"name": "random CLIP", "random": options.random, "sources": []}
    side = vision["patch"] * round((vision["places"] - 1) ** 0.5)
    output = [{"name": "embedding", "size": joint}]

    image, caption = Image(clip.eval(), Pixels(side)), Caption(clip)
    generator = torch.Generator().manual_seed(0)
    pictures = [[torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)]
                for shape in ((2, 3, side, side), (1, 3, 48, 64), (1, 3, 70, 40))]

    def script_image():
        network = Image(clip, torch.jit.script(Pixels(side)))
        network.model = torch.jit.trace(clip.vision_model, clip_pixels(pictures[0][0], side), check_trace=False)
        return exporting.freeze(torch.jit.script(network.eval()))

    exporting.export(image, script_image, image, pictures, options.out + "-image.pt", dict(
        kind="clip-image", input="uint8 [n, 3, height, width], RGB, any size", outputs=output,
        preprocessing="shorter side to %d (bicubic, antialiased, 8 bits), middle, (x/255 - mean)/deviation" % side, **facts))
    tokens = captions(text)
    exporting.export(caption, lambda: exporting.freeze(torch.jit.trace(caption, tokens, check_trace=False)), caption,
                     [[tokens], [tokens[:1]]], options.out + "-text.pt", dict(
                         kind="clip-text", input="int64 [n, %d], the end token the largest number" % text["places"],
                         outputs=output, preprocessing="none", **facts))


if __name__ == "__main__":
    exporting.run("export_clip", main)
