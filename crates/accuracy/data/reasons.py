"""What docs/accuracy.md says in words."""

import os

HEAD = """# Accuracy

How far values, first and second derivatives are from the exact ones, for every elementary function, reduction and distribution: the
largest error found over the whole domain, beside those of JAX and SciPy at the same points.

{summary}
In each cell stands how many of the functions keep what is promised, of those for which there is something to measure: values within 4, first
derivatives within 8 and second derivatives within 64 units in the last place; distributions within relative errors of 1e-12 (4504 units),
their second derivatives within 1e-11. What does not is printed bold in the tables below, and [named](#what-is-worse) with its reason.
Most of it is near zeros, where a result is small because large terms cancel, and far from 1.

## How it was measured

All numbers are `f64`; derivatives are taken by reverse mode on arrays, second ones by reverse mode over reverse mode. JAX's are those of
`jax.grad`, nested. The points are random, and the same in every run:

- a function of one number is taken at {count} points for each sign that its domain has: half of them evenly on a logarithmic scale from 1e-3 to
  1e3, a quarter so from 1e-300 to 1e300, a quarter evenly from 0 to 40, and more near the ends of a domain that ends at 1;
- functions of several numbers and reductions are taken at {count} points between those of the test of special points, distributions at half as many.

The exact numbers come from mpmath, with 60 digits and as many more as it takes until two precisions agree. An error is the distance from the
number nearest to the exact one, in units in its last place: 0 is that number itself, 1 its neighbour; 4.5e15 is an error as large as the result, and ∞ a
NaN or an infinity where the exact result is a number. Gradients and Hessians of reductions are measured as a whole, in units of their largest
element. Nothing is measured where the exact result is too large for a number, zero or subnormal.

An empty cell: there is no such function or derivative, nothing to measure, or JAX needs more than 40 seconds to compile it.

Measured with {versions}.
`crates/accuracy/data/accuracy.py` writes this page, and says how to run it. Zeros, ends of domains, infinities, NaN, ties
and subnormal numbers are held by a test, `crates/accuracy/tests/sweep`, in `f64` and `f32`, on scalars and arrays, in every mode, plain, compiled and
mapped; what it still finds stands [at the end](#at-special-points).
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

# Why a function is worse than promised, by its name, by name and order of the derivative, or by its part of the page.
SQUARE = "far out: the rounding of the square in its exponential comes through in full"
ZERO = "next to a zero, where its terms cancel"
DOMINANT = "one element far above the others: its share p is nearly 1, and p - p² cancels"
LARGEST = "one element far above the others: terms of one over the largest cancel"
SHAPES = """shapes below about 1e-7 or above 1e7: terms as large as 1 over the small or as the large shape cancel, a digit for each power of ten"""
PRODUCTS = "each term of its series is the product of all before it, whose roundings add up"
WHY = {
    ("erf", 1): SQUARE,
    ("erf", 2): SQUARE,
    ("norm_cdf", 1): SQUARE,
    ("norm_cdf", 2): SQUARE,
    ("gelu", 1): SQUARE + ", and so it does next to the zero of the slope at -0.75",
    ("gelu", 2): SQUARE,
    "gaussian of norm": SQUARE,
    "bessel_j:0": ZERO,
    "bessel_j:1": ZERO,
    "bessel_j:2": ZERO,
    "bessel_j:5": ZERO,
    "bessel_y:2": ZERO,
    "bessel_y:5": ZERO,
    ("bessel_i0e_derivative:2", 0): "a sum of fifty exponentials keeps the rounding of their exponents",
    ("entr", 1): "next to the zero of the slope at 1/e",
    ("mish", 1): "next to the zero of the slope at -1.19",
    ("hard_silu", 1): "next to the zero of the slope at -1.5",
    ("sinc", 1): "next to a zero of the slope",
    ("sinc", 2): "next to a zero of the second derivative",
    ("pow", 1): "the rounding of the exponent less 1 is multiplied by ln x",
    ("pow", 2): "the rounding of the exponent less 1 is multiplied by ln x",
    ("ln_a_beta", 2): "a derivative of ψ overflows, which is multiplied by a tiny argument",
    ("polygamma_drop", 1): "a derivative of ψ overflows, which is multiplied by a tiny argument",
    ("logsumexp", 2): DOMINANT,
    ("softmax_first", 0): "the exponential of a large difference, whose rounding comes through in full",
    ("softmax_first", 1): DOMINANT,
    ("softmax_first", 2): DOMINANT,
    ("log_softmax_first", 0): "the element far above all others, whose result is nearly 0",
    ("log_softmax_first", 1): DOMINANT,
    ("log_softmax_first", 2): DOMINANT,
    ("norm_3", 2): LARGEST,
    ("norm_half", 2): LARGEST,
    ("norm_minus_1", 2): LARGEST,
    "clip_by_global_norm_first": LARGEST,
    ("standardize_first", 0): "elements equal but for the last place: their mean is rounded",
    ("standardize_first", 2): "elements equal but for the last place: their mean is rounded",
    ("std_squared_3", 0): "elements equal but for the last place: their mean is rounded",
    ("ln_gamma_p_by_a", 0): PRODUCTS,
    ("ln_gamma_p_by_a", 1): PRODUCTS,
    ("gamma_p_hazard", 0): PRODUCTS,
    "distributions": SHAPES,
}


def known():
    """The lines of known.txt."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known.txt")
    return [line.strip() for line in open(path) if line.strip() and not line.startswith("#")]


def why(name, order, part):
    """The reason for this derivative of a function: given here, or the one of known.txt."""
    own = [line.split(maxsplit=4) for line in known()]
    own = [words[4] for words in own if words[0] == name.replace(" ", "_") and words[1] == str(order)]
    return WHY.get((name, order)) or WHY.get(name) or (own + [WHY.get(part, "rounding of its formula, not looked into")])[0]
