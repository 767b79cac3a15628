"""Trains a network of this project on a GPU: `python3 train.py PLAN.json`, as `./s4s train ... --plan PLAN.json` wrote it.

The result is for `./s4s train ... --trained FILE.npz`, which evaluates it and writes the model with its card. Data, loss,
learning rate and average of weights are those of `./s4s train`, and so are first weights that come from another network
(--from); random ones, the order of images and noise are drawn by PyTorch and so are others. Feature maps are bfloat16 on a
GPU, weights and everything else float32. Needed are numpy, Pillow and torch 1.13 or newer; without a GPU it works too,
slowly.
"""

import argparse
import hashlib
import io
import json
import math
import os
import shlex
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import messages
from messages import Refused

try:
    import numpy
    import torch
    from PIL import Image
    from torch.nn import functional as F

    import networks
except ImportError as e:
    messages.fail("train", "needs numpy, Pillow and torch 1.13 or newer in the Python that runs this script (%s)" % e)


def images(plan, folder):
    """The images of all sets, uint8 [N, 3, H, W]."""
    parts = []
    for source in plan["data"]:
        with numpy.load(os.path.join(folder, source["file"]), allow_pickle=False) as npz:
            jpeg, offset = npz["jpeg"].tobytes(), npz["offset"]

        def decoded(i):
            return numpy.asarray(Image.open(io.BytesIO(jpeg[offset[i]:offset[i + 1]])).convert("RGB"))
        with ThreadPoolExecutor() as pool:
            parts.append(numpy.stack(list(pool.map(decoded, range(source["images"])))))
    return torch.from_numpy(numpy.concatenate(parts)).permute(0, 3, 1, 2).contiguous()


def initial(plan, generator):
    """Uniform within one over the root of the fan-in; zero where a residual branch or the network ends."""
    start = {}
    for name, shape in plan["weights"].items():
        fan = numpy.prod(plan["weights"][name.rsplit(".", 1)[0] + ".weight"][1:])
        zero = name.startswith("head.") or ".conv2." in name or ".out." in name or name.endswith(".embed.bias")
        start[name] = torch.zeros(shape) if zero else (torch.rand(shape, generator=generator) * 2 - 1) / fan ** 0.5
    return start


def started(plan, start):
    """`start`, with the arrays of the network that the plan starts from where name and shape agree."""
    if "startedFrom" not in plan:
        return start
    model = plan["startedFrom"]["model"]
    path = os.path.join(model if "/" in model else os.path.join("data", "models", model), "weights.npz")
    with open(path, "rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != plan["startedFrom"]["weightsSha256"]:
        raise Refused("%s is not the network that the plan starts from: write the plan again" % path)
    with numpy.load(io.BytesIO(content), allow_pickle=False) as npz:
        shared = {name: torch.tensor(npz[name].astype(numpy.float32)) for name in start
                  if name in npz.files and npz[name].shape == tuple(start[name].shape)}
    if not shared:
        raise Refused("%s has no array in common with the network to train" % path)
    return {**start, **shared}


class Task:
    """The examples and their loss."""

    def __init__(self, plan, folder, trained, device):
        self.plan, self.device, self.network = plan, device, plan["network"]
        self.pixels = images(plan, folder).to(device)
        self.count = len(self.pixels)

    def picture(self, index):
        x = self.pixels[index].float() / 127.5 - 1
        if not self.plan["settings"]["flip"]:
            return x
        return torch.where(self.coin(index, 0.5)[:, None, None, None], x.flip(3), x)

    @staticmethod
    def coin(index, share):
        return torch.rand(len(index), device=index.device) < share


class Denoising(Task):
    """s4s.train.Denoising: EDM's loss."""

    def loss(self, weights, index):
        x = self.picture(index)
        spread = self.plan["noiseDistribution"]
        sigma = (torch.randn(len(x), device=x.device) * spread["lnSigmaStd"] + spread["lnSigmaMean"]).exp()
        level, data = sigma[:, None, None, None], self.plan["sigmaData"]
        y = x + torch.randn_like(x) * level
        root = (level ** 2 + data ** 2).sqrt()
        target = (x - y * data ** 2 / root ** 2) / (level * data / root)
        return (networks.unet(self.network, weights, y / root, sigma.log() / 4) - target).square().mean()


class Classification(Task):
    """s4s.train.Classification: cross-entropy on shifted, sometimes turned images."""

    def __init__(self, plan, folder, trained, device):
        super().__init__(plan, folder, trained, device)
        self.labels = torch.tensor(plan["labels"], device=device)

    def loss(self, weights, index):
        x, shift, turned = self.picture(index), self.plan["shift"], self.plan.get("turned", 0)
        size = x.shape[2]
        x = F.pad(x, [shift] * 4).permute(0, 2, 3, 1)
        at = torch.arange(size, device=x.device)[None] + torch.randint(0, 2 * shift + 1, (2, len(x), 1), device=x.device)
        x = x[torch.arange(len(x), device=x.device)[:, None, None], at[0][:, :, None], at[1][:, None, :]].permute(0, 3, 1, 2)
        label = self.labels[index]
        if turned > 0:
            turns = torch.where(self.coin(index, turned), torch.randint(1, 4, (len(x),), device=x.device), 0 * label)
            for k in (1, 2, 3):
                x = torch.where((turns == k)[:, None, None, None], torch.rot90(x, k, (2, 3)), x)
            label = torch.where(turns > 0, self.network["classes"] - 4 + turns, label)
        return F.cross_entropy(networks.logits(self.network, weights, x), label, label_smoothing=self.plan["labelSmoothing"])


class Reconstruction(Task):
    """s4s.train.Reconstruction: absolute error, perceptual distance, divergence from the unit Gaussian."""

    def __init__(self, plan, folder, trained, device):
        super().__init__(plan, folder, trained, device)
        self.features = plan["features"]
        wide = read_trained(trained, plan["perceptualFeatures"], self.features["weights"], device)
        self.eyes = networks.Weights(wide, {k: w.bfloat16() for k, w in wide.items()} if device == "cuda" else None)

    def seen(self, x):
        return networks.embedding(networks.maps(self.features["network"], self.eyes, x))

    def loss(self, weights, index):
        x = self.picture(index)
        mean, log_variance = networks.encode(self.network, weights, x)
        again = networks.decode(self.network, weights, mean + (log_variance / 2).exp() * torch.randn_like(mean))
        distance = (self.seen(again) - self.seen(x)).square().sum(1).mean()
        divergence = (mean.square() + log_variance.exp() - log_variance - 1).mean() / 2
        return (again - x).abs().mean() + self.plan["perceptualWeight"] * distance + self.plan["divergenceWeight"] * divergence


class NoiseMatching(Task):
    """s4s.train.NoiseMatching: the noise in latents, under a condition if there is one."""

    def __init__(self, plan, folder, trained, device):
        super().__init__(plan, folder, trained, device)
        of = plan["latents"]
        weights = networks.Weights(read_trained(trained, of["name"], of["weights"], device))
        self.latents = torch.stack([self.encoded(of["network"], weights, flip) for flip in (False, True)])
        self.latents /= self.latents[0].std()
        rates = plan["schedule"]
        betas = torch.linspace(rates["first"] ** 0.5, rates["last"] ** 0.5, rates["times"], dtype=torch.float64) ** 2
        squares = torch.cumprod(1 - betas, 0)
        self.alphas, self.sigmas = squares.sqrt().float().to(device), (1 - squares).sqrt().float().to(device)
        self.vectors = None
        if "conditions" in plan:
            places = plan["conditions"]["places"]
            most = max(map(len, places))
            vectors = numpy.zeros((len(places), most, self.network["conditions"]), numpy.float16)
            for i, descriptions in enumerate(places):
                for j, named in enumerate(descriptions):
                    vectors[i, j, named if named else [0]] = 1 / max(1, len(named)) ** 0.5
            self.vectors = torch.from_numpy(vectors).to(device)
            self.none = torch.eye(1, self.network["conditions"], device=device)
            self.choices = torch.tensor([len(descriptions) for descriptions in places], device=device)

    @torch.no_grad()
    def encoded(self, network, weights, flip):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        parts = (p.float() / 127.5 - 1 for p in self.pixels.split(500))
        out = torch.cat([networks.encode(network, weights, x.flip(3) if flip else x)[0] for x in parts])
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
        return out

    def loss(self, weights, index):
        mirrored = self.coin(index, 0.5 if self.plan["settings"]["flip"] else 0).long()
        x = self.latents[mirrored, index]
        step = torch.randint(0, len(self.alphas), (len(x),), device=x.device)
        noise = torch.randn_like(x)
        y = x * self.alphas[step][:, None, None, None] + noise * self.sigmas[step][:, None, None, None]
        condition = None
        if self.vectors is not None:
            chosen = (torch.rand(len(x), device=x.device) * self.choices[index]).long()
            condition = self.vectors[index, chosen].float()
            condition = torch.where(self.coin(index, self.plan["conditionsDropped"])[:, None], self.none, condition)
        label = 3 * step.float() / len(self.alphas)
        return (networks.unet(self.network, weights, y, label, condition) - noise).square().mean()


TASKS = {"EDM_UNET": Denoising, "NOISE_UNET": NoiseMatching, "AUTOENCODER": Reconstruction, "CLASSIFIER": Classification}


def read_trained(folder, name, shapes, device):
    """Weights of another network: in folder/name.npz, or, if it is finished, in data/models/name."""
    path = os.path.join(folder, name + ".npz")
    if not os.path.exists(path):
        path = os.path.join("data", "models", name, "weights.npz")
    with numpy.load(path, allow_pickle=False) as npz:
        return {key: torch.tensor(npz[key].astype(numpy.float32), device=device) for key in shapes}


class Run:
    """Adam with warm-up and linear decay, and the average of the weights, all on one flat vector."""

    def __init__(self, task, settings, generator):
        start = started(task.plan, initial(task.plan, generator))
        self.task, self.batch, device = task, settings["batch"], task.device
        self.shapes = {name: w.shape for name, w in start.items()}
        self.flat = torch.cat([w.flatten() for w in start.values()]).to(device).requires_grad_()
        self.average = self.flat.detach().clone()
        self.mean, self.square = torch.zeros_like(self.average), torch.zeros_like(self.average)
        self.settings, self.steps, self.eager = settings, 0, False
        self.knobs = torch.zeros(3, device=device)
        self.index = torch.zeros(self.batch, dtype=torch.long, device=device)
        self.loss = torch.zeros((), device=device)

    def named(self, flat):
        parts = flat.split([shape.numel() for shape in self.shapes.values()])
        return {name: part.reshape(shape) for (name, shape), part in zip(self.shapes.items(), parts)}

    def step(self):
        cuda = self.task.device == "cuda"
        weights = networks.Weights(self.named(self.flat), self.named(self.flat.bfloat16()) if cuda else None)
        loss = self.task.loss(weights, self.index)
        gradient, = torch.autograd.grad(loss, self.flat)
        with torch.no_grad():
            rate, decay, newest = self.knobs
            self.mean.lerp_(gradient, 0.1)
            self.square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            self.flat -= rate * self.mean / (self.square.sqrt() + 1e-8)
            self.average.lerp_(self.flat, 1 - decay)
            self.loss.lerp_(loss.detach(), newest)

    def turn(self, index, left):
        """What changes from step to step; `left` is the share of the run that is to come."""
        seen, n = (self.steps + 1) * self.batch, self.steps + 1
        rise = min(1, seen / self.settings["warmup"]) if self.settings["warmup"] > 0 else 1
        rate = self.settings["learningRate"] * rise * left * (1 - 0.999 ** n) ** 0.5 / (1 - 0.9 ** n)
        decay = 0.5 ** (self.batch / min(self.settings["emaHalfLife"], seen * 0.1))
        self.knobs.copy_(torch.tensor([rate, decay, max(0.01, 1 / n)]))
        self.index.copy_(index)
        self.steps = n

    def replayed(self):
        """A function that does one step; on a GPU the kernels of a step are launched at once."""
        if self.task.device != "cuda" or self.eager:
            return self.step
        kept = [t.detach().clone() for t in (self.flat, self.average, self.mean, self.square, self.loss)]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.step()
        with torch.no_grad():
            for t, old in zip((self.flat, self.average, self.mean, self.square, self.loss), kept):
                t.copy_(old)
        return graph.replay


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan")
    parser.add_argument("--data", default=".", help="folder that the plan's files are in (default: this one)")
    parser.add_argument("--trained", default="trained",
                        help="folder of finished networks that this one needs, and of the result")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--images", type=int, help="images to see, instead of the plan's")
    parser.add_argument("--batch", type=int, help="images a step, instead of the plan's")
    parser.add_argument("--ema", type=float, help="half-life of the weight average in images, instead of the plan's")
    parser.add_argument("--seconds", type=float,
                        help="train for this time, whatever number of images that is; pauses do not count")
    parser.add_argument("--eager", action="store_true", help="launch each kernel by itself")
    args = parser.parse_args()
    with open(args.plan, encoding="utf-8") as file:
        try:
            plan = json.load(file)
            settings = plan["settings"]
        except (ValueError, KeyError, TypeError) as e:
            raise Refused("%s is no plan that ./s4s train --plan wrote (%s)" % (args.plan, messages.named(e)))
    for name, value in (("images", args.images), ("batch", args.batch), ("emaHalfLife", args.ema)):
        if value is not None:
            settings[name] = value
    torch.manual_seed(settings["seed"])
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    began = time.time()
    task = TASKS[plan["kind"]](plan, args.data, args.trained, args.device)
    print("%s: %d images after %.0f s" % (plan["name"], task.count, time.time() - began), flush=True)
    batch = settings["batch"]
    run = Run(task, settings, torch.Generator().manual_seed(settings["seed"]))
    run.eager = args.eager
    step = run.replayed()
    print("%s: ready after %.0f s" % (plan["name"], time.time() - began), flush=True)
    clock, last, told, shortest = 0.0, time.time(), time.time(), math.inf
    order = torch.empty(0, dtype=torch.long, device=args.device)
    while (clock < args.seconds) if args.seconds else (run.steps < settings["images"] // batch):
        while len(order) < batch:
            order = torch.cat([order, torch.randperm(task.count, device=args.device)])
        left = 1 - clock / args.seconds if args.seconds else 1 - run.steps / (settings["images"] // batch)
        run.turn(order[:batch], left)
        order = order[batch:]
        step()
        if run.steps % 20 == 0:
            loss = run.loss.item()                          # waits for the GPU
            took, last = time.time() - last, time.time()
            shortest = min(shortest, took)
            clock += min(20 * shortest, took)               # a pause does not count
            if not math.isfinite(loss):
                raise Refused("the loss of %s is %s at step %d: lower the learning rate" % (plan["name"], loss, run.steps))
            if time.time() > told + 5:
                told = time.time()
                print("%s: %d images, %.0f s, loss %.4f, %.0f images/s" % (plan["name"], run.steps * batch, clock, loss,
                                                                         run.steps * batch / clock), flush=True)
    loss = run.loss.item()
    clock += time.time() - last
    if args.seconds:
        settings["images"], settings["decay"] = run.steps * batch, "over %g seconds" % args.seconds
    about = {"settings": settings, "imagesSeen": run.steps * batch, "loss": loss, "seconds": round(clock),
             "arithmetic": "bfloat16 feature maps, else float32" if args.device == "cuda" else "float32",
             "device": torch.cuda.get_device_name() if args.device == "cuda" else "CPU",
             "trainer": "python3 src/main/python/train.py " + shlex.join(sys.argv[1:]), "trainerPyTorch": torch.__version__}
    if "startedFrom" in plan:
        about["startedFrom"] = plan["startedFrom"]
    arrays = {name: w.cpu().numpy().astype(numpy.float16 if plan["half"] else numpy.float32)
              for name, w in run.named(run.average).items()}
    os.makedirs(args.trained, exist_ok=True)
    out = os.path.join(args.trained, plan["name"] + ".npz")
    with open(out + ".new", "wb") as file:
        numpy.savez_compressed(file, training=numpy.array([json.dumps(about)]), **arrays)
    os.replace(out + ".new", out)
    print("%s: %.0f s, loss %.4f, wrote %s" % (plan["name"], clock, loss, out), flush=True)


if __name__ == "__main__":
    messages.run("train", main)
