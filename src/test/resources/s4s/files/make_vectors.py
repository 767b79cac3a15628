"""Writes the test vectors beside this file with numpy and Pillow (made with numpy 1.24.2, Pillow 9.4.0, libjpeg-turbo 2.1.5).

    python3 make_vectors.py
"""
import io
import os
import numpy as np
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))
values = np.arange(24).reshape(2, 3, 4)

np.save("c_float64.npy", np.arange(6).reshape(2, 3) / 10)
np.save("c_uint8.npy", np.arange(250, 256, dtype=np.uint8))
np.save("fortran_float32.npy", np.asfortranarray(values.astype("<f4")))
np.save("fortran_big_endian_float64.npy", np.asfortranarray(values.astype(">f8")))
np.save("fortran_strings.npy", np.asfortranarray(np.array([["a", "bb", "ccc"], ["d", "ee", "fff"]])))
np.save("big_endian_int32.npy", np.array([1, -2, 2**31 - 1], ">i4"))
np.save("scalar.npy", np.float64(np.pi))
np.save("empty.npy", np.zeros((0, 3), "f4"))
np.save("bool.npy", np.array([True, False, True]))
np.save("strings.npy", np.array(["airplane", "Größe", "猫", "😀", ""]))
np.save("big_endian_strings.npy", np.array(["x", "yz"]).astype(">U5"))
np.save("float16.npy", np.array([1, -2.5, 65504, 2.0**-24, 1 / 3, -0.0, np.inf, -np.inf, np.nan], "f2"))
np.save("object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
np.save("structured.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
np.save("complex.npy", np.zeros(2, "c16"))
np.save("bytes.npy", np.array([b"ab"]))
for version in ((2, 0), (3, 0)):
    with open("version_%d.npy" % version[0], "wb") as f:
        np.lib.format.write_array(f, values.astype("i2"), version=version)

every = {
    "u1": np.array([0, 255], "u1"), "i1": np.array([-128, 127], "i1"), "b1": np.array([False, True]),
    "u2": np.array([0, 65535], "u2"), "i2": np.array([-32768, 32767], "i2"),
    "u4": np.array([0, 2**32 - 1], "u4"), "i4": np.array([-(2**31), 2**31 - 1], "i4"),
    "i8": np.array([-(2**63), 2**63 - 1], "i8"),
    "f4": np.array([1 / 3, -3.4e38], "f4"), "f8": np.array([1 / 3, 1e300], "f8"),
    "text": np.array(["cat", "ship"]),
}
np.savez("stored.npz", **every)
np.savez_compressed("compressed.npz", zeros=np.zeros((100, 50), "f4"), **every)

# Pictures: smooth colours with an edge and some noise, drawn here.
rng = np.random.default_rng(0)


def picture(i, h=16, w=20):
    y, x = np.mgrid[0:h, 0:w]
    z = np.stack([10 * x + i, 12 * y + 20 * i, 255 - 6 * (x + y)], -1) + rng.normal(0, 6, (h, w, 3))
    z[(x - 8) ** 2 + (y - 8) ** 2 < 9 + i] = [220, 40, 30 * i]
    return Image.fromarray(z.clip(0, 255).astype(np.uint8))


def encoded(image, **how):
    f = io.BytesIO()
    image.save(f, **how)
    return f.getvalue()


def rgb(b):
    return np.asarray(Image.open(io.BytesIO(b)).convert("RGB"))


jpegs = [encoded(picture(i), format="JPEG", **how) for i, how in enumerate([
    dict(quality=75), dict(quality=92, subsampling=0), dict(quality=85, subsampling=1),
    dict(quality=75, progressive=True), dict(quality=30), dict(quality=90, optimize=True)])]
jpegs.append(encoded(picture(6).convert("L"), format="JPEG", quality=80))
np.savez_compressed(
    "packed.npz", jpeg=np.frombuffer(b"".join(jpegs), np.uint8),
    offset=np.cumsum([0] + [len(j) for j in jpegs]), label=np.array([0, 1, 2, 0, 1, 2, 0], np.uint8),
    classes=np.array(["disc", "ring", "square"]))
np.save("packed_expected.npy", np.stack([rgb(j) for j in jpegs]))

# One picture of each kind; expected: what Pillow's convert("RGB") says, in the order of the names.
base = picture(1, 8, 8)
kinds = {
    "a_rgb.png": base, "b_rgba.png": base.copy(), "c_grey.png": base.convert("L"), "d_grey_alpha.png": base.convert("LA"),
    "e_palette.png": base.quantize(16), "f_one_bit.png": base.convert("1"), "g.bmp": base, "h.gif": base.quantize(32),
    "i_palette.bmp": base.quantize(16), "j_two_colours.gif": base.quantize(2), "k_grey.bmp": base.convert("L"),
}
kinds["b_rgba.png"].putalpha(Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8) * 4))
for name, image in kinds.items():
    with open("pictures/" + name, "wb") as f:
        f.write(encoded(image, format=name[-3:].upper()))
np.save("pictures_expected.npy", np.stack([rgb(open("pictures/" + n, "rb").read()) for n in sorted(kinds)]))
Image.fromarray((np.arange(64).reshape(8, 8) * 1040).astype(np.uint16)).save("grey16.png")
base.convert("CMYK").save("cmyk.jpg")
