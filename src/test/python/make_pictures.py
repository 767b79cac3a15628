#!/usr/bin/env python3
"""Picture files of many kinds, and what Pillow makes of each.

    python3 make_pictures.py pictures.zip

The archive has the files and pictures.csv: name, width and height, and the sha256 of the bytes of
Image.open(file).convert("RGB") (rows of R, G, B), or the word "refused" where Pillow cannot decode the file.
src/test/resources/s4s/files/pictures.zip was made with Pillow 13.0.0 (libjpeg-turbo 3.2.0, libwebp 1.6.0, libtiff 4.7.2), numpy
2.4.6 and the programs cjpeg and jpegtran of libjpeg-turbo 2.1.5.
"""
import hashlib
import io
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

import numpy as np
from PIL import Image, ImageCms

FILES = {}
RANDOM = np.random.RandomState(24)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
OTHER = SRGB.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")   # red and green exchanged


def scene(width, height, colours=3):
    """Blobs and a little noise: both smooth parts and edges."""
    small = RANDOM.randint(0, 256, (max(2, height // 5), max(2, width // 5), 3)).astype(np.uint8)
    big = np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC)).astype(int)
    noisy = np.clip(big + RANDOM.randint(-8, 9, big.shape), 0, 255).astype(np.uint8)
    return Image.fromarray(noisy if colours == 3 else noisy[..., 0])


def saved(image, kind, **settings):
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


def tool(arguments, data):
    return subprocess.run(arguments, input=data, stdout=subprocess.PIPE, check=True).stdout


def cjpeg(image, *arguments):
    return tool(["cjpeg", *arguments], saved(image, "PPM"))


def segment(marker, payload):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload


def after_soi(data, inserted):
    return data[:2] + inserted + data[2:]


def segments(data):
    """(marker, start, end) of the segments up to the first scan."""
    found, i = [], 2
    while data[i + 1] != 0xda:
        end = i + 2 + struct.unpack(">H", data[i + 2:i + 4])[0]
        found.append((data[i + 1], i, end))
        i = end
    return found + [(0xda, i, i + 2 + struct.unpack(">H", data[i + 2:i + 4])[0])]


def without(data, *markers):
    for marker, start, end in reversed(segments(data)):
        if marker in markers:
            data = data[:start] + data[end:]
    return data


def patched(data, marker, offset, value):
    """One byte of the first segment of a kind, counted from its marker."""
    start = next(s for m, s, _ in segments(data) if m == marker)
    return data[:start + offset] + bytes([value]) + data[start + offset + 1:]


def ids(data, *numbers):
    """Other numbers of the components, in frame and scan alike."""
    for i, number in enumerate(numbers):
        data = patched(data, 0xc0, 10 + 3 * i, number)
        data = patched(data, 0xda, 5 + 2 * i, number)
    return data


def icc(data, number=1, of=1):
    return segment(0xe2, b"ICC_PROFILE\0" + bytes([number, of]) + data)


def exif(orientation, thumbnail=b""):
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    first = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + entries
    at = len(first) + 4
    second = struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, at + 2 + 24 + 4) \
        + struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail)) + struct.pack("<I", 0)
    return segment(0xe1, b"Exif\0\0" + first + struct.pack("<I", at) + second + thumbnail)


def jpegs():
    image, grey = scene(37, 29), scene(37, 29, 1)
    plain = saved(image, "JPEG", quality=90, subsampling=0)
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        FILES["jpeg/%s.jpg" % name] = saved(image, "JPEG", quality=90, subsampling=sampling)
        FILES["jpeg/%s-progressive.jpg" % name] = saved(image, "JPEG", quality=85, subsampling=sampling, progressive=True)
        FILES["jpeg/%s-restart.jpg" % name] = saved(image, "JPEG", quality=85, subsampling=sampling, restart_marker_blocks=2)
    for quality in (1, 10, 50, 100):
        FILES["jpeg/quality-%d.jpg" % quality] = saved(image, "JPEG", quality=quality)
    FILES["jpeg/quality-1-16-bit-tables.jpg"] = cjpeg(image, "-quality", "1")
    for name in ("1x2", "4x1", "4x2", "1x4", "3x1", "2x4", "3x2", "2x2,1x2,1x1", "2x2,2x1,1x2", "1x1,2x1,1x1", "2x1,1x2,1x1", "1x2,1x1,1x2", "2x2,2x2,1x1"):
        FILES["jpeg/sample-%s.jpg" % name.replace(",", "-")] = cjpeg(image, "-quality", "90", "-sample", name)
    FILES["jpeg/1x2-progressive.jpg"] = cjpeg(image, "-quality", "90", "-sample", "1x2", "-progressive")
    FILES["jpeg/440-rotated.jpg"] = tool(["jpegtran", "-rotate", "90"], saved(scene(48, 32), "JPEG", quality=90, subsampling=1))
    FILES["jpeg/arithmetic.jpg"] = cjpeg(image, "-quality", "90", "-arithmetic")
    FILES["jpeg/arithmetic-progressive.jpg"] = cjpeg(image, "-quality", "90", "-arithmetic", "-progressive")
    FILES["jpeg/arithmetic-grey.jpg"] = cjpeg(image, "-quality", "90", "-arithmetic", "-grayscale")
    FILES["jpeg/rgb.jpg"] = cjpeg(image, "-quality", "90", "-rgb")
    FILES["jpeg/grey.jpg"] = saved(grey, "JPEG", quality=90)
    FILES["jpeg/grey-progressive.jpg"] = saved(grey, "JPEG", quality=90, progressive=True)
    FILES["jpeg/grey-factors-2x2.jpg"] = patched(saved(grey, "JPEG", quality=90), 0xc0, 11, 0x22)
    for side in range(1, 18):
        FILES["jpeg/width-%02d-420.jpg" % side] = saved(scene(side, 19 - side), "JPEG", quality=92, subsampling=2)
        FILES["jpeg/width-%02d-422.jpg" % side] = saved(scene(side, 19 - side), "JPEG", quality=92, subsampling=1)
        FILES["jpeg/width-%02d-440.jpg" % side] = cjpeg(scene(side, 19 - side), "-quality", "92", "-sample", "1x2")

    # which colours the components are
    cmyk = Image.merge("CMYK", [scene(37, 29, 1) for _ in range(4)])
    adobe = saved(cmyk, "JPEG", quality=92)
    FILES["jpeg/cmyk.jpg"] = adobe
    FILES["jpeg/cmyk-420.jpg"] = saved(cmyk, "JPEG", quality=92, subsampling=2)
    FILES["jpeg/cmyk-progressive.jpg"] = saved(cmyk, "JPEG", quality=92, progressive=True)
    FILES["jpeg/ycck.jpg"] = patched(adobe, 0xee, 15, 2)
    FILES["jpeg/cmyk-no-adobe.jpg"] = without(adobe, 0xee)
    FILES["jpeg/no-jfif.jpg"] = without(plain, 0xe0)
    FILES["jpeg/no-jfif-ids-012.jpg"] = ids(without(plain, 0xe0), 0, 1, 2)
    FILES["jpeg/no-jfif-ids-rgb.jpg"] = ids(without(plain, 0xe0), 82, 71, 66)
    FILES["jpeg/no-jfif-ids-lower-rgb.jpg"] = ids(without(plain, 0xe0), 114, 103, 98)
    FILES["jpeg/jfif-ids-rgb.jpg"] = ids(plain, 82, 71, 66)
    for transform in (0, 1, 2):
        marker = segment(0xee, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))
        FILES["jpeg/adobe-%d.jpg" % transform] = after_soi(without(plain, 0xe0), marker)
        FILES["jpeg/jfif-and-adobe-%d.jpg" % transform] = plain[:20] + marker + plain[20:]
    FILES["jpeg/12-bit.jpg"] = patched(plain, 0xc0, 4, 12)
    two = patched(plain, 0xc0, 9, 2)
    FILES["jpeg/two-components.jpg"] = two
    FILES["jpeg/height-0.jpg"] = patched(patched(plain, 0xc0, 5, 0), 0xc0, 6, 0)
    FILES["jpeg/huge-declared.jpg"] = patched(patched(plain, 0xc0, 5, 0xff), 0xc0, 7, 0xff)

    # metadata
    FILES["jpeg/icc-other.jpg"] = saved(image, "JPEG", quality=90, icc_profile=OTHER)
    FILES["jpeg/icc-srgb.jpg"] = saved(image, "JPEG", quality=90, icc_profile=SRGB)
    FILES["jpeg/icc-grey.jpg"] = saved(grey, "JPEG", quality=90, icc_profile=OTHER)
    FILES["jpeg/icc-empty.jpg"] = after_soi(plain, icc(b""))
    FILES["jpeg/icc-first-of-two.jpg"] = after_soi(plain, icc(SRGB[:300], 1, 2))
    FILES["jpeg/icc-two.jpg"] = after_soi(plain, icc(OTHER[:300], 1, 2) + icc(OTHER[300:], 2, 2))
    FILES["jpeg/icc-two-exchanged.jpg"] = after_soi(plain, icc(OTHER[300:], 2, 2) + icc(OTHER[:300], 1, 2))
    FILES["jpeg/icc-number-0.jpg"] = after_soi(plain, icc(OTHER, 0, 0))
    FILES["jpeg/icc-garbage.jpg"] = after_soi(plain, icc(bytes(range(256)), 1, 1))
    FILES["jpeg/icc-after-frame.jpg"] = plain[:segments(plain)[-1][1]] + icc(OTHER) + plain[segments(plain)[-1][1]:]
    thumbnail = saved(scene(16, 16), "JPEG")
    FILES["jpeg/exif-orientation-6.jpg"] = after_soi(plain, exif(6))
    FILES["jpeg/exif-thumbnail.jpg"] = after_soi(plain, exif(1, thumbnail))
    FILES["jpeg/exif-before-jfif-no-jfif.jpg"] = after_soi(without(plain, 0xe0), exif(3, thumbnail))
    FILES["jpeg/exif-broken.jpg"] = after_soi(plain, segment(0xe1, b"Exif\0\0II*\0\xff\xff\xff\xff"))
    FILES["jpeg/jfif-with-thumbnail.jpg"] = after_soi(without(plain, 0xe0),
                                                      segment(0xe0, b"JFIF\0\1\2\0\0\1\0\1\2\2" + bytes(range(12))))
    FILES["jpeg/jfif-twice.jpg"] = plain[:20] + plain[2:20] + plain[20:]
    FILES["jpeg/jfif-late.jpg"] = plain[:2] + segment(0xfe, b"first") + plain[2:]
    FILES["jpeg/jfif-version-9.jpg"] = plain[:11] + b"\x09\x09" + plain[13:]
    FILES["jpeg/jfxx.jpg"] = plain[:20] + segment(0xe0, b"JFXX\0\x10" + thumbnail) + plain[20:]
    FILES["jpeg/comment-with-end.jpg"] = after_soi(plain, segment(0xfe, b"x\xff\xd9x"))
    FILES["jpeg/comment-with-frame.jpg"] = after_soi(plain, segment(0xfe, b"\xff\xc0\0\x11\x08\0\1\0\1\3\1\x11\0\2\x11\1\3\x11\1"))
    FILES["jpeg/comment-empty.jpg"] = after_soi(plain, segment(0xfe, b""))
    FILES["jpeg/many-applications.jpg"] = after_soi(plain, b"".join(segment(0xe0 + k, b"any" * 9) for k in range(1, 16) if k != 14))
    FILES["jpeg/adobe-short.jpg"] = after_soi(plain, segment(0xee, b"Adobe"))
    FILES["jpeg/mpo.jpg"] = saved(image, "MPO", save_all=True, append_images=[scene(37, 29)])
    FILES["jpeg/fill-bytes.jpg"] = plain[:20] + b"\xff\xff\xff" + plain[20:]
    FILES["jpeg/suffix-png.png"] = plain

    # where it ends
    scan = segments(plain)[-1][2]
    FILES["jpeg/trailing-zeros.jpg"] = plain + bytes(100)
    FILES["jpeg/trailing-text.jpg"] = plain + b"and so on"
    FILES["jpeg/trailing-jpeg.jpg"] = plain + thumbnail
    FILES["jpeg/no-end.jpg"] = plain[:-2]
    FILES["jpeg/half-an-end.jpg"] = plain[:-1]
    FILES["jpeg/no-end-but-zeros.jpg"] = plain[:-2] + bytes(100)
    FILES["jpeg/no-end-but-text.jpg"] = plain[:-2] + b"and so on"
    FILES["jpeg/filled-end.jpg"] = plain[:-2] + b"\xff\xff\xff\xd9"
    for percent in (5, 30, 50, 60, 75, 90, 99):
        for name, data in (("cut", plain), ("cut-after-comment", FILES["jpeg/comment-with-end.jpg"]),
                           ("cut-after-thumbnail", FILES["jpeg/exif-thumbnail.jpg"]),
                           ("cut-progressive", FILES["jpeg/420-progressive.jpg"])):
            FILES["jpeg/%s-%02d.jpg" % (name, percent)] = data[:len(data) * percent // 100]
    FILES["jpeg/cut-and-ended.jpg"] = plain[:(scan + len(plain)) // 2] + b"\xff\xd9"
    progressive = FILES["jpeg/420-progressive.jpg"]
    scans = [i for i in range(len(progressive) - 1) if progressive[i:i + 2] == b"\xff\xda"]
    for kept in (1, 2, 4, 6):
        FILES["jpeg/progressive-%d-scans.jpg" % kept] = progressive[:scans[kept]] + b"\xff\xd9"
    FILES["jpeg/end-before-scan.jpg"] = plain[:segments(plain)[-1][1]] + b"\xff\xd9"
    FILES["jpeg/no-tables.jpg"] = without(plain, 0xdb)
    FILES["jpeg/no-huffman.jpg"] = without(plain, 0xc4)
    FILES["jpeg/empty.jpg"] = b""
    FILES["jpeg/start-only.jpg"] = b"\xff\xd8"
    FILES["jpeg/garbage-before.jpg"] = b"\0\0" + plain
    restart = FILES["jpeg/420-restart.jpg"]
    marks = [i for i in range(len(restart) - 1) if restart[i] == 0xff and 0xd0 <= restart[i + 1] <= 0xd7]
    FILES["jpeg/restart-lost.jpg"] = restart[:marks[0]] + restart[marks[0] + 2:]
    FILES["jpeg/restart-wrong.jpg"] = restart[:marks[0] + 1] + b"\xd5" + restart[marks[0] + 2:]
    for k in range(8):
        at = scan + (len(plain) - scan) * (k + 1) // 10
        FILES["jpeg/damaged-%d.jpg" % k] = plain[:at] + bytes([plain[at] ^ 0x55]) + plain[at + 1:]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, bits, colour, samples, before=b"", after=b"", interlaced=False):
    """A PNG without filters; samples [height, width, channels]."""
    def rows(part):
        if part.size == 0:
            return b""
        flat = part.reshape(part.shape[0], -1)
        if bits == 16:
            return b"".join(b"\0" + r.astype(">u2").tobytes() for r in flat)
        if bits == 8:
            return b"".join(b"\0" + r.astype(np.uint8).tobytes() for r in flat)
        bitwise = np.unpackbits(flat.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits:].reshape(flat.shape[0], -1)
        return b"".join(b"\0" + np.packbits(r).tobytes() for r in bitwise)
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    raw = b"".join(rows(samples[y::dy, x::dx]) for y, x, dy, dx in passes) if interlaced else rows(samples)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))) \
        + before + chunk(b"IDAT", zlib.compress(raw)) + after + chunk(b"IEND", b"")


def pngs():
    image = scene(37, 29)
    for colour, name, channels, depths in ((0, "grey", 1, (1, 2, 4, 8, 16)), (2, "rgb", 3, (8, 16)), (3, "palette", 1, (1, 2, 4, 8)),
                                           (4, "grey-alpha", 2, (8, 16)), (6, "rgba", 4, (8, 16))):
        for bits in depths:
            palette = chunk(b"PLTE", RANDOM.randint(0, 256, 3 << bits).astype(np.uint8).tobytes()) if colour == 3 else b""
            for width, interlaced in ((37, False), (37, True), (1, False), (3, True), (7, False)):
                samples = RANDOM.randint(0, 1 << bits, (29, width, channels))
                FILES["png/%s-%d-%d%s.png" % (name, bits, width, "-interlaced" if interlaced else "")] = \
                    png(width, 29, bits, colour, samples, palette, interlaced=interlaced)
    samples = np.asarray(image)
    one = samples[..., :1]
    FILES["png/filtered.png"] = saved(image, "PNG")
    FILES["png/rgb-transparent-colour.png"] = png(37, 29, 8, 2, samples, chunk(b"tRNS", struct.pack(">HHH", *map(int, samples[3, 4]))))
    FILES["png/grey-transparent.png"] = png(37, 29, 8, 0, one, chunk(b"tRNS", struct.pack(">H", int(one[3, 4, 0]))))
    FILES["png/palette-transparent.png"] = png(37, 29, 8, 3, one, chunk(b"PLTE", bytes(range(256)) * 3) + chunk(b"tRNS", bytes(range(256))))
    FILES["png/palette-short.png"] = png(37, 29, 8, 3, one % 20, chunk(b"PLTE", bytes(range(60))))
    FILES["png/rgb-with-palette.png"] = png(37, 29, 8, 2, samples, chunk(b"PLTE", bytes(range(60))))
    FILES["png/gamma.png"] = png(37, 29, 8, 2, samples, chunk(b"gAMA", struct.pack(">I", 100000)))
    FILES["png/grey-gamma.png"] = png(37, 29, 8, 0, one, chunk(b"gAMA", struct.pack(">I", 100000)))
    FILES["png/srgb.png"] = png(37, 29, 8, 2, samples, chunk(b"sRGB", b"\0"))
    FILES["png/icc.png"] = png(37, 29, 8, 2, samples, chunk(b"iCCP", b"other\0\0" + zlib.compress(OTHER)))
    FILES["png/icc-broken.png"] = png(37, 29, 8, 2, samples, chunk(b"iCCP", b"other\0\0not packed"))
    FILES["png/significant-bits.png"] = png(37, 29, 8, 2, samples, chunk(b"sBIT", b"\5\6\5"))
    FILES["png/background.png"] = png(37, 29, 8, 2, samples, chunk(b"bKGD", b"\0\1\0\2\0\3"))
    FILES["png/exif-orientation-6.png"] = png(37, 29, 8, 2, samples, chunk(b"eXIf", exif(6)[10:]))
    FILES["png/unknown-chunk.png"] = png(37, 29, 8, 2, samples, chunk(b"quEr", b"what"))
    FILES["png/text.png"] = png(37, 29, 8, 2, samples, chunk(b"tEXt", b"Title\0x") + chunk(b"tEXt", b"no end") + chunk(b"iTXt", b"k\0\1\0\0\0"),
                                chunk(b"tIME", b"\0" * 7))
    FILES["png/animated.png"] = saved(image, "PNG", save_all=True, append_images=[scene(37, 29)])
    whole = FILES["png/filtered.png"]
    FILES["png/no-end.png"] = whole[:-12]
    FILES["png/trailing.png"] = whole + b"and so on"
    for percent in (10, 50, 90):
        FILES["png/cut-%d.png" % percent] = whole[:len(whole) * percent // 100]
    at = len(whole) // 2
    FILES["png/damaged.png"] = whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:]
    FILES["png/damaged-header.png"] = whole[:20] + bytes([whole[20] ^ 1]) + whole[21:]
    FILES["png/16-bit-steps.png"] = png(40, 24, 16, 2, np.stack(np.broadcast_arrays(np.arange(40) * 1600, np.arange(24)[:, None] * 2700, 90), -1))
    FILES["png/16-bit-grey-steps.png"] = png(40, 24, 16, 0, (np.arange(40) * 600 + np.arange(24)[:, None] * 900)[..., None])


def others():
    image, grey = scene(37, 29), scene(37, 29, 1)
    alpha = Image.merge("RGBA", (*image.split(), scene(37, 29, 1)))
    FILES["webp/lossy.webp"] = saved(image, "WEBP", quality=80)
    FILES["webp/lossy-10.webp"] = saved(image, "WEBP", quality=10)
    FILES["webp/lossless.webp"] = saved(image, "WEBP", lossless=True)
    FILES["webp/lossy-alpha.webp"] = saved(alpha, "WEBP", quality=80)
    FILES["webp/lossless-alpha.webp"] = saved(alpha, "WEBP", lossless=True, exact=True)
    FILES["webp/grey.webp"] = saved(grey, "WEBP", quality=80)
    FILES["webp/icc.webp"] = saved(image, "WEBP", quality=80, icc_profile=OTHER)
    FILES["webp/animated.webp"] = saved(image, "WEBP", save_all=True, append_images=[scene(37, 29)])
    FILES["webp/width-1.webp"] = saved(scene(1, 5), "WEBP", quality=80)
    FILES["webp/width-16.webp"] = saved(scene(16, 17), "WEBP", quality=80)
    whole = FILES["webp/lossy.webp"]
    for percent in (10, 50, 95):
        FILES["webp/cut-%d.webp" % percent] = whole[:len(whole) * percent // 100]
    whole = FILES["webp/lossless.webp"]
    FILES["webp/lossless-cut.webp"] = whole[:len(whole) // 2]

    FILES["bmp/rgb.bmp"] = saved(image, "BMP")
    FILES["bmp/grey.bmp"] = saved(grey, "BMP")
    FILES["bmp/palette.bmp"] = saved(image.quantize(50), "BMP")
    FILES["bmp/bilevel.bmp"] = saved(grey.convert("1"), "BMP")
    FILES["bmp/rgba.bmp"] = saved(alpha, "BMP")
    rgb = np.asarray(image)
    head = lambda bits, size, compression=0, height=29, colours=0: b"BM" + struct.pack("<IHHI", 54 + 4 * colours + size, 0, 0, 54 + 4 * colours) \
        + struct.pack("<IiiHHIIiiII", 40, 37, height, 1, bits, compression, size, 0, 0, colours, 0)
    five = ((rgb[..., 0] >> 3).astype(int) << 10 | (rgb[..., 1] >> 3).astype(int) << 5 | rgb[..., 2] >> 3).astype("<u2")
    padded = b"".join(r.tobytes() + b"\0\0" for r in five[::-1])
    FILES["bmp/555.bmp"] = head(16, len(padded)) + padded
    down = b"".join(r[:, ::-1].tobytes() + b"\0" for r in rgb)
    FILES["bmp/top-down.bmp"] = head(24, len(down), height=-29) + down
    runs = b"".join(b"".join(bytes([1, v]) for v in r // 16) + b"\0\0" for r in np.asarray(grey)[::-1]) + b"\0\1"
    table = b"".join(bytes([i * 16, i * 8, i, 0]) for i in range(16))
    FILES["bmp/run-length.bmp"] = head(8, len(runs), 1, colours=16) + table + runs
    FILES["bmp/cut.bmp"] = FILES["bmp/rgb.bmp"][:1500]

    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        FILES["tif/rgb-%s.tif" % compression] = saved(image, "TIFF", compression=compression)
    FILES["tif/grey.tif"] = saved(grey, "TIFF")
    FILES["tif/grey-lzw.tif"] = saved(grey, "TIFF", compression="tiff_lzw")
    FILES["tif/bilevel.tif"] = saved(grey.convert("1"), "TIFF")
    FILES["tif/bilevel-group4.tif"] = saved(grey.convert("1"), "TIFF", compression="group4")
    FILES["tif/palette.tif"] = saved(image.quantize(50), "TIFF")
    FILES["tif/rgba.tif"] = saved(alpha, "TIFF")
    FILES["tif/grey-alpha.tif"] = saved(alpha.convert("LA"), "TIFF")
    FILES["tif/cmyk.tif"] = saved(image.convert("CMYK"), "TIFF")
    FILES["tif/lab.tif"] = saved(Image.merge("LAB", image.split()), "TIFF")
    FILES["tif/ycbcr.tif"] = saved(image.convert("YCbCr"), "TIFF")
    FILES["tif/float.tif"] = saved(grey.convert("F"), "TIFF")
    FILES["tif/int32.tif"] = saved(grey.convert("I"), "TIFF")
    FILES["tif/16-bit.tif"] = saved(Image.fromarray((np.asarray(grey).astype(np.uint16) << 6) + 5), "TIFF")
    FILES["tif/pages.tif"] = saved(image, "TIFF", save_all=True, append_images=[scene(20, 20)])
    FILES["tif/icc.tif"] = saved(image, "TIFF", icc_profile=OTHER)
    FILES["tif/orientation-6.tif"] = saved(image, "TIFF", tiffinfo={274: 6})
    FILES["tif/rows-3.tif"] = saved(image, "TIFF", compression="tiff_lzw", tiffinfo={278: 3})
    FILES["tif/predictor.tif"] = saved(image, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    FILES["tif/cut.tif"] = FILES["tif/rgb-raw.tif"][:1500]
    big = b"MM\0*" + struct.pack(">I", 8)
    tags = [(256, 3, 1, 37 << 16), (257, 3, 1, 29 << 16), (258, 3, 3, 8 + 2 + 12 * 9 + 4), (259, 3, 1, 1 << 16), (262, 3, 1, 2 << 16),
            (273, 4, 1, 8 + 2 + 12 * 9 + 4 + 6), (277, 3, 1, 3 << 16), (278, 3, 1, 29 << 16), (279, 4, 1, rgb.size)]
    FILES["tif/big-endian.tif"] = big + struct.pack(">H", 9) + b"".join(struct.pack(">HHII", *t) for t in tags) + bytes(4) \
        + b"\0\x08\0\x08\0\x08" + rgb.tobytes()
    def tiff(meaning, samples, more=()):
        channels = samples.shape[2]
        tags = [(256, 3, 1, 37), (257, 3, 1, 29), (258, 3, 1, 8) if channels == 1 else (258, 3, channels, 10 + 12 * (9 + len(more)) + 4),
                (259, 3, 1, 1), (262, 3, 1, meaning), (273, 4, 1, 160), (277, 3, 1, channels), (278, 3, 1, 29), (279, 4, 1, samples.size)]
        tags = sorted(tags + list(more))
        data = b"II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags) + bytes(4)
        return (data + struct.pack("<H", 8) * channels).ljust(160, b"\0") + samples.tobytes()
    FILES["tif/white-is-zero.tif"] = tiff(0, rgb[..., :1])
    FILES["tif/premultiplied.tif"] = tiff(2, np.asarray(alpha), [(338, 3, 1, 1)])
    FILES["tif/unspecified-fourth.tif"] = tiff(2, np.asarray(alpha), [(338, 3, 1, 0)])
    FILES["tif/grey-made.tif"] = tiff(1, rgb[..., :1])
    samples16 = (rgb.astype(np.uint16) * 256 + 200)
    tags = [(256, 3, 1, 37), (257, 3, 1, 29), (258, 3, 3, 122), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 128), (277, 3, 1, 3),
            (278, 3, 1, 29), (279, 4, 1, samples16.nbytes)]
    FILES["tif/rgb16.tif"] = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 9) + b"".join(struct.pack("<HHII", *t) for t in tags) + bytes(4) \
        + struct.pack("<HHH", 16, 16, 16) + samples16.astype("<u2").tobytes()

    FILES["pnm/rgb.ppm"] = saved(image, "PPM")
    FILES["pnm/grey.pgm"] = saved(grey, "PPM")
    FILES["pnm/bilevel.pbm"] = saved(grey.convert("1"), "PPM")
    FILES["pnm/comment.ppm"] = b"P6\n# a comment\n37 # another\n29\n255\n" + rgb.tobytes()
    FILES["pnm/maximum-100.ppm"] = b"P6 37 29 100\n" + (rgb % 101).tobytes()
    FILES["pnm/maximum-7.pgm"] = b"P5 37 29 7\n" + (rgb[..., 0] % 8).tobytes()
    FILES["pnm/16-bit.ppm"] = b"P6 37 29 65535\n" + (rgb.astype(int) * 256 + 200).astype(">u2").tobytes()
    FILES["pnm/16-bit.pgm"] = b"P5 37 29 65535\n" + (rgb[..., 0].astype(int) * 256 + 200).astype(">u2").tobytes()
    FILES["pnm/text.ppm"] = b"P3 37 29 255\n" + " ".join(map(str, rgb.ravel())).encode()
    FILES["pnm/text.pgm"] = b"P2 37 29 255\n" + "\n".join(map(str, rgb[..., 0].ravel())).encode()
    FILES["pnm/text.pbm"] = b"P1 37 29\n" + " ".join(map(str, rgb[..., 0].ravel() % 2)).encode()
    FILES["pnm/cut.ppm"] = FILES["pnm/rgb.ppm"][:1500]

    FILES["gif/palette.gif"] = saved(image.quantize(50), "GIF")
    FILES["gif/grey.gif"] = saved(grey, "GIF")
    FILES["gif/transparent.gif"] = saved(image.quantize(50), "GIF", transparency=3)
    FILES["gif/interlaced.gif"] = saved(image.quantize(50), "GIF", interlace=1)
    FILES["gif/animated.gif"] = saved(image.quantize(50), "GIF", save_all=True, append_images=[scene(37, 29).quantize(50)])
    small = saved(image.quantize(50), "GIF")
    FILES["gif/larger-screen.gif"] = small[:6] + struct.pack("<HH", 45, 33) + small[10:]
    FILES["gif/cut.gif"] = small[:600]
    FILES["other/text.png"] = b"no picture at all"


def truth(data):
    try:
        with Image.open(io.BytesIO(data)) as image:
            rgb = image.convert("RGB")
        return "%d,%d,%s" % (rgb.width, rgb.height, hashlib.sha256(rgb.tobytes()).hexdigest())
    except Exception as problem:
        if "-v" in sys.argv:
            print("refused", problem)
        return "0,0,refused"


def main():
    jpegs()
    pngs()
    others()
    rows = ["name,width,height,sha256"]
    with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
        def put(name, data):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
        for name, data in FILES.items():
            put(name, data)
            rows.append("%s,%s" % (name, truth(data)))
        put("pictures.csv", "\n".join(rows) + "\n")
    print(len(FILES), "files,", sum(r.endswith("refused") for r in rows), "refused by Pillow")


if __name__ == "__main__":
    main()
