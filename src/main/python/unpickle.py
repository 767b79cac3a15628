#!/usr/bin/env python3
"""Turns pickles and torch files of learned solvers into the JSON that `./s4s import` reads, and EDM2's references into npz.

A pickle is a program. This script does not run it: it walks over the opcodes with a small stack machine of its own that
knows lists, dictionaries, numbers and tensors. Nothing is imported and nothing is called; a file that calls anything but the
few functions that rebuild tensors, arrays and plain containers is refused with one line. Only Python's standard library is
needed (3.8 or newer): no torch, no numpy.

    python3 unpickle.py dyweight exps/*/network-snapshot-*.pkl > dyweight.json    # then: ./s4s import dyweight dyweight.json
    python3 unpickle.py ld3 best_v2.pt > ld3.json                                 #       ./s4s import ld3 ld3.json ...
    python3 unpickle.py gas 10000.pt > gas.json                                   #       ./s4s import gas gas.json ...
    python3 unpickle.py moments img64.pkl --out img64.npz                         #       ./s4s fid --reference img64.npz ...
    python3 unpickle.py tree FILE                                                 # everything that is in any such file

`--out FILE` writes a file instead of standard output. Read are plain pickles (with tensors inside or not), torch files of the
zip kind and of the older kind. Exit code 0, or 2 with one line on standard error.

What the commands look for:
    dyweight  `predictor` (hybrid_weights, mask, t_scale, num_steps, afs, guidance_rate) and `loss_fn` (schedule_type,
              schedule_rho, sigma_min, sigma_max, dataset_name) of a snapshot
    ld3       `best_t_steps` of a checkpoint, or a file that is one tensor of times and decoupled times (t_steps.pt)
    moments   `fid` of a dictionary: mu and sigma, the moments of Inception's features
    gas       `ema.shadow_params` of a checkpoint: mu_logit, t_couple, then c_1, a_1, c_2, a_2, ... of equal length
"""

import argparse
import io
import json
import math
import os
import pickletools
import struct
import sys
import zipfile

from messages import Refused, named, run

MOST_VALUES = 2_000_000   # of all that is written: sharing makes small pickles of huge trees
MOST_NUMBERS = 8_000_000  # of an array: covariances of 2048 features have half as many
MOST_DEPTH = 200
MOST_BYTES = 1 << 30
TORCH_MAGIC = 0x1950A86A20F9469CFC6C

STORAGES = {"DoubleStorage": "d", "FloatStorage": "f", "HalfStorage": "e", "LongStorage": "q", "IntStorage": "i",
            "ShortStorage": "h", "CharStorage": "b", "ByteStorage": "B", "BoolStorage": "?"}
NUMPY = {"f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b",
         "u8": "Q", "u4": "I", "u2": "H", "u1": "B", "b1": "?"}


class Name:
    """A global that the pickle mentions. It is never looked up."""

    def __init__(self, module, name):
        self.text = module + "." + name

    def __repr__(self):
        return self.text


class Storage:
    """Raw numbers, little endian. They may be many more than what is looked at."""

    def __init__(self, code, data):
        self.code, self.data = code, data

    def __len__(self):
        return len(self.data) // struct.calcsize(self.code)

    def __getitem__(self, at):
        return struct.unpack_from("<" + self.code, self.data, at * struct.calcsize(self.code))[0]


class Tensor:
    """Numbers with a shape."""

    def __init__(self, shape, values):
        self.shape, self.values = tuple(shape), values

    def nested(self, at=0, axis=0):
        if axis == len(self.shape):
            return self.values[at]
        stride = product(self.shape[axis + 1:])
        return [self.nested(at + i * stride, axis + 1) for i in range(self.shape[axis])]


class View:
    """A tensor of torch: numbers of a storage, which may be read later."""

    def __init__(self, storage, offset, shape, stride, *_):
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride

    def tensor(self):
        count = product(self.shape)
        steps = list(zip(self.shape, self.stride))
        last = self.offset + sum((n - 1) * step for n, step in steps)
        if not isinstance(self.storage, Storage) or len(self.shape) != len(self.stride) or self.offset < 0 \
                or count > MOST_VALUES or any(step < 0 for step in self.stride) or (count and last >= len(self.storage)):
            raise Refused("a tensor of shape %r does not fit its storage" % (tuple(self.shape),))
        values = []
        for i in range(count):
            at = self.offset
            for n, step in reversed(steps):
                at += (i % n) * step
                i //= n
            values.append(self.storage[at])
        return Tensor(self.shape, values)


class DType:
    """A numpy number type, filled in by BUILD."""

    def __init__(self, kind):
        self.kind, self.order = kind, "<"


class Array:
    """A numpy array, filled in by BUILD."""

    tensor = None


def product(shape):
    n = 1
    for size in shape:
        if not isinstance(size, int) or size < 0:
            raise Refused("a tensor has the shape %r" % (tuple(shape),))
        n *= size
    return n


def numbers(code, data, order="<"):
    if len(data) > MOST_NUMBERS * struct.calcsize(code):
        raise Refused("an array of %d bytes, which no learned solver and no reference has" % len(data))
    if len(data) % struct.calcsize(code):
        raise Refused("%d bytes are no whole count of numbers" % len(data))
    return list(struct.unpack("%s%d%s" % (order, len(data) // struct.calcsize(code), code), data))


# --- what may be called -------------------------------------------------------------------------------------------------

def dtype(kind, *_):
    return DType(kind.lstrip("<>|="))


def scalar(kind, data):
    values = decode(kind, data)
    return values[0] if len(values) == 1 else Tensor((len(values),), values)


def decode(kind, data):
    if not isinstance(kind, DType) or kind.kind not in NUMPY:
        raise Refused("an array has elements of the kind %s" % getattr(kind, "kind", kind))
    return numbers(NUMPY[kind.kind], data, ">" if kind.order == ">" else "<")


def frombuffer(data, kind, shape, order):
    """How numpy pickles contiguous arrays in protocol 5."""
    array = Array()
    build(array, (1, shape, kind, order == "F", bytes(data)))
    return array


def encode(text, encoding):
    if encoding not in ("latin1", "latin-1"):
        raise Refused("bytes in the encoding %r" % (encoding,))
    return text.encode("latin-1")


def persistent(meta):
    """An object of NVIDIA's torch_utils.persistence: its state; the source code that comes along is left out."""
    state = dict(meta.get("state") or {})
    state["class"] = meta.get("class_name")
    return state


def container(kind):
    return lambda items=(): kind(items)


CALLS = {
    "collections.OrderedDict": container(dict),
    "collections.defaultdict": lambda *_: {},
    "dnnlib.util.EasyDict": container(dict),
    "builtins.dict": container(dict), "builtins.list": container(list), "builtins.tuple": container(tuple),
    "builtins.set": container(list), "builtins.frozenset": container(list),
    "builtins.bytearray": lambda data=b"", encoding="latin-1": data if isinstance(data, bytes) else encode(data, encoding),
    "__builtin__.set": container(list), "__builtin__.bytearray": lambda data, encoding: encode(data, encoding),
    "_codecs.encode": encode,
    "torch.Size": container(list),
    "torch.device": lambda *args: ":".join(str(a) for a in args),
    "torch._utils._rebuild_tensor": View,
    "torch._utils._rebuild_tensor_v2": View,
    "torch._utils._rebuild_parameter": lambda data, *_: data,
    "torch.storage._load_from_bytes": lambda data: load_legacy(io.BytesIO(data)),
    "numpy.dtype": dtype,
    "torch_utils.persistence._reconstruct_persistent_obj": persistent,
}
for _core in ("numpy.core", "numpy._core"):
    CALLS[_core + ".multiarray._reconstruct"] = lambda *_: Array()
    CALLS[_core + ".multiarray.scalar"] = scalar
    CALLS[_core + ".numeric._frombuffer"] = frombuffer


def call(function, arguments):
    if not isinstance(function, Name) or function.text not in CALLS:
        raise Refused("it calls %s, which no file of learned numbers needs; not read any further" % (function,))
    return CALLS[function.text](*arguments)


def build(thing, state):
    """BUILD: what an object does with its state."""
    if isinstance(thing, Array):
        _, shape, kind, fortran, data = state
        values = decode(kind, data)
        if product(shape) != len(values):
            raise Refused("an array of shape %r holds %d numbers" % (tuple(shape), len(values)))
        if fortran and len(shape) > 1:
            raise Refused("an array in Fortran order")
        thing.tensor = Tensor(shape, values)
    elif isinstance(thing, DType):
        thing.order = state[1]
    elif isinstance(thing, dict) and isinstance(state, (dict, type(None))):
        pass                                               # attributes of an OrderedDict, such as torch's _metadata
    else:
        raise Refused("it sets the state of a %s" % type(thing).__name__)


# --- the stack machine --------------------------------------------------------------------------------------------------

CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
LITERALS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
            "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
            "BINBYTES8", "BYTEARRAY8"}


def load(stream, persistent_load):
    """The value of one pickle; `persistent_load` knows what storages the file keeps outside of it."""
    stack, marks, memo = [], [], {}

    def after_mark():
        at = marks.pop()
        items = stack[at:]
        del stack[at:]
        return items

    def pairs(items):
        return zip(items[::2], items[1::2])

    for opcode, argument, _ in pickletools.genops(stream):
        name = opcode.name
        if name in ("PROTO", "FRAME"):
            continue
        if name == "STOP":
            return stack.pop()
        if name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in EMPTY:
            stack.append(EMPTY[name]())
        elif name in LITERALS:
            stack.append(argument)
        elif name == "MARK":
            marks.append(len(stack))
        elif name == "POP":
            (marks if marks and marks[-1] == len(stack) else stack).pop()
        elif name == "POP_MARK":
            after_mark()
        elif name == "DUP":
            stack.append(stack[-1])
        elif name == "APPEND":
            item = stack.pop()
            stack[-1].append(item)
        elif name in ("APPENDS", "ADDITEMS"):
            items = after_mark()
            stack[-1].extend(items)
        elif name in ("LIST", "FROZENSET"):
            stack.append(after_mark())
        elif name == "TUPLE":
            stack.append(tuple(after_mark()))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            n = int(name[-1])
            stack[-n:] = [tuple(stack[-n:])]
        elif name == "DICT":
            stack.append(dict(pairs(after_mark())))
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            stack[-1][key] = value
        elif name == "SETITEMS":
            items = after_mark()
            stack[-1].update(pairs(items))
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[int(argument)])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name == "GLOBAL":
            stack.append(Name(*argument.split(" ", 1)))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(Name(str(module), str(attribute)))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments, function = stack.pop(), stack.pop()
            stack.append(call(function, arguments))
        elif name == "BUILD":
            state = stack.pop()
            build(stack[-1], state)
        elif name == "BINPERSID":
            stack.append(persistent_load(stack.pop()))
        elif name in ("INST", "OBJ", "NEWOBJ_EX"):
            raise Refused("it makes an object of %s, which no file of learned numbers needs"
                          % (argument if name == "INST" else "a class"))
        else:
            raise Refused("it has the opcode %s, which no file of learned numbers needs" % name)
    raise Refused("it ends before its STOP")


def no_persistent(key):
    raise Refused("a plain pickle refers to the outside: %r" % (key,))


def storage_code(kind):
    name = kind.text.rsplit(".", 1)[-1] if isinstance(kind, Name) else str(kind)
    if name not in STORAGES:
        raise Refused("a tensor of the kind %s" % name)
    return STORAGES[name]


# --- kinds of files -----------------------------------------------------------------------------------------------------

def load_zip(stream):
    with zipfile.ZipFile(stream) as archive:
        pickles = [n for n in archive.namelist() if n.rsplit("/", 1)[-1] == "data.pkl"]
        if len(pickles) != 1:
            raise Refused("a zip file without a data.pkl: no torch file")
        folder = pickles[0][:-len("data.pkl")]
        members = {}                                       # many tensors may look at one storage

        def read(member):
            if member not in members:
                if archive.getinfo(member).file_size + sum(map(len, members.values())) > MOST_BYTES:
                    raise Refused("it has more than 1 GiB")
                members[member] = archive.read(member)
            return members[member]

        if folder + "byteorder" in archive.namelist() and read(folder + "byteorder").strip() != b"little":
            raise Refused("a big-endian torch file")

        def storage(key):
            if not (isinstance(key, tuple) and len(key) >= 5 and key[0] == "storage"):
                raise Refused("it refers to %r outside of the pickle" % (key,))
            return Storage(storage_code(key[1]), read(folder + "data/" + str(key[2])))

        return load(io.BytesIO(read(pickles[0])), storage)


def load_legacy(stream):
    """The torch format before zip: five pickles, then the storages' bytes, each after its count of elements."""
    if load(stream, no_persistent) != TORCH_MAGIC:
        raise Refused("no torch file of the older kind")
    load(stream, no_persistent)                            # protocol
    load(stream, no_persistent)                            # sizes of C types
    storages = {}

    def storage(key):
        if not (isinstance(key, tuple) and len(key) >= 5 and key[0] == "storage"):
            raise Refused("it refers to %r outside of the pickle" % (key,))
        if len(key) > 5 and key[5] is not None:
            raise Refused("a view of a storage, as torch before 0.4 wrote them")
        return storages.setdefault(str(key[2]), Storage(storage_code(key[1]), b""))

    value = load(stream, storage)                          # views of storages that are filled below
    for key in load(stream, no_persistent):
        count, = struct.unpack("<q", stream.read(8))
        known = storages[str(key)]
        size = count * struct.calcsize(known.code)
        if not 0 <= size <= MOST_BYTES:
            raise Refused("a storage of %d elements" % count)
        known.data = stream.read(size)
        if len(known.data) != size:
            raise Refused("truncated: a storage of %d bytes has %d" % (size, len(known.data)))
    return value


def load_file(path):
    if os.path.getsize(path) > MOST_BYTES:
        raise Refused("more than 1 GiB")
    with open(path, "rb") as file:
        data = file.read()
    if not data:
        raise Refused("empty")
    stream = io.BytesIO(data)
    if data[:4] == b"PK\x03\x04":
        return load_zip(stream)
    first = load(stream, no_persistent)
    stream.seek(0)
    return load_legacy(stream) if first == TORCH_MAGIC else first


# --- what is written ----------------------------------------------------------------------------------------------------

class Plain:
    """Any value as what JSON knows, counting what is written."""

    def __init__(self):
        self.count = 0

    def of(self, value, depth=0):
        self.count += 1
        if self.count > MOST_VALUES or depth > MOST_DEPTH:
            raise Refused("more than %d values, or more than %d levels of nesting" % (MOST_VALUES, MOST_DEPTH))
        if isinstance(value, Array):
            value = value.tensor
        if isinstance(value, View):
            value = value.tensor()
        if isinstance(value, Tensor):
            self.count += len(value.values)
            if not all(map(math.isfinite, value.values)):
                raise Refused("a tensor of shape %r holds numbers that are not finite" % (value.shape,))
            return value.nested()
        if isinstance(value, dict):
            return {str(k) if isinstance(k, (str, int, float)) else repr(k): self.of(v, depth + 1) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.of(v, depth + 1) for v in value]
        if isinstance(value, Name):
            return {"global": value.text}
        if isinstance(value, (bytes, bytearray)):
            return {"bytes": len(value)}
        if isinstance(value, float) and not math.isfinite(value):
            raise Refused("it holds a number that is not finite")
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise Refused("a %s where numbers, texts, lists or dictionaries belong" % type(value).__name__)


def field(tree, *path):
    for name in path:
        if not isinstance(tree, dict) or name not in tree:
            raise Refused("there is no %s in it (what is there: unpickle.py tree)" % ".".join(path))
        tree = tree[name]
    return tree


def dyweight(tree):
    predictor, loss = field(tree, "predictor"), field(tree, "loss_fn")
    weights = field(predictor, "_parameters", "hybrid_weights")
    mask = field(predictor, "_buffers", "mask")
    points = field(predictor, "num_steps")
    analytic = bool(field(predictor, "afs"))
    nfe = points - (2 if analytic else 1)
    benchmark = loss.get("dataset_name") or predictor.get("dataset_name") or "cifar10"
    benchmark = {"lsun_bedroom_ldm": "lsun-bedroom", "ms_coco": "ms-coco"}.get(benchmark, benchmark)
    return {
        "benchmark": benchmark,
        "reported_nfe": 2 * nfe if benchmark == "ms-coco" else nfe,
        "grid_points": points,
        "analytic_first_step": analytic,
        "grid": field(loss, "schedule_type"),
        "rho": float(field(loss, "schedule_rho")),
        "sigma_min": float(field(loss, "sigma_min")),
        "sigma_max": float(field(loss, "sigma_max")),
        "guidance": float(predictor.get("guidance_rate") or 0),
        "weights": [[w * m for w, m in zip(*rows)] for rows in zip(weights, mask)],
        "time_scale": predictor["_parameters"].get("t_scale") or [1.0] * nfe,
    }


def ld3(tree):
    times = tree if isinstance(tree, list) else field(tree, "best_t_steps")
    if len(times) % 2:
        raise Refused("%d times; LD3 writes times and decoupled times, as many each" % len(times))
    return {"best_t_steps": times}


def gas(tree):
    params = field(tree, "ema", "shadow_params")
    if len(params) < 2 or not isinstance(params[1], list) or len(params[0]) + 1 != len(params[1]):
        raise Refused("ema.shadow_params does not begin with mu_logit and t_couple")
    rows = []
    for param in params[1:]:
        if not isinstance(param, list) or len(param) != len(params[1]) or isinstance(param[0], list):
            break                                          # the discriminator's, in a GAS run
        rows.append(param)
    if len(rows) < 3 or len(rows) % 2 == 0:
        raise Refused("ema.shadow_params has %d rows of %d numbers, not t_couple and pairs of c and a"
                      % (len(rows), len(params[1])))
    return {"mu_logit": params[0], "coef": [rows[0]] + rows[1::2] + rows[2::2]}


def moments(tree):
    """mu and sigma as (name, shape, numbers)."""
    arrays = []
    for name, axes in (("mu", 1), ("sigma", 2)):
        tensor = getattr(field(tree, "fid", name), "tensor", None)
        if not isinstance(tensor, Tensor) or len(tensor.shape) != axes:
            raise Refused("fid.%s is no array of %d axes" % (name, axes))
        arrays.append((name, tensor.shape, tensor.values))
    return arrays


def npz(arrays):
    """The bytes that numpy.savez would write of float64 arrays."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, shape, values in arrays:
            header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }" % ", ".join(map(str, shape))
            header += " " * (63 - (10 + len(header)) % 64) + "\n"
            archive.writestr(zipfile.ZipInfo(name + ".npy"), b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
                             + header.encode("ascii") + struct.pack("<%dd" % len(values), *values))
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser(description="Turns pickles and torch files of learned solvers into JSON, without "
                                     "running anything that is in them.")
    parser.add_argument("kind", choices=["dyweight", "ld3", "gas", "moments", "tree"])
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--out", metavar="FILE", help="default: standard output; moments needs it")
    options = parser.parse_args()
    if options.kind != "dyweight" and len(options.files) != 1:
        parser.error("%s takes one file" % options.kind)
    if options.kind == "moments" and not options.out:
        parser.error("moments needs --out FILE.npz")
    found = [read(options.kind, path) for path in options.files]
    if options.kind == "moments":
        write(options.out, found[0])
        return
    text = json.dumps({"solvers": found} if options.kind == "dyweight" else found[0], indent=1, allow_nan=False) + "\n"
    if options.out:
        write(options.out, text.encode("utf-8"))
    else:
        sys.stdout.write(text)


def write(path, data):
    temporary = path + ".tmp"
    with open(temporary, "wb") as out:
        out.write(data)
    os.replace(temporary, path)


READERS = {"dyweight": dyweight, "ld3": ld3, "gas": gas, "tree": lambda tree: tree}


def read(kind, path):
    """What a command makes of a file: values for JSON, or the bytes of an npz file."""
    try:
        if kind == "moments":
            return npz(moments(load_file(path)))
        found = READERS[kind](Plain().of(load_file(path)))
        json.dumps(found, allow_nan=False)
        return found
    except Refused as e:
        raise Refused("%s: %s" % (path, e))
    except OSError as e:
        raise Refused("%s: %s" % (path, e.strerror or e))
    except Exception as e:                                 # pickletools, zipfile and zlib raise almost anything
        raise Refused("%s: not a pickle or torch file that can be read, or truncated (%s)" % (path, named(e)))


if __name__ == "__main__":
    run("unpickle", main)
