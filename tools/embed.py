#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py OUT.c SYMBOL ROOT FILE...: the files as one sorted table of struct sw_embed (base/embed.h),
named by their path below ROOT."""
import os
import sys


def c_string(data):
    lines, line = [], ""
    for b in data:
        if b == 0x0A:
            piece = "\\n"
        elif b in (0x22, 0x5C):
            piece = "\\" + chr(b)
        elif b == 0x3F:  # no trigraphs
            piece = "\\?"
        elif 0x20 <= b < 0x7F:
            piece = chr(b)
        else:
            piece = f"\\{b:03o}"
        line += piece
        if b == 0x0A or len(line) > 100:
            lines.append(f'\t"{line}"')
            line = ""
    if line or not lines:
        lines.append(f'\t"{line}"')
    return "\n".join(lines)


def main(out, symbol, root, *files):
    rows = sorted((os.path.relpath(f, root), f) for f in files)
    with open(out, "w", encoding="ascii") as o:
        o.write('/* Made by tools/embed.py. */\n#include "base/embed.h"\n\n')
        for i, (_, path) in enumerate(rows):
            data = open(path, "rb").read()
            o.write(f"static const char text_{i}[] =\n{c_string(data)};\n")
        o.write(f"\nconst struct sw_embed {symbol}[] = {{\n")
        for i, (name, _) in enumerate(rows):
            o.write(f'\t{{"{name}", {{text_{i}, sizeof(text_{i}) - 1}}}},\n')
        o.write(f"\t{{0}},\n}};\nconst unsigned {symbol}_n = {len(rows)};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
