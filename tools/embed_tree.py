#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed_tree.py OUT.c DEPFILE SYMBOL ROOT SUFFIX SKIP: all files below ROOT whose names end in SUFFIX, but not in
SKIP, embedded by embed.py. The dependency file names folders too, so that a new file is noticed."""
import os
import sys

import embed


def main(out, depfile, symbol, root, suffix, skip):
    files, seen = [], []
    for folder, folders, names in os.walk(root):
        folders.sort()
        seen.append(folder)
        files += [os.path.join(folder, n) for n in sorted(names) if n.endswith(suffix) and not n.endswith(skip)]
    embed.main(out, symbol, root, *files)
    with open(depfile, "w", encoding="utf-8") as d:
        d.write(out + ": " + " ".join(p.replace(" ", "\\ ") for p in files + seen) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
