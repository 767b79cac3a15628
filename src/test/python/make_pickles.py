"""Writes files of the kinds that unpickle.py reads, by Python's own pickle and zipfile: stand-ins named like the classes of
torch take the place of torch, so that the pickles mention what torch's pickles mention. Usage: make_pickles.py FOLDER"""

import collections
import io
import os
import pickle
import struct
import sys
import types
import zipfile

folder = sys.argv[1]


def module(name, **content):
    made = types.ModuleType(name)
    for key, value in content.items():
        if isinstance(value, (type, types.FunctionType)):
            value.__module__, value.__qualname__, value.__name__ = name, key, key
        setattr(made, key, value)
    sys.modules[name] = made
    return made


class FloatStorage:
    pass


torch = module("torch", FloatStorage=FloatStorage)
utils = module("torch._utils", _rebuild_tensor_v2=lambda *a: None, _rebuild_parameter=lambda *a: None)
storage = module("torch.storage", _load_from_bytes=lambda b: None)
persistence = module("torch_utils.persistence", _reconstruct_persistent_obj=lambda meta: None)
module("torch_utils", persistence=persistence)
solvers = module("solvers", dyweight_sampler=lambda: None)
torch._utils, torch.storage = utils, storage


class Call:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Stored:
    """Numbers in a storage; how it is pickled depends on the file."""

    def __init__(self, key, values):
        self.key, self.values = key, values

    def bytes(self):
        return struct.pack("<%df" % len(self.values), *self.values)


def tensor(stored, shape, stride, offset=0):
    return Call(utils._rebuild_tensor_v2, stored, offset, shape, stride, False, collections.OrderedDict())


class TorchPickler(pickle.Pickler):
    """Storages stay outside, as torch.save does it."""

    def persistent_id(self, thing):
        if isinstance(thing, Stored):
            return "storage", FloatStorage, thing.key, "cuda:0", len(thing.values)
        return None


def torch_pickle(value):
    out = io.BytesIO()
    TorchPickler(out, 2).dump(value)
    return out.getvalue()


def save_zip(name, value, stored):
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        archive.writestr("archive/data.pkl", torch_pickle(value))
        archive.writestr("archive/byteorder", "little")
        for one in stored:
            archive.writestr("archive/data/" + one.key, one.bytes())


def legacy(value, stored):
    parts = [pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2), pickle.dumps({"little_endian": True}, 2)]
    out = b"".join(parts)

    class Legacy(pickle.Pickler):
        def persistent_id(self, thing):
            if isinstance(thing, Stored):
                return "storage", FloatStorage, thing.key, "cpu", len(thing.values), None
            return None

    body = io.BytesIO()
    Legacy(body, 2).dump(value)
    out += body.getvalue() + pickle.dumps([one.key for one in stored], 2)
    for one in stored:
        out += struct.pack("<q", len(one.values)) + one.bytes()
    return out


class Inside(Stored):
    """A storage in a plain pickle: the older torch file of itself, as bytes."""

    def __reduce__(self):
        return storage._load_from_bytes, (legacy(Stored(self.key, self.values), [self]),)


# a GAS checkpoint: 3 steps, order 1, then a discriminator's weights
rows = Stored("0", [0.5, -0.25, 9, 0.125, 0, -0.125, 1, 2, 3, -1, -2, -3])
shadow = [tensor(rows, (2,), (1,)), tensor(rows, (3,), (1,), 3), Call(utils._rebuild_parameter,
          tensor(rows, (3,), (1,), 6), True, collections.OrderedDict()), tensor(rows, (3,), (1,), 9),
          tensor(rows, (2, 2), (1, 2))]
save_zip("gas.pt", {"ema": {"decay": 0.999, "shadow_params": shadow, "collected_params": None}, "step": 7}, [rows])

# an LD3 checkpoint in the older kind of file, and a tensor alone
times = Stored("94", [80, 2, 0.5, 80, 1.5, 0.5])
with open(os.path.join(folder, "ld3.pt"), "wb") as out:
    out.write(legacy({"params1": tensor(times, (3,), (1,)), "best_t_steps": tensor(times, (6,), (1,))}, [times]))
save_zip("t_steps.pt", tensor(times, (6,), (1,)), [times])

# a DyWeight snapshot: a plain pickle of persistent objects
weights, mask = Inside("1", [1.25, 9, -0.5, 1.5]), Inside("2", [1, 0, 1, 1])
scale = Inside("3", [0.75])


def persistent(name, state):
    return Call(persistence._reconstruct_persistent_obj, {"type": "class", "version": 6, "module_src": "import os",
                                                          "class_name": name, "state": state})


with open(os.path.join(folder, "dyweight.pkl"), "wb") as out:
    pickle.dump({"predictor": persistent("DyWeight_predictor", {
        "_parameters": collections.OrderedDict(hybrid_weights=tensor(weights, (2, 2), (2, 1)),
                                               t_scale=tensor(scale, (1,), (1,))),
        "_buffers": collections.OrderedDict(mask=tensor(mask, (2, 2), (2, 1))), "num_steps": 3, "afs": True,
        "guidance_rate": None}),
        "loss_fn": persistent("DyWeight_loss", {"solver_stu": solvers.dyweight_sampler, "schedule_type": "polynomial",
                                                "schedule_rho": 7, "sigma_min": 0.002, "sigma_max": 80.0,
                                                "dataset_name": "cifar10", "t_steps": None})}, out)

# files that are not what they seem
marker = os.path.join(folder, "it-ran")
for protocol in (0, 2, 4):
    with open(os.path.join(folder, "hostile%d.pkl" % protocol), "wb") as out:
        pickle.dump({"predictor": Call(os.system, "touch " + marker)}, out, protocol)
with open(os.path.join(folder, "hostile-inst.pkl"), "wb") as out:
    out.write(b"(S'touch " + marker.encode() + b"'\nios\nsystem\n.")
with open(os.path.join(folder, "hostile-eval.pkl"), "wb") as out:
    pickle.dump(Call(eval, "open(%r, 'w')" % marker), out)
save_zip("hostile.pt", Call(os.system, "touch " + marker), [])
save_zip("outside.pt", tensor(times, (7,), (1,)), [times])
with open(os.path.join(folder, "dyweight.pkl"), "rb") as whole, open(os.path.join(folder, "half.pkl"), "wb") as out:
    out.write(whole.read()[:200])
with open(os.path.join(folder, "control.pkl"), "wb") as out:                      # a name that clears the screen
    out.write(b"\x80\x04" + b"".join(b"\x8c" + bytes([len(t)]) + t for t in (b"os", b"sys\ntem\x1b[2J")) + b"\x93)R.")
with open(os.path.join(folder, "not-finite.pkl"), "wb") as out:
    pickle.dump({"best_t_steps": [80, float("nan")]}, out)
with open(os.path.join(folder, "marks.pkl"), "wb") as out:                        # each mark on top of a long stack
    out.write(b"\x80\x02" + b"N" * 200000 + b"(t0" * 200000 + b"]" + b".")

# 200 views of a storage of 50 million zeros, which deflate makes small
with zipfile.ZipFile(os.path.join(folder, "views.pt"), "w", zipfile.ZIP_DEFLATED) as archive:
    many = Stored("0", ())
    many.values = range(50_000_000)
    archive.writestr("archive/data.pkl", torch_pickle([tensor(many, (2,), (1,), i) for i in range(200)]))
    with archive.open("archive/data/0", "w", force_zip64=True) as storage_file:
        for _ in range(50):
            storage_file.write(bytes(4_000_000))
# a member of which the archive says that it goes on behind the end of the file
with zipfile.ZipFile(os.path.join(folder, "beyond.pt"), "w") as archive:
    archive.writestr("archive/data.pkl", pickle.dumps([1]))
with open(os.path.join(folder, "beyond.pt"), "r+b") as out:
    data = bytearray(out.read())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 20:entry + 28] = struct.pack("<II", 90000, 90000)
    out.seek(0)
    out.write(data)

with zipfile.ZipFile(os.path.join(folder, "no-torch.pt"), "w") as archive:
    archive.writestr("readme", "x")
