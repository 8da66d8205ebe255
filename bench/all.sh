#!/usr/bin/env bash
# Measures everything that docs/benchmarks.md shows, and puts the tables there: ours beside the peers', the library's own
# cases, sizes, weight. About twenty minutes on a quiet machine.
#
#     PYTHON=peers/bin/python R=SCRATCH [ADEPT=…] [CODI=…] bench/all.sh [scalars] [arrays] [own] [scaling] [weight]
#
# PYTHON has the peers of bench/compare.py, R, PEERS, ADEPT and CODI are those of bench/compare_cpp.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/benchmarks.md
tables=${*:-scalars arrays own scaling weight}
cargo build --release --locked -q -p pullback-bench
ours=target/release/pullback-bench
cpu() { printf '%s, load %s, %s\n\n' "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$(cut -d' ' -f1 /proc/loadavg)" "$1"; }

scalars() { bench/compare_cpp.sh 5; }
arrays() { "${PYTHON:-python3}" bench/compare.py --quiet; }
# Lines of pullback-bench and their notes, side by side.
own() {
    cpu "two threads"
    printf '| case | median ms | over its primal | |\n|---|---|---|---|\n'
    "$ours" small forward generic evaluated array bs_asian_ vmap jit scan_ compiled budget sparse jet fixed --seconds 1 |
        awk -F, '/,pullback,/ {line = sprintf("| `%s` | %.3g | %.2f |", $1, $4, $6)}
            /^#/ {sub(/^# [^:]*: /, ""); print line, $0, "|"}'
}
# A row a size, a column a program and number of threads.
scaling() {
    cpu "nanoseconds an element, operation or layer, and the gradient's time over the value's"
    "$ours" scaling --threads 1,2 --seconds 1 | awk -F, '
        /,pullback,/ {split($1, w, "_"); n = w[3]; sub("1e", "", n); key = w[2] "," n + 0 "," $3
            count = 10 ^ n * (w[2] == "tape" ? 8 : 1)
            cell[key] = sprintf("%.3g (%.1f)", $5 * 1e6 / count, $6)}
        END {
            split("chain rosen tape depth", family, " ")
            printf "| size | chain, 1 | chain, 2 | Rosenbrock, 1 | Rosenbrock, 2 | scalar tape | layers, 1 | layers, 2 |\n"
            printf "|---|---|---|---|---|---|---|---|\n"
            for (k = 0; k <= 8; k++) {
                row = "| 10^" k " |"
                for (f = 1; f <= 4; f++) for (t = 1; t <= 2; t++)
                    if (family[f] != "tape" || t == 1) row = row " " cell[family[f] "," k "," t] " |"
                print row
            }
        }'
}
weight() {
    cargo build --release --locked -q --example digits
    bench/weight.sh --build | sed 's/^/- /'
}

for table in $tables; do
    echo "== $table (${SECONDS}s)" >&2
    text=$(mktemp)
    "$table" >"$text"
    awk -v begin="<!-- $table -->" -v end="<!-- /$table -->" -v file="$text" '
        $0 == end {skip = 0}
        !skip
        $0 == begin {skip = 1; while ((getline line < file) > 0) print line}' "$page" >"$page.new"
    mv "$page.new" "$page"
    rm "$text"
done
echo "done after ${SECONDS}s" >&2
