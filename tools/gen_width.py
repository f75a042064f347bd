#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/base/width_table.h: ranges of code points that take no column or two, from Python's own
Unicode data. Run by hand when a new Unicode version matters."""
import sys
import unicodedata


def ranges(pred):
    out, start = [], None
    for cp in range(0x110000):
        if pred(cp):
            if start is None:
                start = cp
        elif start is not None:
            out.append((start, cp - 1))
            start = None
    return out


def zero(cp):
    c = chr(cp)
    return cp >= 0xA0 and cp != 0xAD and (unicodedata.category(c) in ("Mn", "Me", "Cf") or 0x1160 <= cp <= 0x11FF)


def wide(cp):
    return unicodedata.east_asian_width(chr(cp)) in ("W", "F") and not zero(cp)


def table(name, rows):
    print(f"static const struct range {name}[] = {{")
    line = "\t"
    for a, b in rows:
        item = f"{{0x{a:x}, 0x{b:x}}}, "
        if len(line) + len(item) > 95:
            print(line.rstrip())
            line = "\t"
        line += item
    print(line.rstrip())
    print("};")


print("/* SPDX-License-Identifier: Apache-2.0 */")
print(f"/* Made by tools/gen_width.py from Unicode {unicodedata.unidata_version}. Do not edit. */")
table("zero_width", ranges(zero))
table("double_width", ranges(wide))
sys.exit(0)
