#!/usr/bin/env bash
# Counts the instructions of a few small cases, on one thread, under valgrind's callgrind, and compares them with those
# in bench/instructions.txt: unlike times they repeat. A count more than 3 % above the kept one fails; one as far below
# asks to be kept.
#
#     bench/instructions.sh [--accept]        # --accept keeps the counts just made
#
# The counts belong to the compiler, the C library and the vector unit they were made with (valgrind has no AVX-512, so
# that machines with and without count alike): with others, differences are told and pass.
set -euo pipefail
cd "$(dirname "$0")/.."
kept=bench/instructions.txt
cases="small_rosenbrock small_lorenz small_gmm scaling_chain_1e4 scaling_rosen_1e4 mlp2 evaluated_mlp2 compiled_lorenz2"

if ! command -v valgrind >/dev/null 2>&1; then
    echo "valgrind is not here: no instructions counted"
    exit 0
fi
cargo build --release --locked -q -p pullback-bench
program=target/release/pullback-bench
made_with="$(rustc --version | cut -d" " -f1,2), $(ldd --version | sed -n "1s/.* /glibc /p")$(grep -qw avx2 /proc/cpuinfo && echo ", AVX2" || true)"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# One process a case, as many at once as there are cores.
count() {
    valgrind --tool=callgrind --toggle-collect='*harness::counted*' --callgrind-out-file="$out/$1.raw" \
        "$program" "$1" --count >/dev/null 2>"$out/$1.log" || { cat "$out/$1.log" >&2; exit 255; }
    sed -n "s/^summary: /$1 /p" "$out/$1.raw" >"$out/$1.count"
}
export -f count
export out program
xargs -n 1 -P "$(nproc)" bash -c 'count "$0"' <<<"$cases"

new=$(echo "# $made_with"; for case in $cases; do cat "$out/$case.count"; done)
if [ "${1:-}" = --accept ]; then
    printf '%s\n' "$new" >"$kept"
    cat "$kept"
    exit
fi
[ "$(head -n 1 "$kept")" = "# $made_with" ] && same=1 || same=0
awk -v same="$same" -v with="$made_with" '
    /^#/ {next}
    FNR == NR {old[$1] = $2; next}
    {
        change = ($1 in old) ? 100 * ($2 / old[$1] - 1) : 0
        printf "%-20s %12d  was %12s  %+.2f %%\n", $1, $2, ($1 in old) ? old[$1] : "unknown", change
        if (!($1 in old) || change > 3) worse = worse " " $1
        if (change < -3) better = better " " $1
    }
    END {
        if (better) print "fewer instructions, worth keeping (bench/instructions.sh --accept):" better
        if (worse && same) {print "more instructions than are kept (if meant: bench/instructions.sh --accept):" worse; exit 1}
        if (!same) print "the kept counts were made with another compiler or C library than " with ": only told"
    }' "$kept" <(printf '%s\n' "$new")
