#!/usr/bin/env bash
# Times the seven scalar programs of pullback and of Stan Math in turn, and prints the ratios as a Markdown table.
#
#     bench/compare_cpp.sh [ROUNDS] ["a b c d e f g"]
#
# PEERS: the folder with the C++ drivers (bench_stan.cpp, harness.hpp, programs.hpp); ../shared/bench/cpp beside the
# repository if not set. R: a scratch folder outside the repository, where Stan Math is unpacked and built once, from the
# Python wheel httpstan, which carries its headers; needs g++, unzip or python3, and pip if the wheel is not in R yet.
#
# Adept, which has no package, took 0.39, 0.85, 0.42, 0.27, 0.41, 0.51 and 0.40 of Stan Math's time on these programs in
# one run on one machine: ours over Stan's at or below that is at or ahead of Adept.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
peers=${PEERS:-$here/../shared/bench/cpp}
R=${R:-${TMPDIR:-/tmp}/pullback-peers}
rounds=${1:-5}
programs=${2:-a b c d e f g}
mkdir -p "$R"

if [ ! -x "$R/stan" ]; then
    [ -f "$peers/bench_stan.cpp" ] || { echo "no drivers in $peers: set PEERS" >&2; exit 2; }
    if [ ! -d "$R/httpstan" ]; then
        ls "$R"/httpstan-*.whl >/dev/null 2>&1 || python3 -m pip download -q --no-deps -d "$R" httpstan==4.13.0
        python3 -m zipfile -e "$R"/httpstan-*.whl "$R/httpstan"
    fi
    h=$R/httpstan/httpstan
    tbb=$(find "$R/httpstan" -name 'libtbb.so*' -o -name 'libtbb-*.so*' | head -n 1)
    "${CXX:-g++}" -O3 -march=native -std=c++17 -DNDEBUG -w -D_REENTRANT -DBOOST_DISABLE_ASSERTS -I"$h/include" \
        "$peers/bench_stan.cpp" -o "$R/stan" "$tbb" -Wl,-rpath,"$(dirname "$tbb")"
fi
cargo build --release --locked -q -p pullback-bench --manifest-path "$here/Cargo.toml"
ours=$here/target/release/pullback-bench

declare -A name=([a]=scalar_rosenbrock [b]=scalar_speelpenning [c]=scalar_chain [d]=scalar_lorenz
    [e]=scalar_black_scholes [f]=scalar_determinant [g]=scalar_gmm)
declare -A adept=([a]=0.39 [b]=0.85 [c]=0.42 [d]=0.27 [e]=0.41 [f]=0.51 [g]=0.40)

field() { tr '\t' '\n' | sed -n "s/^$1=//p"; }
# Least, median and greatest of the numbers on standard input.
spread() { sort -g | awk '{x[NR] = $1} END {printf "%.2f %.2f %.2f", x[1], x[int((NR + 1) / 2)], x[NR]}'; }

# All of a kind on one core, so that neither moves about.
core=$(taskset -cp $$ | sed 's/.*[ ,-]//')
printf '%s, one thread, load %s; %s rounds\n\n' "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" \
    "$(cut -d' ' -f1 /proc/loadavg)" "$rounds"
printf '| program | ns an operation | tape bytes an operation | of its value | Stan Math ns | Stan Math bytes | ours / Stan Math | Adept / Stan Math | ours / Adept |\n'
printf '|---|---|---|---|---|---|---|---|---|\n'
for p in $programs; do
    ratios='' best=1e99 stan_best=1e99 bytes='' over=''
    for _ in $(seq "$rounds"); do
        stan=$(taskset -c "$core" "$R/stan" "$p")
        mine=$(taskset -c "$core" "$ours" "${name[$p]}" --threads 1 --seconds 2)
        line=$(grep ",pullback," <<<"$mine") || { echo "$mine"; exit 1; }
        median=$(cut -d, -f4 <<<"$line") min=$(cut -d, -f5 <<<"$line")
        bytes=$(sed -n 's/.* and \([0-9.]*\) bytes of tape.*/\1/p' <<<"$mine")
        over+=$(cut -d, -f6 <<<"$line")$'\n'
        ratios+=$(awk -v a="$median" -v b="$(field med_ms <<<"$stan")" 'BEGIN {print a / b}')$'\n'
        best=$(awk -v a="$best" -v b="$min" 'BEGIN {print a < b ? a : b}')
        stan_best=$(awk -v a="$stan_best" -v b="$(field tot_ms <<<"$stan")" 'BEGIN {print a < b ? a : b}')
    done
    read -r least middle most <<<"$(printf %s "$ratios" | spread)"
    read -r _ over _ <<<"$(printf %s "$over" | spread)"
    ops=$(field ops <<<"$stan")
    awk -v name="${name[$p]}" -v ops="$ops" -v best="$best" -v bytes="$bytes" -v over="$over" -v stan="$stan_best" \
        -v stan_bytes="$(field 'tapeB\/op' <<<"$stan")" -v a="$least" -v b="$middle" -v c="$most" -v adept="${adept[$p]}" \
        'BEGIN {printf "| `%s` | %.2f | %s | %s | %.2f | %.0f | **%.2f** (%.2f–%.2f) | %.2f | %.2f |\n", name, best * 1e6 / ops,
                bytes, over, stan * 1e6 / ops, stan_bytes, b, a, c, adept, b / adept}'
done
