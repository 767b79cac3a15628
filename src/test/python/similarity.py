"""RMSE, PSNR and SSIM of two pictures by their definitions, window by window. Needs numpy.

The pictures are those of SimilarityTest: [3, 14, 17], samples (37 n + 11 n^2) mod 251, and that with a change.
"""

import numpy as np

H, W = 14, 17
n = np.arange(3 * H * W, dtype=np.int64)
x = ((37 * n + 11 * n * n) % 251).reshape(3, H, W).astype(float)
y = np.clip(x + (n.reshape(3, H, W) * 29 % 41) - 20, 0, 255)

mse = ((x - y) ** 2).mean()
offsets = np.arange(11) - 5
window = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5 ** 2))
window /= window.sum()
c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
values = []
for c in range(3):
    for i in range(H - 10):
        for j in range(W - 10):
            a, b = x[c, i:i + 11, j:j + 11], y[c, i:i + 11, j:j + 11]
            ma, mb = (window * a).sum(), (window * b).sum()
            va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
            cab = (window * (a - ma) * (b - mb)).sum()
            values.append((2 * ma * mb + c1) * (2 * cab + c2) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2)))
rmse = np.sqrt(mse) / 127.5
psnr = 10 * np.log10(255 ** 2 / mse)
print(*(repr(float(v)) for v in (rmse, psnr, np.mean(values))))
