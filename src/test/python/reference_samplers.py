"""Samplers as their papers give them, to compare Java's with: float64 states, the network in float32.

edm_heun   Karras et al. 2022 (arXiv:2206.00364), algorithm 1 without churn, with the time steps of equation 5 and NVlabs/edm's
           generate.py: the last step is one of Euler to noise level 0
ddim       Song et al. 2021 (arXiv:2010.02502), equation 12 with eta = 0, on the time steps of CompVis/latent-diffusion:
           every (M/N)-th step, counted from the second
unipc      Zhao et al. 2023 (arXiv:2302.04867), data prediction, algorithms 5 to 8 (multistep, B(h) of bh1 or bh2), the orders
           of vinhsuhi/LD3's samplers/uni_pc.py: 1, 2, .. at the start, lower ones at the end, no corrector after the last
           step, and the outputs of predicted states are what later steps use

All are written from the formulas. Written here, not copied.
"""

import math

import numpy as np
import torch


def noise(seeds, shape):
    """Starting noise of each seed by itself."""
    rows = []
    for seed in seeds:
        torch.manual_seed(seed)
        rows.append(torch.randn(shape))
    return torch.stack(rows).double()


class Recorder:
    """A network in float32 that remembers what it was shown."""

    def __init__(self, network):
        self.network, self.inputs = network, []

    def __call__(self, x, label):
        x = x.float()
        self.inputs.append(x.clone())
        with torch.no_grad():
            return self.network(x, torch.full((x.shape[0],), label, dtype=torch.float64).float()).double()


def edm_times(steps, low, high, rho=7):
    """Noise levels from high to low, and 0."""
    t = [(high ** (1 / rho) + i / (steps - 1) * (low ** (1 / rho) - high ** (1 / rho))) ** rho for i in range(steps)]
    return t + [0.0]


def edm_heun(denoise, z, t):
    x = z * t[0]
    for i in range(len(t) - 1):
        d = (x - denoise(x, t[i])) / t[i]
        euler = x + (t[i + 1] - t[i]) * d
        if t[i + 1] > 0:
            d_next = (euler - denoise(euler, t[i + 1])) / t[i + 1]
            x = x + (t[i + 1] - t[i]) * (d + d_next) / 2
        else:
            x = euler
    return x


def guided(network, rows, none, scale):
    """e_u + w (e_c - e_u), both halves in one batch, the first without condition."""

    def predict(x, label):
        n = x.shape[0]
        both = network(torch.cat([x, x]), torch.cat([label, label]),
                       torch.cat([none.expand(n, *none.shape[1:]), rows.expand(n, *rows.shape[1:])]))
        without, given = both[:n], both[n:]
        return without + scale * (given - without)

    return predict


def ddim_steps(count, steps):
    """Numbers of training steps, falling, with the one at which sampling ends."""
    return [i + 1 for i in range(0, count, count // steps)][::-1] + [0]


def ddim(noise_of, z, abar, numbers):
    x = z
    for now, then in zip(numbers[:-1], numbers[1:]):
        e = noise_of(x, float(now))
        start = (x - math.sqrt(1 - abar[now]) * e) / math.sqrt(abar[now])
        x = math.sqrt(abar[then]) * start + math.sqrt(1 - abar[then]) * e
    return x


class Vp:
    """alpha, sigma and lambda of continuous times of a discrete schedule: log alpha linear between the training steps."""

    def __init__(self, abar):
        self.count = len(abar)
        self.times = np.arange(1, self.count + 1) / self.count
        self.logs = 0.5 * np.log(abar)

    def alpha(self, t):
        return math.exp(np.interp(t, self.times, self.logs))

    def sigma(self, t):
        return math.sqrt(1 - self.alpha(t) ** 2)

    def half_log_snr(self, t):
        return math.log(self.alpha(t)) - math.log(self.sigma(t))


def of_velocity(network, vp):
    """The noise that a network says which predicts the velocity alpha e - sigma x_0; told M t - 1."""

    def predict(x, number):
        t = (number + 1) / vp.count
        return vp.alpha(t) * network(x, number) + vp.sigma(t) * x

    return predict


def unipc(noise_of, z, vp, times, order, variant):
    def data(x, t):
        return (x - vp.sigma(t) * noise_of(x, vp.count * t - 1)) / vp.alpha(t)

    x, seen, outputs, last = z, [times[0]], [data(z, times[0])], len(times) - 1
    for k in range(1, last + 1):
        p = min(order, k, last + 1 - k)
        t, before = times[k], seen[-1]
        h = vp.half_log_snr(t) - vp.half_log_snr(before)
        r = [(vp.half_log_snr(seen[-1 - j]) - vp.half_log_snr(before)) / h for j in range(1, p)] + [1.0]
        d = [(outputs[-1 - j] - outputs[-1]) / r[j - 1] for j in range(1, p)]
        b_of_h = -h if variant == "bh1" else math.expm1(-h)
        right, phi, factorial = [], math.expm1(-h) / -h - 1, 1
        for i in range(1, p + 1):
            right.append(phi * factorial / b_of_h)
            factorial *= i + 1
            phi = phi / -h - 1 / factorial
        matrix = np.array([[rj ** i for rj in r] for i in range(p)])
        base = vp.sigma(t) / vp.sigma(before) * x - vp.alpha(t) * math.expm1(-h) * outputs[-1]
        predictor = [0.5] if p == 2 else list(np.linalg.solve(matrix[:-1, :-1], right[:-1])) if p > 2 else []
        x = base - vp.alpha(t) * b_of_h * sum((w * v for w, v in zip(predictor, d)), torch.zeros_like(base))
        if k < last:
            output = data(x, t)
            corrector = [0.5] if p == 1 else list(np.linalg.solve(matrix, right))
            x = base - vp.alpha(t) * b_of_h * sum(w * v for w, v in zip(corrector, d + [output - outputs[-1]]))
            seen.append(t)
            outputs.append(output)
    return x
