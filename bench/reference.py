"""The numbers that array cases of pullback-bench are checked against: values, squared gradient norms and values after
20 steps of gradient descent, in double precision, by JAX, on the same inputs (splitmix64 is the same in every language).

    python bench/reference.py [CASE...] [--data DIR]      # DIR: ADBench's files, with gmm/ and lstm/ in it
"""
import argparse
import os

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import logsumexp

jax.config.update("jax_enable_x64", True)
RATE, STEPS = 1e-3, 20
HERE = os.path.dirname(os.path.abspath(__file__))


def uniform(seed, n):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, n + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) / 2.0**53


def numbers(shape, seed, single=True):
    r = 3.0**0.5
    x = (-r + 2 * r * uniform(seed, int(np.prod(shape)))).reshape(shape)
    return x.astype(np.float32) if single else x


def scaled(shape, seed, scale):
    return numbers(shape, seed) * np.float32(scale)


def zeros(n):
    return np.zeros(n, np.float32)


def classes(batch, n):
    return np.arange(batch) * 7 % n


def cross_entropy(z, y):
    return jnp.mean(logsumexp(z, axis=1) - z[jnp.arange(z.shape[0]), y])


# ------------------------------------------------------------------ kernels
def chain():
    x = numbers([10_000_000], 1, False)
    return lambda p: jnp.sum(jnp.sin(p[0]) * jnp.exp(-p[0] * p[0]) + jnp.tanh(p[0])), [x]


def lse():
    return lambda p: logsumexp(p[0], axis=1).sum(), [numbers([4096, 4096], 1)]


def matmul(single):
    a, b, c = [numbers([1024, 1024], s, single) for s in (1, 2, 3)]
    return lambda p: jnp.sum(p[0] @ p[1] * np.float64(c)), [a, b]


# ------------------------------------------------------------------ networks
def mlp(widths, batch):
    params = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        params += [scaled([a, b], 10 + i, (2.0 / a) ** 0.5), zeros(b)]
    x = np.float64(numbers([batch, widths[0]], 1))
    y = classes(batch, widths[-1]) if widths[-1] > 1 else np.float64(numbers([batch, 1], 2))

    def loss(p):
        z = x
        for i in range(0, len(p), 2):
            z = z @ p[i] + p[i + 1]
            if i < len(p) - 2:
                z = jnp.maximum(z, 0)
        return cross_entropy(z, y) if widths[-1] > 1 else jnp.mean((z - y) ** 2)
    return loss, params


def cnn():
    params = [scaled([3, 3, 1, 16], 10, 0.3), zeros(16), scaled([3, 3, 16, 32], 11, 0.1), zeros(32),
              scaled([7 * 7 * 32, 10], 12, (2.0 / (7 * 7 * 32)) ** 0.5), zeros(10)]
    x, y = np.float64(numbers([64, 28, 28, 1], 1)), classes(64, 10)

    def layer(x, w, b):
        z = lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
        return lax.reduce_window(jnp.maximum(z, 0), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return lambda p: cross_entropy(layer(layer(x, p[0], p[1]), p[2], p[3]).reshape(64, -1) @ p[4] + p[5], y), params


def transformer():
    b, s, d, h, k = 16, 64, 128, 4, 32
    ones = np.ones(d, np.float32)
    params = [ones, zeros(d), scaled([d, 3 * d], 10, d**-0.5), zeros(3 * d), scaled([d, d], 11, d**-0.5), zeros(d),
              ones, zeros(d), scaled([d, 4 * d], 12, d**-0.5), zeros(4 * d), scaled([4 * d, d], 13, (4 * d) ** -0.5), zeros(d)]
    x, y = np.float64(numbers([b, s, d], 1)), np.float64(numbers([b, s, d], 2))
    mask = np.where(np.tril(np.ones((s, s), bool)), 0.0, -1e9)

    def normal(x, g, o):
        c = x - jnp.mean(x, axis=-1, keepdims=True)
        return c * (jnp.mean(c * c, axis=-1, keepdims=True) + 1e-5) ** -0.5 * g + o

    def loss(p):
        z = (normal(x, p[0], p[1]).reshape(b * s, d) @ p[2] + p[3]).reshape(b, s, 3, h, k).transpose(2, 0, 3, 1, 4)
        a = jax.nn.softmax(z[0] @ jnp.swapaxes(z[1], -1, -2) * k**-0.5 + mask, axis=-1) @ z[2]
        u = x + (a.transpose(0, 2, 1, 3).reshape(b * s, d) @ p[4] + p[5]).reshape(b, s, d)
        z = normal(u, p[6], p[7]).reshape(b * s, d) @ p[8] + p[9]
        z = 0.5 * z * (1.0 + jnp.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z * z * z)))
        return jnp.mean((u + (z @ p[10] + p[11]).reshape(b, s, d) - y) ** 2)
    return loss, params


def lstm():
    t, b, n = 64, 32, 128
    params = [scaled([n, 4 * n], 10, n**-0.5), scaled([n, 4 * n], 11, n**-0.5), zeros(4 * n)]
    x = np.float64(numbers([t, b, n], 1))

    def loss(p):
        def step(hc, xt):
            h, c = hc
            g = xt @ p[0] + h @ p[1] + p[2]
            s = jax.nn.sigmoid(g[:, :3 * n])
            c = c * s[:, :n] + s[:, n:2 * n] * jnp.tanh(g[:, 3 * n:])
            return (s[:, 2 * n:] * jnp.tanh(c), c), None
        (h, _), _ = lax.scan(step, (jnp.zeros((b, n)), jnp.zeros((b, n))), x)
        return jnp.mean(h * h)
    return loss, params


# ------------------------------------------------------------------ ADBench
def gmm(path):
    v = np.array(open(path).read().split(), dtype=np.float64)
    d, k, n = (int(a) for a in v[:3])
    entries, o = d * (d + 1) // 2, 3
    parts = []
    for rows, columns in ((1, k), (k, d), (k, entries), (n, d)):
        parts.append(v[o:o + rows * columns].reshape(rows, columns))
        o += rows * columns
    alphas, means, factors, x = parts
    gamma, m = v[o], v[o + 1]
    assert (gamma, m) == (1, 0)
    columns, rows = np.triu_indices(d, 1)
    from scipy.special import multigammaln
    constant = -n * d * 0.5 * np.log(2 * np.pi) - k * ((d + 1) * d * (-0.5 * np.log(2)) - multigammaln(0.5 * (d + 1), d))

    def f(p):
        alphas, means, factors = p
        q = jnp.exp(factors[:, :d])
        lower = jnp.zeros((k, d, d)).at[:, rows, columns].set(factors[:, d:])
        c = x[:, None, :] - means[None]
        y = q * c + jnp.einsum("ijk,mik->mij", lower, c)
        inner = alphas[0] + factors[:, :d].sum(1) - 0.5 * (y * y).sum(2)
        prior = 0.5 * ((q * q).sum() + (factors[:, d:] ** 2).sum())
        return logsumexp(inner, axis=1).sum() - n * logsumexp(alphas) + prior + constant
    return f, [alphas, means, factors]


def adlstm(path):
    v = open(path).read().split()
    l, n, b = (int(a) for a in v[:3])
    v, o, parts = np.array(v[3:], dtype=np.float64), 0, []
    for rows, columns in ((2 * l, 4 * b), (3, b), (2 * l, b), (n, b)):
        parts.append(v[o:o + rows * columns].reshape(rows, columns))
        o += rows * columns
    main, extra, state, seq = parts

    def f(p):
        main, extra = p

        def step(carry, rows):
            x, after = rows[0] * extra[0], []
            for i, (h, c) in enumerate(carry):
                g = jnp.concatenate((x, h, x, h)) * main[2 * i] + main[2 * i + 1]
                s = jax.nn.sigmoid(g[:3 * b])
                c = c * s[:b] + s[b:2 * b] * jnp.tanh(g[3 * b:])
                x = s[2 * b:] * jnp.tanh(c)
                after.append((x, c))
            y = x * extra[1] + extra[2]
            return after, (rows[1] * (y - jnp.log(jnp.exp(y).sum() + 2))).sum()
        start = [(jnp.asarray(state[2 * i]), jnp.asarray(state[2 * i + 1])) for i in range(l)]
        _, all = lax.scan(step, start, (seq[:-1], seq[1:]))
        return -all.sum() / ((n - 1) * b)
    return f, [main, extra]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("cases", nargs="*")
    args.add_argument("--data", default=os.path.join(HERE, "../../shared/bench/data/adbench"))
    args = args.parse_args()
    cases = {"chain": chain, "lse": lse, "matmul_f32": lambda: matmul(True), "matmul_f64": lambda: matmul(False)}
    training = {"mlp784": lambda: mlp([784, 512, 512, 10], 128), "mlp64": lambda: mlp([64, 256, 256, 10], 64),
                "mlp2": lambda: mlp([2, 16, 16, 1], 8), "cnn": cnn, "transformer": transformer, "lstm": lstm}
    cases.update(training)
    for n in ("1k", "10k"):
        folder = os.path.join(args.data, "gmm", n)
        for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            cases[f"gmm_{n}_{file[4:-4]}"] = lambda path=os.path.join(folder, file): gmm(path)
    for file in ("lstm_l2_c1024", "lstm_l4_c1024"):
        cases[file] = lambda path=os.path.join(args.data, "lstm", file + ".txt"): adlstm(path)
    for name, make in cases.items():
        if args.cases and name not in args.cases:
            continue
        loss, params = make()
        f = jax.jit(jax.value_and_grad(loss))
        p = [jnp.asarray(a, dtype=jnp.float64) for a in params]
        y, g = f(p)
        print(name, f"value: {float(y)!r}, gradient: {sum(float((a * a).sum()) for a in g)!r}", end="", flush=True)
        if name in training:
            for _ in range(STEPS):
                p = [a - RATE * b for a, b in zip(p, f(p)[1])]
            print(f", after: {float(loss(p))!r}", end="")
        print()


main()
