"""Times pullback and the tools it is compared with in turn, in one run, and prints the ratios of medians.

    python -m venv peers && peers/bin/pip install torch jax autograd numpy scipy      # outside the repository, 7 GB
    cargo build --release -p pullback-bench
    peers/bin/python bench/compare.py [CASE...] [--peers DIR] [--tools jax,torch] [--threads N] [--rounds N]
                                      [--seconds S] [--out FILE]

Every tool runs in a process of its own and waits; for each case the tools are asked by turns, in rounds, to time the
value alone and then the gradient (or training step) for S seconds. A round gives each tool's median; the ratio is the
median over rounds of ours by theirs within a round, its spread the least and the greatest of these. Load that lasts
longer than a round falls on all alike. A table in Markdown goes to standard output (and to FILE), progress to standard
error; in brackets after a peer's time stand its ratio to the value alone, and the first run in milliseconds where
that compiled it; the exit status is 1 if a case of ours gave a wrong answer.

The peers' scripts are those of DIR (by default ../shared/bench/python beside the repository): they call
`bench(function)` and `emit(name, ...)` of a module `common`, which this program replaces by a collection of functions.
PyTorch and autograd run with glibc's malloc told to keep large blocks, which is their faster setting, and OpenMP's
threads spin for some ten microseconds only before they sleep: on a busy machine spinning barriers cost seconds.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time
from importlib import metadata

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROGRAM = os.path.join(ROOT, "target", "release", "pullback-bench")

# Each of ours by the peers' script, its argument --cases, its names of the value and of the gradient or step, the tools
# worth the time, and the label of a tool's best variant where it has several.
def nn(case, tools=("jax", "torch"), **best):
    return ("nn", case, case + "/primal", case + "/step", tools, best)


def gmm(case):
    return ("adbench_gmm", case + "/gemm", case + "/gemm/primal", case + "/gemm/grad", ("jax", "torch"), {})


CASES = {
    "mlp784": nn("mlp784"),
    "mlp64": nn("mlp64"),
    "mlp2": nn("mlp2"),
    "cnn": nn("cnn", jax="jax_reshape_pool"),
    "transformer": nn("transformer", torch="torch_sdpa"),
    "lstm": nn("lstm", torch="torch_nnlstm"),
    "chain": nn("chain", ("jax", "torch", "torch_compile")),
    "lse": nn("lse"),
    "matmul_f32": nn("matmul_f32"),
    "matmul_f64": nn("matmul_f64"),
    **{c: gmm(c) for c in ("gmm_1k_d2_K5", "gmm_1k_d10_K25", "gmm_1k_d20_K50", "gmm_1k_d64_K25", "gmm_1k_d64_K50",
                           "gmm_10k_d2_K5", "gmm_10k_d10_K25")},
    **{c: ("adbench_lstm", c, c + "/primal", c + "/grad", ("jax",), {}) for c in ("lstm_l2_c1024", "lstm_l4_c1024")},
    "rosen1e6_grad": ("higher_order", "rosen1e6", "rosen1e6/primal", "rosen1e6/grad", ("jax", "torch"), {}),
    "rosen1e6_hvp": ("higher_order", "rosen1e6", "rosen1e6/primal", "rosen1e6/hvp", ("jax", "torch"), {}),
    "rosen100_hessian": ("higher_order", "rosen100", "rosen100/primal", "rosen100/hessian", ("jax", "torch"), {}),
    "rosen1000_hessian": ("higher_order", "rosen1000", "rosen1000/primal", "rosen1000/hessian", ("jax", "torch"), {}),
    "bs_euro": ("black_scholes", "euro", "bs_euro/primal", "bs_euro/greeks", ("jax", "torch"), {}),
    "bs_asian": ("black_scholes", "asian_scan", "bs_asian_scan/primal", "bs_asian_scan/greeks", ("jax", "torch"), {}),
}


# ------------------------------------------------------------------ a peer's process
def more(done, elapsed, seconds):
    """Whether to go on after so many repetitions: as long as there is time, and thrice unless that takes very long."""
    return done == 0 or (done < 3 and elapsed < 4 * seconds) or (elapsed < seconds and done < 100_000)


def worker(peers, script, cases, tool, threads, data):
    """Runs a peer's script with its functions collected, then times those that are asked for on standard input."""
    sys.path.insert(0, peers)
    import common
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)                       # whatever else is printed
    functions, firsts, compilations = {}, {}, []

    class Stat(tuple):
        """What stands for (median, minimum) until there are any."""
        def __new__(cls, function):
            self = super().__new__(cls, (1.0, 1.0))
            self.function = function
            return self

    def bench(function, *_, **__):
        return Stat(function)

    def emit(case, stat, primal=None, tool=None):
        functions[(case, tool or common.ARGS.tool)] = stat.function

    common.bench, common.emit = bench, emit
    if tool == "torch_compile":         # the compiled functions of earlier cases stay
        import torch._dynamo
        torch._dynamo.reset = lambda: None
        torch._dynamo.config.recompile_limit = 100
    sys.argv = [script, "--tool", tool, "--threads", str(threads), "--cases", cases]
    if data:
        sys.argv += ["--data", data]
    import runpy
    runpy.run_path(os.path.join(peers, script + ".py"), run_name="__main__")
    if "jax" in sys.modules:
        listen = sys.modules["jax"].monitoring.register_event_duration_secs_listener
        listen(lambda name, *_, **__: compilations.append(name))
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        case, label, seconds = line.split()
        key = (case, label) if (case, label) in functions else (case, tool)
        if key not in functions:
            print("none", file=answers, flush=True)
            continue
        function = functions[key]
        if key not in firsts:
            # Told only where it has compiled: some scripts have called the function before.
            before, start = len(compilations), time.perf_counter()
            function()
            firsts[key] = time.perf_counter() - start if len(compilations) > before else 0.0
        times, start = [], time.perf_counter()
        function()
        seconds = float(seconds)
        while more(len(times), time.perf_counter() - start, seconds):
            t = time.perf_counter()
            function()
            times.append(time.perf_counter() - t)
        print(statistics.median(times) * 1e3, min(times) * 1e3, firsts[key] * 1e3, file=answers, flush=True)


class Peer:
    """A tool's process for one script."""
    def __init__(self, args, script, cases, tool):
        command = [sys.executable, os.path.abspath(__file__), "--worker", args.peers, script, ",".join(cases), tool,
                   str(args.threads), args.data or ""]
        kept = dict(MALLOC_MMAP_MAX_="0", MALLOC_TRIM_THRESHOLD_="100000000000", MALLOC_TOP_PAD_="1073741824",
                    GOMP_SPINCOUNT="20000")
        environment = os.environ if tool == "jax" else {**kept, **os.environ}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL if args.quiet else None, text=True, env=environment)
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{tool}: {script} did not start")

    def time(self, case, label, seconds):
        try:
            print(case, label, seconds, file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:         # it has ended: its columns stay empty
            return None
        return None if not answer or answer == ["none"] else [float(x) for x in answer]


class Ours:
    """A process of this library's benchmark."""
    def __init__(self, threads, program=PROGRAM):
        self.program = program
        cpus = sorted(os.sched_getaffinity(0))[-threads:]           # as the peers' scripts
        self.process = subprocess.Popen([program, "--serve", "--threads", str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cpus))

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"{self.program}: {answer or 'has ended'}")
        return [float(x) for x in answer.split()]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


# ------------------------------------------------------------------ the rounds
def rounds(n, seconds, askers):
    """For each asker the medians of n rounds, taken by turns, and its first run; nothing for one without such a function."""
    medians, firsts = {name: [] for name in askers}, {}
    for _ in range(n):
        for name in list(medians):
            answer = askers[name](seconds)
            if answer is None:
                del medians[name]
            else:
                medians[name].append(answer[0])
                firsts[name] = answer[-1]
    return medians, firsts


def ratio(a, b):
    each = sorted(x / y for x, y in zip(a, b))
    return statistics.median(each), each[0], each[-1]


def number(ms):
    return f"{ms:.3g}" if ms < 100 else f"{ms:.0f}"


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("cases", nargs="*", help="names or beginnings; all if none")
    args.add_argument("--peers", default=os.path.join(ROOT, "..", "shared", "bench", "python"))
    args.add_argument("--data", help="ADBench's files for the peers, if not where their scripts look")
    args.add_argument("--tools", help="only these, of jax, torch, torch_compile, autograd; all cases")
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--seconds", type=float, default=0.25)
    args.add_argument("--out")
    args.add_argument("--quiet", action="store_true", help="drop what the peers print")
    args = args.parse_args()
    args.peers = os.path.abspath(args.peers)
    exact = [c for c in args.cases if c in CASES]
    chosen = [c for c in CASES if not args.cases or c in exact or any(c.startswith(a) for a in args.cases if a not in exact)]
    tools = {c: tuple(args.tools.split(",")) if args.tools else CASES[c][4] for c in chosen}

    peers = {}
    for key in dict.fromkeys((CASES[c][0], t) for c in chosen for t in tools[c]):
        script, tool = key
        cases = dict.fromkeys(CASES[c][1] for c in chosen if CASES[c][0] == script and tool in tools[c])
        print(f"starting {tool}: {script} {' '.join(cases)}", file=sys.stderr)
        start = time.perf_counter()
        try:
            peers[key] = Peer(args, script, cases, tool)
        except RuntimeError as what:
            print(f"  {what}: left out", file=sys.stderr)
        print(f"  ready after {time.perf_counter() - start:.0f} s", file=sys.stderr)
    ours = Ours(args.threads)

    versions = [f"{t} {metadata.version(t)}" for t in ("jax", "torch", "autograd") if any(t == n[1].split("_")[0] for n in peers)]
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown")
    wrong = False
    lines = [f"{cpu}, {args.threads} threads, load {os.getloadavg()[0]:.1f}; {args.rounds} rounds of {args.seconds} s; {', '.join(versions)}", ""]
    names = list(dict.fromkeys(t for c in chosen for t in tools[c]))
    lines.append("| case | pullback ms | of its value | first run ms | " + " | ".join(f"{t} ms | ours / {t}" for t in names) + " |")
    lines.append("|---" * (4 + 2 * len(names)) + "|")
    print("\n".join(lines), flush=True)
    for case in chosen:
        script, _, value, step, _, best = CASES[case]
        try:
            first = ours.ask(case, "first")[0]
        except RuntimeError as what:
            print(f"FAIL {case}: {what}", file=sys.stderr)
            wrong = True
            if ours.process.poll() is not None:
                ours = Ours(args.threads)
            continue
        measured, firsts = {}, {}
        for what, theirs in (("primal", value), ("run", step)):
            askers = {"pullback": lambda s, what=what: ours.ask(case, what, s)}
            for tool in tools[case]:
                if (script, tool) in peers:
                    peer, label = peers[(script, tool)], best.get(tool, tool)
                    askers[tool] = lambda s, peer=peer, label=label, theirs=theirs: peer.time(theirs, label, s)
            measured[what], firsts = rounds(args.rounds, args.seconds, askers)
        mine = measured["run"]["pullback"]
        over = statistics.median(mine) / statistics.median(measured["primal"]["pullback"])
        row = [f"`{case}`", number(statistics.median(mine)), f"{over:.1f}", number(first)]
        for tool in names:
            theirs = measured["run"].get(tool)
            if not theirs:
                row += ["", ""]
                continue
            r, least, most = ratio(mine, theirs)
            value_of = measured["primal"].get(tool)
            over = f"{statistics.median(theirs) / statistics.median(value_of):.1f}, " if value_of else ""
            compiled = f"{number(firsts[tool])}, " if firsts[tool] else ""
            row += [f"{number(statistics.median(theirs))} ({over}{compiled}".rstrip(", ") + ")", f"**{r:.2f}** ({least:.2f}–{most:.2f})"]
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    if args.out:
        with open(args.out, "w") as file:
            file.write("\n".join(lines) + "\n")
    sys.exit(wrong)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--worker":
        worker(*sys.argv[2:7], sys.argv[7] or None)
    else:
        main()
