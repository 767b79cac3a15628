"""KID over random subsets, mean and population standard deviation, by the plain formula in float64. Needs numpy.

Usage: kid_subsets.py FEATURES.npz NAME-X NAME-Y SUBSETS SIZE SEED
"""

import sys

import numpy as np

arrays = np.load(sys.argv[1])
x, y = (arrays[name].astype(np.float64) for name in sys.argv[2:4])
subsets, size, seed = map(int, sys.argv[4:])


def kernel(a, b):
    return (a @ b.T / a.shape[1] + 1) ** 3


def mean_of_pairs(k):
    return (k.sum() - np.trace(k)) / (size * (size - 1))


random = np.random.RandomState(seed)
values = []
for _ in range(subsets):
    a = x[random.choice(len(x), size, replace=False)]
    b = y[random.choice(len(y), size, replace=False)]
    values.append(mean_of_pairs(kernel(a, a)) + mean_of_pairs(kernel(b, b)) - 2 * kernel(a, b).mean())
print(repr(float(np.mean(values))), repr(float(np.std(values))))
