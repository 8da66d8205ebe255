"""Times two builds of pullback-bench in turn, in one run, and prints the ratios of medians: what a change cost or saved.

    git worktree add ../before COMMIT && (cd ../before && cargo build --release -p pullback-bench)
    cargo build --release -p pullback-bench
    python3 bench/before.py ../before/target/release/pullback-bench [CASE...] [--threads N] [--rounds N] [--seconds S]
                            [--above R]

A round gives each build's median of S seconds; the ratio is the median over rounds of the present one by the one before
within a round, its spread the least and the greatest of these. Cases that both builds know are measured: those named or,
without names, all but the family `scaling`. A table in Markdown goes to standard output: the rows of ratio R and more
(all, without --above), and the geometric mean. The exit status is 1 if an answer was wrong.
"""
import argparse
import math
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Build:
    """A process of one build, which times what it is asked for."""
    def __init__(self, program, threads):
        self.program, self.threads = program, threads
        cpus = sorted(os.sched_getaffinity(0))[-threads:]
        self.process = subprocess.Popen([program, "--serve", "--threads", str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cpus))

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"{self.program}: {answer or 'has ended'}")
        return float(answer.split()[0])

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def cases(program):
    """All cases a build knows: it lists them where it is asked for one that it does not know."""
    told = subprocess.run([program, "?"], stderr=subprocess.PIPE, text=True).stderr
    return told.split("there are ", 1)[1].strip().split(", ")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("before", help="the program of the build before")
    args.add_argument("cases", nargs="*", help="names or beginnings; all if none")
    args.add_argument("--now", default=os.path.join(ROOT, "target", "release", "pullback-bench"))
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--seconds", type=float, default=0.2)
    args.add_argument("--above", type=float, default=0.0, help="print rows whose ratio is at least that")
    args = args.parse_args()
    known = set(cases(args.before))
    chosen = [c for c in cases(args.now) if c in known]
    chosen = [c for c in chosen if any(c.startswith(a) for a in args.cases) or not (args.cases or c.startswith("scaling"))]

    print("| case | before ms | now ms | now / before |\n|---|---|---|---|")
    wrong, ratios = False, []
    for case in chosen:
        # Processes of their own for each case: memory that others have used would be neither fresh nor alike.
        builds = [Build(args.before, args.threads), Build(args.now, args.threads)]
        try:
            for build in builds:
                build.ask(case, "first")
            medians = [[build.ask(case, "run", args.seconds) for build in builds] for _ in range(args.rounds)]
        except RuntimeError as what:
            print(f"FAIL {case}: {what}", file=sys.stderr)
            wrong = True
            continue
        finally:
            for build in builds:
                build.end()
        each = sorted(now / before for before, now in medians)
        ratio = statistics.median(each)
        ratios.append(ratio)
        if ratio >= args.above:
            before, now = (statistics.median(column) for column in zip(*medians))
            print(f"| `{case}` | {before:.4g} | {now:.4g} | **{ratio:.3f}** ({each[0]:.3f}–{each[-1]:.3f}) |", flush=True)
    if ratios:
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        print(f"\n{len(ratios)} cases, {args.threads} threads, {args.rounds} rounds of {args.seconds} s: geometric mean {mean:.3f}")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
