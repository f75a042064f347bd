#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bin2c.py SYMBOL OUTPUT [INPUT]: a file as a C array; an empty one without INPUT."""
import sys

symbol, output = sys.argv[1:3]
data = open(sys.argv[3], "rb").read() if len(sys.argv) > 3 else b""
with open(output, "w", encoding="ascii") as out:
    out.write("#include <stddef.h>\nextern const unsigned char %s[];\nextern const size_t %s_n;\n" % (symbol, symbol))
    out.write("const unsigned char %s[] __attribute__((aligned(8))) = {" % symbol)
    for i, byte in enumerate(data or b"\0"):
        out.write(("\n" if i % 24 == 0 else "") + "%d," % byte)
    out.write("};\nconst size_t %s_n = %d;\n" % (symbol, len(data)))
