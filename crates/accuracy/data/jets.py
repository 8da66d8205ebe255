"""Numbers with gradients and Hessians, and the incomplete gamma and beta functions of them, in mpmath."""

from mpmath import mp, mpf


class Jet:
    """A value with derivatives by n variables."""

    def __init__(self, v, g, h):
        self.v, self.g, self.h = mpf(v), g, h

    @staticmethod
    def variables(values):
        n = len(values)
        return [Jet(v, [mpf(i == k) for i in range(n)], [[mpf(0)] * n for _ in range(n)]) for k, v in enumerate(values)]

    def like(self, v):
        n = len(self.g)
        return Jet(v, [mpf(0)] * n, [[mpf(0)] * n for _ in range(n)])

    def chain(self, f, d, dd):
        """f(self), with f's value and derivatives at self."""
        return compose([self], f, [d], [[dd]])

    def __add__(self, o):
        o = o if isinstance(o, Jet) else self.like(o)
        return compose([self, o], self.v + o.v, [1, 1], [[0, 0], [0, 0]])

    def __mul__(self, o):
        o = o if isinstance(o, Jet) else self.like(o)
        return compose([self, o], self.v * o.v, [o.v, self.v], [[0, 1], [1, 0]])

    def __neg__(self):
        return self * -1

    def __sub__(self, o):
        return self + (-o)

    def __rsub__(self, o):
        return -self + o

    def __truediv__(self, o):
        return self * (o.recip() if isinstance(o, Jet) else 1 / mpf(o))

    __radd__, __rmul__ = __add__, __mul__

    def recip(self):
        r = 1 / self.v
        return self.chain(r, -r * r, 2 * r**3)

    def log(self):
        return self.chain(mp.log(self.v), 1 / self.v, -1 / self.v**2)

    def exp(self):
        e = mp.exp(self.v)
        return self.chain(e, e, e)

    def loggamma(self):
        return self.chain(mp.loggamma(self.v), mp.psi(0, self.v), mp.psi(1, self.v))

    def all(self):
        n = len(self.g)
        return [self.v, *self.g, *[self.h[i][j] for i in range(n) for j in range(i, n)]]


def compose(args, v, g, h):
    """A function of jets by its value, gradient and Hessian at their values."""
    n, m = len(args[0].g), len(args)
    grad = [sum(g[k] * args[k].g[i] for k in range(m)) for i in range(n)]
    hess = [[sum(g[k] * args[k].h[i][j] for k in range(m)) + sum(h[k][l] * args[k].g[i] * args[l].g[j] for k in range(m) for l in range(m) if h[k][l]) for j in range(n)] for i in range(n)]
    return Jet(v, grad, hess)


def moments(logw, scores, lo, hi, peak):
    """∫ exp(logw(s) − logw(peak)) · (1, scores, products of scores) over lo..hi, for a log-concave weight."""
    top = logw(peak)
    drop = mp.dps * mp.log(10) + 20

    def reach(direction, end):
        step, s = mpf(1) / 2**60 * max(1, abs(peak)) , peak
        while True:
            s = peak + direction * step
            if (s - end) * direction >= 0:
                return end
            if top - logw(s) > drop:
                break
            step *= 2
        a, b = step / 2, step
        for _ in range(20):
            c = (a + b) / 2
            a, b = (c, b) if top - logw(peak + direction * c) < drop else (a, c)
        return peak + direction * b

    left, right = reach(-1, lo), reach(1, hi)
    points = sorted({left, right, peak} | {left + (peak - left) * mpf(k) / 8 for k in range(1, 8)} | {peak + (right - peak) * mpf(k) / 8 for k in range(1, 8)})
    nodes = gauss(40 if mp.dps < 80 else 56 if mp.dps < 130 else 90)
    m = len(scores)
    total, first, second = mpf(0), [mpf(0)] * m, [[mpf(0)] * m for _ in range(m)]
    for a, b in zip(points, points[1:]):
        half, mid = (b - a) / 2, (a + b) / 2
        for node, weight in nodes:
            s = mid + half * node
            w = weight * half * mp.exp(logw(s) - top)
            sc = [f(s) for f in scores]
            total += w
            for i in range(m):
                first[i] += w * sc[i]
                for j in range(m):
                    second[i][j] += w * sc[i] * sc[j]
    return top, total, first, second


NODES = {}


def gauss(n):
    """Nodes and weights of Gauss and Legendre, with the digits at hand."""
    key = n, mp.prec
    if key not in NODES:
        out = []
        for k in range(1, n + 1):
            t = mp.cos(mp.pi * (k - mpf(1) / 4) / (n + mpf(1) / 2))
            for _ in range(12):
                p0, p1 = mpf(1), t
                for j in range(2, n + 1):
                    p0, p1 = p1, ((2 * j - 1) * t * p1 - (j - 1) * p0) / j
                d = n * (t * p1 - p0) / (t * t - 1)
                step = p1 / d
                t -= step
                if abs(step) < mpf(10) ** (-mp.dps + 2):
                    break
            out.append((t, 2 / ((1 - t * t) * d * d)))
        NODES[key] = out
    return NODES[key]


def gamma_lower(a, x):
    """ln P(a, x) as a jet of jets, for P not near 1."""
    A, X = a.v, x.v
    if X < 3e4 and (A < 1e5 or X < A / 2):
        term, h1, h2 = 1 / A, 1 / A, 1 / A**2
        s, s1, s2 = term, -term * h1, term * (h1**2 + h2)
        sx, sxx, sax = mpf(0), mpf(0), mpf(0)
        n = 0
        while True:
            n += 1
            term *= X / (A + n)
            h1 += 1 / (A + n)
            h2 += 1 / (A + n) ** 2
            s += term
            s1 -= term * h1
            s2 += term * (h1**2 + h2)
            if n > X - A and term * (h1**2 + 1) < abs(s) * mpf(10) ** (-mp.dps - 5):
                break
        # Only derivatives by a; those by x follow from the density.
        ln = [mp.log(s), s1 / s, s2 / s - (s1 / s) ** 2]
        L = mp.log(X)
        v = A * L - X - mp.loggamma(A) + ln[0]
        va, vaa = L - mp.psi(0, A) + ln[1], -mp.psi(1, A) + ln[2]
    else:
        logw = lambda s: -A * s - X * mp.exp(-s)
        peak = max(mpf(0), mp.log(X / A))
        top, i0, i1, i2 = moments(logw, [lambda s: -s], mpf(0), mpf(10) ** 30, peak)
        m1, m2 = i1[0] / i0, i2[0][0] / i0
        L = mp.log(X)
        v = A * L - mp.loggamma(A) + top + mp.log(i0)
        va, vaa = L - mp.psi(0, A) + m1, -mp.psi(1, A) + m2 - m1**2
    return tail(a, x, v, va, vaa, 1)


def gamma_upper(a, x):
    """ln Q(a, x), for x > a."""
    A, X = a.v, x.v
    logw = lambda s: A * s - X * mp.exp(s)
    peak = max(mpf(0), mp.log(A / X))
    top, i0, i1, i2 = moments(logw, [lambda s: s], mpf(0), mpf(10) ** 30, peak)
    m1, m2 = i1[0] / i0, i2[0][0] / i0
    L = mp.log(X)
    v = A * L - mp.loggamma(A) + top + mp.log(i0)
    return tail(a, x, v, L - mp.psi(0, A) + m1, -mp.psi(1, A) + m2 - m1**2, -1)


def tail(a, x, v, va, vaa, sign):
    """A jet of ln F from its derivatives by a, where F's slope by x is ±the density."""
    A, X = a.v, x.v
    r = sign * mp.exp((A - 1) * mp.log(X) - X - mp.loggamma(A) - v)
    score_a, score_x = mp.log(X) - mp.psi(0, A), (A - 1) / X - 1
    vx, vax, vxx = r, r * (score_a - va), r * (score_x - r)
    return compose([a, x], v, [va, vx], [[vaa, vax], [vax, vxx]])


def other(log_f):
    """ln(1 − F)."""
    f = mp.exp(log_f.v)
    return log_f.chain(mp.log1p(-f), -f / (1 - f), -f / (1 - f) ** 2)


def kept(f):
    """What was computed for the same jets before."""
    memory = {}

    def g(*jets):
        key = mp.prec, tuple((str(j.v), str(j.g), str(j.h)) if j is not None else None for j in jets)
        if key not in memory:
            memory[key] = f(*jets)
        return memory[key]

    return g


@kept
def gamma_tails(a, x):
    """ln P and ln Q."""
    A, X = a.v, x.v
    if X > max(A, mpf(1)):
        q = gamma_upper(a, x)
        return other(q), q
    p = gamma_lower(a, x)
    return p, other(p)


def beta_lower(a, b, x, far):
    """ln of I(x; a, b) with far = 1 − x, jets; x is below the mean."""
    A, B, X, F = a.v, b.v, x.v, far.v
    ratio = X * (A + B) / (A + 1)
    if ratio < 0.98 or A + B < 2000:
        term, h, k = 1 / A, 1 / A, mpf(0)
        h2, k2 = 1 / A**2, mpf(0)
        s = term
        sa, sb, saa, sab, sbb = -term * h, mpf(0), term * (h * h + h2), mpf(0), mpf(0)
        n = 0
        while True:
            # term_n ∝ (a + b)_n xⁿ/(a)_{n+1}: slopes of its logarithm k − h by a, k by b.
            k += 1 / (A + B + n)
            k2 += 1 / (A + B + n) ** 2
            term *= X * (A + B + n) / (A + n + 1)
            n += 1
            h += 1 / (A + n)
            h2 += 1 / (A + n) ** 2
            s += term
            ga = k - h
            sa += term * ga
            sb += term * k
            saa += term * (ga * ga + h2 - k2)
            sab += term * (ga * k - k2)
            sbb += term * (k * k - k2)
            if n > 5 and X * (A + B + n) / (A + n + 1) < 1 and term * (1 + ga * ga + k * k) < s * mpf(10) ** (-mp.dps - 5) * (1 - X * (A + B + n) / (A + n + 1)):
                break
        v, va, vb = mp.log(s), sa / s, sb / s
        vaa, vab, vbb = saa / s - va**2, sab / s - va * vb, sbb / s - vb**2
        front = A * mp.log(X) + B * mp.log(F)
        v += front
        va += mp.log(X)
        vb += mp.log(F)
    else:
        end = mp.log(X / F)
        lt, lu = lambda s: -mp.log1p(mp.exp(-s)) if s > 0 else s - mp.log1p(mp.exp(s)), None
        lu = lambda s: -mp.log1p(mp.exp(s)) if s < 0 else -s - mp.log1p(mp.exp(-s))
        logw = lambda s: A * lt(s) + B * lu(s)
        peak = min(end, mp.log(A / B))
        top, i0, i1, i2 = moments(logw, [lt, lu], -mpf(10) ** 30, end, peak)
        va, vb = i1[0] / i0, i1[1] / i0
        vaa, vab, vbb = i2[0][0] / i0 - va**2, i2[0][1] / i0 - va * vb, i2[1][1] / i0 - vb**2
        v = top + mp.log(i0)
    psi, tri = mp.psi(0, A + B), mp.psi(1, A + B)
    v -= mp.loggamma(A) + mp.loggamma(B) - mp.loggamma(A + B)
    va -= mp.psi(0, A) - psi
    vb -= mp.psi(0, B) - psi
    vaa -= mp.psi(1, A) - tri
    vab += tri
    vbb -= mp.psi(1, B) - tri
    lnbeta = mp.loggamma(A) + mp.loggamma(B) - mp.loggamma(A + B)
    r = mp.exp((A - 1) * mp.log(X) + (B - 1) * mp.log(F) - lnbeta - v)
    ra, rb, rx = mp.log(X) - mp.psi(0, A) + psi - va, mp.log(F) - mp.psi(0, B) + psi - vb, (A - 1) / X - (B - 1) / F - r
    hess = [[vaa, vab, r * ra], [vab, vbb, r * rb], [r * ra, r * rb, r * rx]]
    return compose([a, b, x], v, [va, vb, r], hess)


@kept
def beta_tails(a, b, x, far=None):
    """ln I and ln(1 − I)."""
    far = 1 - x if far is None else far
    if x.v < (a.v + 1) / (a.v + b.v + 2):
        p = beta_lower(a, b, x, far)
        return p, other(p)
    q = beta_lower(b, a, far, x)
    return other(q), q
