"""Exact values of functions and their derivatives: SymPy differentiates, mpmath evaluates until the digits stand still.

A function is a list of branches (where, expression). The value at a point is the branch's; where it cannot be evaluated
there (the edge of a domain, infinity), it is the limit along the branch.
"""

import math
import signal
import sys
import sympy as sp
from mpmath import mp, mpf

ANY = "-"  # Not specified.
NAN, INF = math.nan, math.inf


def too_long(*_):
    raise TimeoutError


signal.signal(signal.SIGALRM, too_long)


class Beyond(float):
    """A number too large for a float."""


class Convention:
    """A number that is no derivative, but the documented choice where there is none."""

    def __init__(self, value):
        self.value = value


def number(v):
    """A float, the nearest to an mpf."""
    if isinstance(v, float):
        return v
    if mp.isnan(v):
        return NAN
    if mp.isinf(v):
        return INF if v > 0 else -INF
    with mp.workdps(40):
        v = +v
    if v == 0:
        return 0.0
    # Rounded once, subnormal numbers too.
    sign, man, exp, bc = v._mpf_
    if exp + bc < -1080 or exp + bc > 1100:
        return (-0.0 if sign else 0.0) if exp < 0 else Beyond(-INF if sign else INF)
    shift = max(bc - 53, -1074 - exp)
    if shift > 0:
        half, rest = 1 << (shift - 1), man & ((1 << shift) - 1)
        man >>= shift
        exp += shift
        if rest > half or rest == half and man & 1:
            man += 1
    try:
        x = math.ldexp(man, exp)
    except OverflowError:
        x = Beyond(INF)
        return Beyond(-INF) if sign else x
    return -x if sign else x


def agree(a, b):
    if a == b:
        return True
    return abs(a - b) <= abs(b) * mpf(10) ** -25


# Where a tiny number is added to another that is tinier by far, more digits are taken at once.
DIGITS = [60, 120, 250, 500, 1000, 2000]
least_digits = 60


def digits_for(name):
    """A tiny argument beside 1 is lost in fewer digits, twice alike."""
    return 500 if name.startswith(("log_add_exp", "ln_1p_", "sinc", "erfcx_derivative", "ln_a_beta")) else 60


def settled(f, args):
    """f(args) by growing precision until two results agree; None if it cannot be evaluated."""
    last = None
    for dps in [d for d in DIGITS if d >= least_digits]:
        with mp.workdps(dps):
            try:
                v = f(*[mpf(a) if not isinstance(a, mpf) else a for a in args])
                if isinstance(v, mp.mpc):
                    if v.imag != 0 and abs(v.imag) > abs(v.real) * mpf(10) ** (-dps // 2):
                        return None
                    v = v.real
                v = mpf(v)
            except (ArithmeticError, ValueError, TypeError, NotImplementedError, mp.NoConvergence):
                return None
            if mp.isnan(v) or mp.isinf(v):
                return None
        # A zero may be what cancellation left.
        if last is not None and agree(last, v) and (v != 0 or dps >= 1000):
            return v
        last = v
    return None


def limit(f, args, k):
    """The limit of f as argument k goes to ±∞ or to ±0 (from the side of its sign); NaN if there is none."""
    a = args[k]
    if math.isinf(a):
        # Large beside the other arguments.
        scale = max([mpf(1)] + [abs(mpf(b)) for i, b in enumerate(args) if i != k])
        steps = [scale * mpf(10) ** e * (1 if a > 0 else -1) for e in (8, 20, 45, 100)]
    elif a == 0.0:
        steps = [mpf(10) ** -e * math.copysign(1, a) for e in (400, 900, 2000, 4000)]
    else:
        return None
    with mp.workdps(60):
        v = []
        for s in steps:
            y = settled(f, [s if i == k else b for i, b in enumerate(args)])
            if y is None:
                return None
            v.append(y)
        if agree(v[3], v[2]) or abs(v[3] - v[2]) < abs(v[3]) * mpf(10) ** -20:
            return v[3]
        if abs(v[3]) < abs(v[2]) < abs(v[1]) and abs(v[3]) < 1e-6:
            return mpf(0)
        if abs(v[3]) > abs(v[2]) > abs(v[1]) and v[3] * v[2] > 0:
            return mp.inf if v[3] > 0 else -mp.inf
        return mp.nan


def edge(f, args, a, side):
    """The limit of f of one argument at a from a side."""
    v = [settled(f, [mpf(a) + side * mpf(10) ** -e]) for e in (40, 90, 200, 400)]
    if any(y is None for y in v):
        return None
    if agree(v[3], v[2]) or abs(v[3] - v[2]) < mpf(10) ** -30 * max(1, abs(v[3])):
        return v[3] if abs(v[3]) > mpf(10) ** -30 else mpf(0)
    if abs(v[3]) > abs(v[2]) > abs(v[1]):
        return mp.inf if v[3] > 0 else -mp.inf
    return None


class Branch:
    """An expression with its derivatives."""

    def __init__(self, expr, symbols):
        n = len(symbols)
        all = [expr] + [sp.diff(expr, s) for s in symbols]
        all += [sp.diff(expr, symbols[i], symbols[j]) for i in range(n) for j in range(i, n)]
        # |x| is differentiated away from its kink.
        smooth = lambda e: sp.sympify(e).replace(sp.DiracDelta, lambda *_: sp.Integer(0))
        self.all = [sp.lambdify(symbols, smooth(e), "mpmath") for e in all]

    def at(self, args):
        return [self.one(f, args) for f in self.all]

    @staticmethod
    def one(f, args):
        special = [k for k, a in enumerate(args) if math.isinf(a)]
        if len(special) > 1:
            return ANY
        signal.alarm(15)
        try:
            return Branch.value(f, args, special)
        except TimeoutError:
            print(f"no value in time at {args}", file=sys.stderr, flush=True)
            return ANY
        finally:
            signal.alarm(0)

    @staticmethod
    def value(f, args, special):
        v = None if special else settled(f, args)
        if v is None:
            zeros = [k for k, a in enumerate(args) if a == 0.0]
            k = special[0] if special else zeros[0] if len(zeros) == 1 else None
            if k is not None:
                v = limit(f, args, k)
        return ANY if v is None else number(v)


def count(n):
    return 1 + n + n * (n + 1) // 2
