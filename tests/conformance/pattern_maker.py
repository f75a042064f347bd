# SPDX-License-Identifier: Apache-2.0
"""Texts that a pattern matches, made by chance: for tests that need secrets and keep none."""
import string
import warnings

warnings.simplefilter("ignore")
import sre_constants as sc  # noqa: E402  (the parser of the standard library, under either of its names)
import sre_parse as sp  # noqa: E402

ALNUM = string.ascii_letters + string.digits
CATEGORY = {sc.CATEGORY_DIGIT: string.digits, sc.CATEGORY_WORD: ALNUM + "_", sc.CATEGORY_SPACE: " ",
            sc.CATEGORY_NOT_SPACE: ALNUM, sc.CATEGORY_NOT_WORD: " ", sc.CATEGORY_NOT_DIGIT: string.ascii_letters}


def parse(pattern):
    return sp.parse(pattern.replace(r"\z", r"\Z"))


def is_gap(item):
    return item[0] is sc.NOT_LITERAL or (item[0] is sc.IN and (sc.NEGATE, None) in item[1])


class Maker:
    """`rng` makes the choices. `signs`: of a class with letters or digits its signs are taken too. `any_of`: what a
    dot may be."""

    def __init__(self, rng, signs=False, any_of=" "):
        self.rng, self.signs, self.any_of = rng, signs, any_of

    def of_class(self, items):
        negated, chars = False, set()
        for op, av in items:
            negated |= op is sc.NEGATE
            if op is sc.LITERAL:
                chars.add(chr(av))
            elif op is sc.RANGE:
                chars |= {chr(c) for c in range(av[0], min(av[1], 126) + 1)}
            elif op is sc.CATEGORY:
                chars |= set(CATEGORY[av])
        if negated:
            return [c for c in ALNUM if c not in chars] or [" "]
        chars = [c for c in sorted(chars) if c.isprintable()] or sorted(chars)
        return chars if self.signs else [c for c in chars if c.isalnum()] or chars

    def repeat(self, op, av, groups):
        low, high = av[0], min(int(av[1]), av[0] + 6)
        gap = op is sc.MIN_REPEAT or (low == 0 and av[1] > 1)
        # A gap: words stand apart.
        out = " " if op is sc.MIN_REPEAT and low == 0 and is_gap(av[2][0]) else ""
        for _ in range(low if gap else self.rng.randint(low, high)):
            out += self.make(av[2], groups)
        return out

    def make(self, parsed, groups):
        """The text; what its groups are, by their numbers, comes into `groups`."""
        out = ""
        for op, av in parsed:
            if op is sc.LITERAL:
                out += chr(av)
            elif op is sc.NOT_LITERAL:
                out += self.rng.choice(ALNUM)
            elif op is sc.ANY:
                out += self.rng.choice(self.any_of)
            elif op is sc.IN:
                out += self.rng.choice(self.of_class(av))
            elif op is sc.BRANCH:
                out += self.make(self.rng.choice(av[1]), groups)
            elif op is sc.SUBPATTERN:
                part = self.make(av[3], groups)
                if av[0]:
                    groups[av[0]] = part
                out += part
            elif op in (sc.MAX_REPEAT, sc.MIN_REPEAT):
                out += self.repeat(op, av, groups)
            elif op is sc.GROUPREF:
                out += groups.get(av, "")
        return out
