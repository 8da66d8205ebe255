"""What docs/accuracy.md says in words."""

import os

HEAD = """# Accuracy

The largest errors found of values, first and second derivatives, in units in the last place of the result (`f64`, reverse
mode on arrays), beside those of JAX (64 bits) and of SciPy (values) at the same points. 0 is the number nearest to the exact one,
∞ a NaN or an infinity where the exact result is a number. This page is made by `crates/accuracy/data/accuracy.py`: {count} points and
more a function, spread over its whole domain (logarithmically from 1e-300 to 1e300 in both signs, and evenly in the middle), exact values
by mpmath with at least 60 digits. Where the exact result overflows or is subnormal nothing is measured. The special points (zeros, ends of
domains, infinities, NaN, ties) are held by a test, `crates/accuracy/tests/sweep`, in `f64` and `f32`, in every mode.

Promised are 4 units for values, 8 for first and 64 for second derivatives; what is worse is named below with its reason.
"""

DISTRIBUTIONS = """Parameters are spread over 1e-10 to 1e10, arguments over what is likely with them. Promised are relative errors of 1e-12 (4504
units) for values and first derivatives, 1e-11 for second ones.

"""

WORSE = """
## What is worse

"""

SPECIAL = """
## At special points

What the test of special points still finds, in any mode and dtype, by how many units at most (∞: NaN or infinite, or a number where there
is none). *rough* is worse than promised, *wrong* has fewer than half of its digits, *convention* is not the documented choice, *beside* is not 0
although its seed is a 0 among other numbers. An entry that deviates no longer fails the test.

| function | derivative | kind | units | why |
|---|---|---|---|---|
"""


def known():
    """The lines of known.txt."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known.txt")
    return [line.strip() for line in open(path) if line.strip() and not line.startswith("#")]


def why(name, what):
    """The reason that known.txt gives for this derivative of a function, or for another of it."""
    order = str(("value", "first", "second").index(what))
    own = [line.split(maxsplit=4) for line in known()]
    own = [words for words in own if words[0] == name.replace(" ", "_")]
    same = [words[4] for words in own if words[1] == order and words[2] in ("rough", "wrong")]
    return (same + [words[4] for words in own] + ["terms of its formula cancel there"])[0]
