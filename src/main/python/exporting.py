"""What the export_*.py scripts share: reading weights, checking hashes, writing a TorchScript file with its card.

A file X.pt comes with a card X.json that says what is in it: what goes in and comes out, what happens to the input, from which
weights it was made, and the hash of X.pt. A diffusion model is a folder of such files with a card.json that says how they belong
together. Needed are Python 3.8 and torch 1.13 or newer, nothing else.
"""

import hashlib
import json
import os
import pickle
import re
import struct
import sys
import tempfile
import types
import warnings
import zipfile

from messages import Refused, run      # run: for the scripts

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:                                        # --help works all the same
    torch, F, nn = None, None, types.SimpleNamespace(Module=object)

DIGEST_IN_NAME = re.compile(r"-([0-9a-f]{8})\.[a-z]+$")     # torch.hub's convention: NAME-<8 digits of the SHA-256>.pth
SAFETENSORS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
               "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool"}


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


def weights(path, key=None):
    """The tensors of a file, by name, as float32 where they are floating: a state dict of torch, or safetensors.

    Nothing in the file is run. With a key, the state dict is the file's entry of this name.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")                # of torch, on pickles that it refuses afterwards
            found = safetensors(path) if path.endswith(".safetensors") else torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as e:                                 # torch raises almost anything on a file that is not its own
        raise Refused("%s is no file of weights, or is truncated (%s)" % (path, str(e).split("\n")[0][:120]))
    if key is not None:
        if not isinstance(found, dict) or key not in found:
            raise Refused("%s has no entry %s: not the checkpoint that was asked for" % (path, key))
        found = found[key]
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
    """Of the sum of all outputs, with respect to every input that is no whole number."""
    inputs = [i.clone().requires_grad_(i.is_floating_point()) for i in inputs]
    total = sum(v.sum() for v in tensors(module(*inputs)))
    return list(torch.autograd.grad(total, [i for i in inputs if i.requires_grad]))


def export(module, script, reference, checks, out, card, tolerance=1e-5, differentiable=False):
    """Writes OUT and its card, if the file does what `reference` does; returns the hash of OUT.

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
        loaded = torch.jit.load(temporary[0], map_location=checks[0][0].device)
        loaded.train()                                     # Java needs that mode for gradients: it must change nothing
        error = max(largest_error(values(loaded, inputs), values(reference, inputs)) for inputs in checks)
        print("largest relative error of the file against the Python module: %.1e" % error)
        if differentiable:
            slope = max(largest_error(gradients(loaded, inputs), gradients(reference, inputs)) for inputs in checks)
            print("largest relative error of gradients: %.1e" % slope)
            error = max(error, slope)
        if not error <= tolerance:                         # not a number is not good enough either
            raise Refused("%s is not written: the TorchScript file differs from the Python module by %.1e"
                          % (os.path.basename(out), error))
        card = dict({"format": "s4s-torchscript", "version": 1}, **card)
        card.update(sha256=sha256(temporary[0]), torch=torch.__version__)
        with open(temporary[1], "w", encoding="utf-8") as file:
            json.dump(card, file, indent=2)
            file.write("\n")
        os.replace(temporary[0], out)
        os.replace(temporary[1], card_path)
        print("%s, %.1f MB, sha256 %s" % (os.path.basename(out), os.path.getsize(out) / 1e6, card["sha256"]))
        return card["sha256"]
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


def traced(module, inputs):
    """What is written is compared with the module anyhow, on inputs of other sizes too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                    # sizes that a trace might keep
        return torch.jit.trace(module, tuple(inputs), check_trace=False)


def width(text):
    """Type of the option --width: a number, or a fraction such as 1/8."""
    parts = [float(t) for t in text.split("/")]
    return parts[0] if len(parts) == 1 else parts[0] / parts[1]


# --- diffusion models: folders of several files ------------------------------------------------------------------------------

def use_repository(path, *needed):
    """Lets the user's clone of an official repository be imported; nothing of it is part of this project."""
    if not os.path.isdir(path):
        raise Refused("%s is no folder; --repo is a clone of the official repository" % path)
    for name in needed:
        if not os.path.exists(os.path.join(path, name)):
            raise Refused("%s has no %s: --repo is a clone of the official repository" % (path, name))
    sys.path.insert(0, os.path.abspath(path))


def replace_functions(module, probe, **functions):
    """Replaces functions that the modules' forward passes find by name, wherever their code lives.

    For operations with a backward pass of their own, which a trace cannot hold: the engine differentiates plain ones. Nothing
    else may change: probe, a function without arguments, returns the same tensors before and after.
    """
    before = probe()
    for part in module.modules():
        for owner in (c for c in type(part).__mro__ if not c.__module__.startswith("torch.")):
            for method in vars(owner).values():
                names = getattr(method, "__globals__", {})
                for name, function in functions.items():
                    if name in names:
                        names[name] = function
    error = largest_error(probe(), before)
    print("largest relative error without %s: %.1e" % (", ".join(functions), error))
    if not error <= 1e-4:
        raise Refused("this network's %s is not what is put in its place here (they differ by %.1e): another version of its code?"
                      % (", ".join(functions), error))


def narrow():
    """The type of --half."""
    return torch.float16


def narrow_products(network):
    """Lets a network that knows float32 alone compute its products and convolutions in float16, all else in float32.

    Every layer with weights casts what it takes to their type, as automatic mixed precision does by operation.
    """
    def cast(layer, inputs):
        return tuple(i.to(layer.weight.dtype) if torch.is_tensor(i) and i.is_floating_point() else i for i in inputs)

    for layer in network.modules():
        if isinstance(layer, (nn.Linear, nn.Conv1d, nn.Conv2d)):
            layer.to(narrow())
        if isinstance(getattr(layer, "weight", None), torch.Tensor):
            layer.register_forward_pre_hook(cast)


def portable(script):
    """Lets a trace compute on the device of its first input, where it remembers the device on which it was made.

    What depends on no input becomes a constant, which moves with the weights. Freezing does that and keeps the file small, but
    drops `detach`, and with it the gradient of quantized latents.
    """
    graph = script.graph
    torch._C._jit_pass_inline(graph)
    torch._C._jit_pass_constant_propagation(graph)
    if graph.findNode("aten::detach") is None:
        script = freeze(script)
        graph = script.graph
    device = graph.create("prim::device", [list(graph.inputs())[1]])
    device.output().setType(torch._C.DeviceObjType.get())
    graph.prependNode(device)
    for constant in graph.findAllNodes("prim::Constant"):
        if isinstance(constant.output().type(), torch._C.DeviceObjType):
            constant.output().replaceAllUsesWith(device.output())
    return script


def open_pickle(path, repo):
    """Runs a pickle, with the code of the user's clone of NVlabs/edm."""
    print("running %s with the code of %s" % (path, repo))
    use_repository(repo)
    try:
        with open(path, "rb") as file:
            return pickle.load(file)
    except OSError:
        raise
    except Exception as e:                                 # it may raise anything: it is a program
        raise Refused("%s does not open with %s (%s: %s); --repo is a clone of NVlabs/edm" % (
            path, repo, type(e).__name__, str(e).split("\n")[0][:120]))


class Denoiser(nn.Module):
    """What every denoiser file is: (x, label, condition if there is one) to a prediction of the shape of x, float32 all.

    x: [n, sample]; label: [n], or [1] for all; condition: [n, ...], or [1, ...] for all; call: the network in its own terms,
    kind: the type of number that x and condition have there.
    """

    def __init__(self, network, call, kind=None):
        super().__init__()
        self.network, self.call, self.kind = network, call, kind or torch.float32

    def forward(self, x, label, *condition):
        n = x.shape[0]
        rows = [c.expand(n, *([-1] * (c.dim() - 1))).to(self.kind) for c in condition]
        return self.call(x.to(self.kind), label.expand(n), *rows).float()


class Part(nn.Module):
    """A network of one input, float32 outside whatever it is inside."""

    def __init__(self, network, call, kind=None):
        super().__init__()
        self.network, self.call, self.kind = network, call, kind or torch.float32

    def forward(self, x):
        return self.call(x.to(self.kind) if x.is_floating_point() else x).float()


def described(name, *shape):
    """An input in a card, for instance x float32 [n, 3, 32, 32]."""
    return "%s float32 [n%s]" % (name, "".join(", %d" % s for s in shape))


def denoiser_checks(shape, labels, condition=None, device="cpu"):
    """Inputs of several batch sizes: labels [n] and [1], conditions [n, ...] and [1, ...]."""
    generator = torch.Generator().manual_seed(0)
    checks = []
    for n, one in ((2, False), (3, False), (2, True)):
        inputs = [torch.randn([n] + list(shape), generator=generator), torch.tensor([labels[i % len(labels)] for i in range(n)])]
        if condition is not None:
            inputs.append(condition[torch.arange(n) % len(condition)])
        if one:
            inputs[1:] = [i[:1] for i in inputs[1:]]
        checks.append([i.to(device) for i in inputs])
    return checks


def model_options(parser):
    """What all exports of diffusion models are asked."""
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the model goes, for instance data/models/NAME")
    parser.add_argument("--name", help="what the card calls it (default: the folder's name)")
    parser.add_argument("--device", default="cpu", help="where to compute, cpu or cuda (default cpu); the files run on both")
    parser.add_argument("--half", action="store_true", help="compute in float16 inside the networks, which is for CUDA; inputs and"
                        " outputs stay float32")


def check_options(options):
    """To be called once the arguments are read."""
    need_torch()
    if options.device.split(":")[0] not in ("cpu", "cuda"):
        raise Refused("there is no device %s; give cpu or cuda" % options.device)
    if options.device != "cpu" and not torch.cuda.is_available():
        raise Refused("torch sees no CUDA device here; leave --device away")


class Model:
    """A folder in the making: parts are added one by one to a temporary one beside it, and moved when all are there."""

    def __init__(self, options, sources, facts):
        self.folder, self.half = options.out, options.half
        self.name = options.name or os.path.basename(os.path.abspath(options.out))
        self.sources = sources
        self.facts = dict({"name": self.name, "sources": sources}, **facts)
        self.parts, self.parameters = {}, 0
        parent = os.path.dirname(os.path.abspath(self.folder))
        os.makedirs(parent, exist_ok=True)
        self.making = tempfile.TemporaryDirectory(prefix=".export-", dir=parent)

    def add(self, part, kind, module, checks, facts):
        """Traces a part and writes PART.pt with a card of its own."""
        module.eval()
        for parameter in module.parameters():
            parameter.requires_grad_(False)
        self.parameters += sum(p.numel() for p in module.parameters())
        print("%s: %s" % (self.name, part))
        try:
            digest = export(module, lambda: portable(traced(module, checks[0])), module, checks,
                            os.path.join(self.making.name, part + ".pt"),
                            dict(kind=kind, preprocessing="none", **facts, **self.facts),
                            tolerance=10 * torch.finfo(narrow()).eps if self.half else 1e-5,
                            differentiable=any(i.is_floating_point() for i in checks[0]))
        except RuntimeError as e:
            if "Half" in str(e):
                raise Refused("this torch cannot compute float16 on the processor; give --device cuda, or leave --half away")
            raise
        self.parts[part] = {"file": part + ".pt", "sha256": digest}

    def copy(self, part, name, text):
        """Adds a text file."""
        path = os.path.join(self.making.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.parts[part] = {"file": name, "sha256": sha256(path)}

    def write(self, network, **details):
        """Writes card.json, in the form that Java's ModelCard has, and moves all files to their place, the card last."""
        details.update(precision="float16" if self.half else "float32", parts=self.parts)
        card = {"name": self.name, "kind": "SCRIPT", "network": network, "details": details, "parameters": self.parameters,
                "weightsSha256": self.parts["denoiser"]["sha256"],
                "training": {"sources": self.sources, "torch": torch.__version__}, "evaluation": {}}
        if "random" in self.facts:
            card["training"]["random"] = self.facts["random"]
        with open(os.path.join(self.making.name, "card.json"), "w", encoding="utf-8") as file:
            json.dump(card, file, indent=2)
            file.write("\n")
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, "card.json")
        for name in sorted(os.listdir(self.making.name), key=lambda name: name == "card.json"):
            os.replace(os.path.join(self.making.name, name), os.path.join(self.folder, name))
        self.making.cleanup()
        print("%s: %d parameters; ./s4s sample --model %s" % (path, self.parameters, self.folder))


def discrete_schedule(betas):
    """The noise rates of a network with discrete times as a card has them: in short where their roots rise linearly."""
    rates = [float(b) for b in betas]
    first, last = (float("%.6g" % rate) for rate in (rates[0], rates[-1]))
    step = (last ** 0.5 - first ** 0.5) / (len(rates) - 1)
    if all(abs((first ** 0.5 + n * step) ** 2 / rate - 1) < 1e-5 for n, rate in enumerate(rates)):
        return {"kind": "discrete", "first": first, "last": last, "times": len(rates)}
    return {"kind": "discrete", "betas": rates}
