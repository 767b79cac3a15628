"""What the export_*.py scripts share: reading weights, checking hashes, writing a TorchScript file with its card.

A file X.pt comes with a card X.json that says what is in it: what goes in and comes out, what happens to the input, from which
weights it was made, and the hash of X.pt. Needed are Python 3.8 and torch 1.13 or newer, nothing else.
"""

import hashlib
import json
import os
import re
import struct
import sys
import types
import zipfile

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:                                        # --help works all the same
    torch, F, nn = None, None, types.SimpleNamespace(Module=object)

DIGEST_IN_NAME = re.compile(r"-([0-9a-f]{8})\.[a-z]+$")     # torch.hub's convention: NAME-<8 digits of the SHA-256>.pth
SAFETENSORS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
               "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool"}


class Refused(Exception):
    """What is wrong, in one line."""


def run(name, main):
    """Runs `main`; whatever is wrong with the input becomes one line on standard error and exit code 2."""
    try:
        main()
    except Refused as e:
        line = str(e)
    except OSError as e:
        line = "%s: %s" % (e.filename, e.strerror) if e.filename else str(e)
    else:
        return
    sys.stderr.write("%s: %s\n" % (name, " ".join(line.split())))
    sys.exit(2)


def need_torch():
    """To be called once the arguments are read."""
    if torch is None:
        raise Refused("needs torch 1.13 or newer in the Python that runs this script (%s); nothing else" % sys.executable)
    version = tuple(int(n) for n in re.findall(r"\d+", torch.__version__)[:2])
    if version < (1, 13):
        raise Refused("needs torch 1.13 or newer, this is %s" % torch.__version__)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def source(path, known):
    """A file of weights as a card tells of it.

    `known` are hashes of official files, or first digits of them. A name with a hash in it is taken at its word.
    """
    digest = sha256(path)
    name = os.path.basename(path)
    told = DIGEST_IN_NAME.search(name)
    if told and not digest.startswith(told.group(1)):
        raise Refused("%s is damaged, or not the file that its name says: its SHA-256 begins with %s; get it again"
                      % (path, digest[:8]))
    return {"file": name, "sha256": digest, "official": any(digest.startswith(k) for k in known)}


def made_of(official_name, name, *sources):
    """What a card says of a network and its weights: the official name belongs to the official files."""
    if all(s["official"] for s in sources):
        return {"name": official_name, "sources": list(sources)}
    return {"name": ", ".join([name] + [s["file"] for s in sources if not s["official"]]), "sources": list(sources)}


def weights(path):
    """The tensors of a file, by name, as float32 where they are floating: a state dict of torch, or safetensors.

    Nothing in the file is run.
    """
    try:
        found = safetensors(path) if path.endswith(".safetensors") else torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as e:                                 # torch raises almost anything on a file that is not its own
        raise Refused("%s is no file of weights, or is truncated (%s)" % (path, str(e).split("\n")[0][:120]))
    if not isinstance(found, dict) or not all(isinstance(v, torch.Tensor) for v in found.values()):
        raise Refused("%s is no state dict: it holds more than named tensors" % path)
    return {k: v.float() if v.is_floating_point() else v for k, v in found.items()}


def safetensors(path):
    """A length, a JSON object of types, shapes and places, and the bytes."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        if length > os.path.getsize(path):
            raise ValueError("its header is longer than the file")
        header, data = json.loads(file.read(length)), bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            kind = getattr(torch, SAFETENSORS[entry["dtype"]])
            tensors[name] = torch.frombuffer(data[start:end], dtype=kind).reshape(entry["shape"])
    return tensors


def fill(module, state, path, ignored=()):
    """Puts tensors into a module; all must fit, but those whose names begin with one of `ignored` may be there as well."""
    wanted = module.state_dict()
    state = {k: v for k, v in state.items() if k in wanted or not k.startswith(tuple(ignored))}
    for name in wanted:
        if name.endswith(".num_batches_tracked"):          # a counter of training, which older files lack
            state.setdefault(name, torch.tensor(0))
        if name not in state:
            raise Refused("%s has no tensor %s: not the network that was asked for" % (path, name))
        if state[name].shape != wanted[name].shape:
            raise Refused("%s: %s has the shape %s, this network needs %s" % (
                path, name, list(state[name].shape), list(wanted[name].shape)))
    extra = sorted(set(state) - set(wanted))
    if extra:
        raise Refused("%s has a tensor %s that this network does not: not the network that was asked for" % (path, extra[0]))
    module.load_state_dict(state)


def randomize(module, seed):
    """Weights with which signals keep their size through many layers, so that a test sees every layer."""
    torch.manual_seed(seed)
    for part in module.modules():
        if isinstance(part, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
            if part.bias is not None:
                nn.init.normal_(part.bias, std=0.1)
        elif isinstance(part, nn.BatchNorm2d):
            for tensor in (part.weight, part.running_var):
                nn.init.uniform_(tensor, 0.8, 1.25)
            for tensor in (part.bias, part.running_mean):
                nn.init.normal_(tensor, std=0.1)


def largest_error(found, expected):
    """Largest difference of two lists of tensors, relative to the largest expected number of each."""
    if len(found) != len(expected) or any(a.shape != b.shape for a, b in zip(found, expected)):
        return float("inf")
    return max(float((a - b).abs().max() / b.abs().max().clamp_min(1e-30)) for a, b in zip(found, expected))


def tensors(value):
    return list(value) if isinstance(value, tuple) else [value]


def values(module, inputs):
    with torch.no_grad():
        return tensors(module(*inputs))


def gradients(module, inputs):
    """Of the sum of all outputs, with respect to every input."""
    inputs = [i.clone().requires_grad_() for i in inputs]
    return list(torch.autograd.grad(sum(v.sum() for v in tensors(module(*inputs))), inputs))


def export(module, script, reference, checks, out, card, tolerance=1e-5, differentiable=False):
    """Writes OUT and its card, if the file does what `reference` does.

    script: TorchScript of `module` as a function without arguments; reference: what is compared with; checks: lists of inputs,
    of several batch sizes, so that a trace that remembers one is found out. Both files are moved into place once all is well.
    """
    if not out.endswith(".pt"):
        raise Refused("%s: the name of a TorchScript file ends with .pt" % out)
    if os.path.dirname(out):
        os.makedirs(os.path.dirname(out), exist_ok=True)
    card_path = out[:-len(".pt")] + ".json"
    temporary = [path + ".%d.tmp" % os.getpid() for path in (out, card_path)]
    try:
        module.eval()
        script().save(temporary[0])
        strip(temporary[0])
        loaded = torch.jit.load(temporary[0], map_location="cpu")
        loaded.train()                                     # Java needs that mode for gradients: it must change nothing
        error = max(largest_error(values(loaded, inputs), values(reference, inputs)) for inputs in checks)
        print("largest relative error of the file against the Python module: %.1e" % error)
        if differentiable:
            slope = max(largest_error(gradients(loaded, inputs), gradients(reference, inputs)) for inputs in checks)
            print("largest relative error of gradients: %.1e" % slope)
            error = max(error, slope)
        if not error <= tolerance:                         # not a number is not good enough either
            raise Refused("%s is not written: the TorchScript file differs from the Python module by %.1e" % (out, error))
        card = dict({"format": "s4s-torchscript", "version": 1}, **card)
        card.update(sha256=sha256(temporary[0]), torch=torch.__version__)
        with open(temporary[1], "w", encoding="utf-8") as file:
            json.dump(card, file, indent=2)
            file.write("\n")
        os.replace(temporary[0], out)
        os.replace(temporary[1], card_path)
        print("%s, %.1f MB, sha256 %s" % (out, os.path.getsize(out) / 1e6, card["sha256"]))
    finally:
        for path in temporary:
            if os.path.exists(path):
                os.remove(path)


def strip(path):
    """Leaves out what changes from run to run: temporary names, times, and where in which Python file each line was."""
    kept = path + ".tmp"
    with zipfile.ZipFile(path) as found, zipfile.ZipFile(kept, "w") as archive:
        for entry in found.infolist():
            name = "archive/" + entry.filename.split("/", 1)[1]
            if not name.endswith(".debug_pkl"):
                text = name.endswith((".py", ".pkl"))
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), found.read(entry),
                                 zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED)
    os.replace(kept, path)


def freeze(script):
    """A module with its weights and its evaluation mode built in: batch norm becomes a part of the convolution before it."""
    return torch.jit.freeze(script.eval())


def width(text):
    """Type of the option --width: a number, or a fraction such as 1/8."""
    parts = [float(t) for t in text.split("/")]
    return parts[0] if len(parts) == 1 else parts[0] / parts[1]
