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
import statistics
import subprocess
import sys

from compare import PROGRAM, Ours, ratio, rounds


def cases(program):
    """All cases a build knows: it lists them where it is asked for one that it does not know."""
    told = subprocess.run([program, "?"], stderr=subprocess.PIPE, text=True).stderr
    return told.split("there are ", 1)[1].strip().split(", ")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("before", help="the program of the build before")
    args.add_argument("cases", nargs="*", help="names or beginnings; all if none")
    args.add_argument("--now", default=PROGRAM)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--seconds", type=float, default=0.2)
    args.add_argument("--above", type=float, default=0.0, help="print rows whose ratio is at least that")
    parser, args = args, args.parse_args()
    known = set(cases(args.before))
    chosen = [c for c in cases(args.now) if c in known]
    chosen = [c for c in chosen if any(c.startswith(a) for a in args.cases) or not (args.cases or c.startswith("scaling"))]
    if not chosen:
        parser.error(f"no such case; both builds have {', '.join(sorted(known & set(cases(args.now))))}")

    print("| case | before ms | now ms | now / before |\n|---|---|---|---|")
    wrong, ratios = False, []
    for case in chosen:
        # Processes of their own for each case: memory that others have used would be neither fresh nor alike.
        builds = [Ours(args.threads, args.before), Ours(args.threads, args.now)]
        try:
            for build in builds:
                build.ask(case, "first")
            askers = {k: lambda s, build=build: build.ask(case, "run", s) for k, build in enumerate(builds)}
            medians, _ = rounds(args.rounds, args.seconds, askers)
        except RuntimeError as what:
            print(f"FAIL {case}: {what}", file=sys.stderr)
            wrong = True
            continue
        finally:
            for build in builds:
                build.end()
        middle, least, most = ratio(medians[1], medians[0])
        ratios.append(middle)
        if middle >= args.above:
            before, now = (statistics.median(medians[k]) for k in (0, 1))
            print(f"| `{case}` | {before:.4g} | {now:.4g} | **{middle:.3f}** ({least:.3f}–{most:.3f}) |", flush=True)
    if ratios:
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        print(f"\n{len(ratios)} cases, {args.threads} threads, {args.rounds} rounds of {args.seconds} s: geometric mean {mean:.3f}")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
