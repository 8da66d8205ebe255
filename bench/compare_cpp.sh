#!/usr/bin/env bash
# Times the seven scalar programs of pullback, of Stan Math and, where their sources are, of Adept and CoDiPack in turn, and
# prints the ratios as a Markdown table.
#
#     bench/compare_cpp.sh [ROUNDS] ["a b c d e f g"]
#
# PEERS: the folder with the C++ drivers (bench_stan.cpp, harness.hpp, programs.hpp); ../shared/bench/cpp beside the
# repository if not set. R: a scratch folder outside the repository, where Stan Math is unpacked and built once, from the
# Python wheel httpstan, which carries its headers; needs g++, unzip or python3, and pip if the wheel is not in R yet.
#
# ADEPT, CODI: checkouts of github.com/rjhogan/Adept-2 and github.com/SciCompKL/CoDiPack, which have no package. Without them
# their columns stay empty.
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
# A driver that needs nothing but headers: name, source, folder of the headers.
driver() {
    [ -x "$R/$1" ] || "${CXX:-g++}" -O3 -march=native -std=c++17 -DNDEBUG -w -I"$3" "$peers/$2" -o "$R/$1"
}
if [ -n "${ADEPT:-}" ]; then
    [ -f "$ADEPT/include/adept_source.h" ] || (cd "$ADEPT/include" && sh create_adept_source_header >/dev/null)
    driver adept bench_adept.cpp "$ADEPT/include"
fi
[ -z "${CODI:-}" ] || driver codi bench_codi.cpp "$CODI/include"
cargo build --release --locked -q -p pullback-bench --manifest-path "$here/Cargo.toml"
ours=$here/target/release/pullback-bench

declare -A name=([a]=scalar_rosenbrock [b]=scalar_speelpenning [c]=scalar_chain [d]=scalar_lorenz
    [e]=scalar_black_scholes [f]=scalar_determinant [g]=scalar_gmm)

field() { tr '\t' '\n' | sed -n "s/^$1=//p"; }
# Least, median and greatest of the numbers on standard input.
spread() { sort -g | awk '{x[NR] = $1} END {printf "%.2f %.2f %.2f", x[1], x[int((NR + 1) / 2)], x[NR]}'; }

# All of a kind on one core, so that neither moves about.
core=$(taskset -cp $$ | sed 's/.*[ ,-]//')
printf '%s, one thread, load %s; %s rounds\n\n' "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" \
    "$(cut -d' ' -f1 /proc/loadavg)" "$rounds"
peers_built=(stan)
for tool in adept codi; do [ ! -x "$R/$tool" ] || peers_built+=("$tool"); done
printf '| program | ns an operation | tape bytes an operation | of its value | Stan Math ns | Adept ns | CoDiPack ns | ours / Stan Math | ours / Adept | ours / CoDiPack |\n'
printf '|---|---|---|---|---|---|---|---|---|---|\n'
for p in $programs; do
    best=1e99 bytes='' over=''
    declare -A ratios=() least=()
    for _ in $(seq "$rounds"); do
        mine=$(taskset -c "$core" "$ours" "${name[$p]}" --threads 1 --seconds 2)
        line=$(grep ",pullback," <<<"$mine") || { echo "$mine"; exit 1; }
        median=$(cut -d, -f4 <<<"$line") min=$(cut -d, -f5 <<<"$line")
        bytes=$(sed -n 's/.* and \([0-9.]*\) bytes of tape.*/\1/p' <<<"$mine")
        over+=$(cut -d, -f6 <<<"$line")$'\n'
        best=$(awk -v a="$best" -v b="$min" 'BEGIN {print a < b ? a : b}')
        for tool in "${peers_built[@]}"; do
            theirs=$(taskset -c "$core" "$R/$tool" "$p" | head -n 1)
            ops=$(field ops <<<"$theirs")
            ratios[$tool]+=$(awk -v a="$median" -v b="$(field med_ms <<<"$theirs")" 'BEGIN {print a / b}')$'\n'
            least[$tool]=$(awk -v a="${least[$tool]:-1e99}" -v b="$(field tot_ms <<<"$theirs")" 'BEGIN {print a < b ? a : b}')
        done
    done
    read -r _ over _ <<<"$(printf %s "$over" | spread)"
    printf '| `%s` | %.2f | %s | %s |' "${name[$p]}" "$(awk -v a="$best" -v n="$ops" 'BEGIN {print a * 1e6 / n}')" "$bytes" "$over"
    for tool in stan adept codi; do
        awk -v a="${least[$tool]:-}" -v n="$ops" 'BEGIN {if (a == "") printf " |"; else printf " %.2f |", a * 1e6 / n}'
    done
    for tool in stan adept codi; do
        if [ -n "${ratios[$tool]:-}" ]; then
            read -r a b c <<<"$(printf %s "${ratios[$tool]}" | spread)"
            printf ' **%s** (%s–%s) |' "$b" "$a" "$c"
        else
            printf ' |'
        fi
    done
    printf '\n'
done
