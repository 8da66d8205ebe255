"""What docs/accuracy.md says in words."""

import os

HEAD = """# Accuracy

How far values, first and second derivatives are from the exact ones, for every elementary function, reduction and distribution: the
largest error found over the whole domain, beside those of JAX and SciPy at the same points.

{summary}

In each cell stands how many of the functions keep what is promised: values within 4, first derivatives within 8 and second
derivatives within 64 units in the last place of the result; distributions within relative errors of 1e-12 (4504 units), their second
derivatives within 1e-11. What does not is printed bold in the tables below, and [named](#what-is-worse) with its reason.

**How it was measured.** All numbers are `f64`; derivatives are taken by reverse mode on arrays, second ones by reverse mode over reverse
mode. A function of one number is taken at about {count} points for each sign that its domain has: half of them evenly on a logarithmic
scale from 1e-3 to 1e3, a quarter so from 1e-300 to 1e300, a quarter evenly from 0 to 40, and more near the ends of a domain that ends
at 1. Functions of several numbers are taken at {count} points between those of the test of special points, distributions at half as many.
The exact values come from mpmath, with 60 digits and as many more as it takes until two precisions agree. Where the exact result is
too large for a number, zero or subnormal nothing is measured. An error is the difference in units in the last place of the exact result; 0.5 is the
most that rounding alone makes, ∞ stands for NaN or an infinity where the exact result is a number. An empty cell: no such function
there, or none with this derivative, or nothing to measure. Derivatives of JAX are those of `jax.grad`, nested.

**With what.** {versions}. The page is written by `crates/accuracy/data/accuracy.py`, which draws the same points every time.
Zeros, ends of domains, infinities, NaN, ties and subnormal numbers are held by a test, `crates/accuracy/tests/sweep`, in `f64` and `f32`, on
scalars and arrays, in every mode, plain, compiled and mapped; what it still finds stands [at the end](#at-special-points).
"""

ABOUT = {
    "elementary": "A number after a colon is the integer of a family: `bessel_j:2` is J₂, `polygamma:1` the trigamma function.",
    "pairs": "A name with `_by_a` is a derivative by the first argument, the shape.",
    "reductions": """Of vectors of one to four elements; what gives a vector is measured at its first or last element. Of the points between special ones
many have elements of very different size.""",
    "distributions": """Parameters are drawn over twenty decades, 1e-10 to 1e10, evenly on a logarithmic scale, and arguments where the distribution has
its probability.""",
}

WORSE = """
## What is worse
"""

SPECIAL = """
## At special points

What the test of special points finds, in any mode and dtype, by how many units at most (∞: NaN or infinite, or a number where there
is none). *rough* is worse than promised, *wrong* has fewer than half of its digits, *beside* is not 0 although its seed is a 0
among other numbers. An entry that deviates no longer fails the test.
"""

# Why a function is worse than promised, by its name or by name and order of the derivative.
WHY = {}


def known():
    """The lines of known.txt."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known.txt")
    return [line.strip() for line in open(path) if line.strip() and not line.startswith("#")]


def why(name, order):
    """The reason for this derivative of a function: given here, or the one of known.txt."""
    own = [line.split(maxsplit=4) for line in known()]
    own = [words[4] for words in own if words[0] == name.replace(" ", "_") and words[1] == str(order)]
    return WHY.get((name, order)) or WHY.get(name) or (own + ["unknown"])[0]
