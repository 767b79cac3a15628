#!/usr/bin/env python3
"""Zip archives that Java's own reader doesn't read, or reads otherwise than Python: two pictures of 2 x 1 pixels in each.

    python3 make_archives.py FOLDER

src/test/resources/s4s/files/archives was made with Python 3.11. The pictures' pixels: the first is 0 1 2, 3 4 5, the second
10 11 12, 13 14 15.
"""
import os
import struct
import sys
import zipfile
import zlib


def png(first):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"\0" + bytes(range(first, first + 6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) \
        + chunk(b"IEND", b"")


def archive(name, names, method=zipfile.ZIP_STORED, more=()):
    with zipfile.ZipFile(name, "w", method) as out:
        for i, inside in enumerate(names):
            out.writestr(zipfile.ZipInfo(inside, (2026, 1, 1, 0, 0, 0)), png(10 * i), method)
        for inside, data in more:
            out.writestr(zipfile.ZipInfo(inside, (2026, 1, 1, 0, 0, 0)), data)
    return name


def patch(name, change):
    data = bytearray(open(name, "rb").read())
    change(data)
    open(name, "wb").write(data)


def flag(data):
    """Both places where an entry says that it is encrypted."""
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(signature) + offset] |= 1


def renamed(old, new):
    def change(data):
        data[:] = data.replace(old, new)
    return change


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    os.chdir(sys.argv[1])
    archive("bzip2.zip", ["a.png", "b.png"], zipfile.ZIP_BZIP2)
    archive("lzma.zip", ["a.png", "b.png"], zipfile.ZIP_LZMA)
    archive("deflated.zip", ["a.png", "b.png"], zipfile.ZIP_DEFLATED)
    patch(archive("cp437.zip", ["a.png", "z?.png"]), renamed(b"z?.png", b"z\x81.png"))            # u umlaut
    patch(archive("shift-jis.zip", ["a.png", "??.png"]), renamed(b"??.png", b"\x89\xe6.png"))    # a picture
    archive("dot.zip", ["./a.png", "./sub/b.png"])
    archive("up.zip", ["../a.png", "../b.png"])
    patch(archive("encrypted.zip", ["a.png", "b.png"]), flag)
    patch(archive("twice.zip", ["a.png", "b.png"]), renamed(b"b.png", b"a.png"))
    archive("array.zip", ["a.png", "b.png"], more=[("features.npy", b"no array")])
    patch(archive("flipped.zip", ["a.png", "b.png"]), lambda data: data.__setitem__(30 + 5 + 50, data[30 + 5 + 50] ^ 32))
    archive("edm.zip", ["00000/a.png", "00001/b.png"], more=[("dataset.json", b'{"labels": [["00000/a.png", 3], ["00001/b.png", 1]]}')])
    archive("edm-null.zip", ["00000/a.png", "00001/b.png"], more=[("dataset.json", b'{"labels": null}')])
    archive("torch.zip", [], more=[("archive/data.pkl", b"\x80\2."), ("archive/version", b"3\n")])
    archive("without-ending.zip", ["a.png", "b"], more=[("b.txt", b"a caption"), ("Thumbs.db", b"\xd0\xcf\x11\xe0")])
