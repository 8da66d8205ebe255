#!/usr/bin/env bash
# What the library weighs: the crates that a user compiles with the default features, more than 60 of which fail; and,
# told only, the stripped size of `examples/digits` (meant to be 5 MB at most), which `cargo build --release --example
# digits` has built, and with --build the CPU-seconds of a clean release build of the library (90 at most).
#
#     bench/weight.sh [--build]
set -euo pipefail
cd "$(dirname "$0")/.."
heavy=0
weigh() { # what, how much, unit, limit
    local verdict=
    awk -v a="$2" -v b="$4" 'BEGIN {exit !(a > b)}' && verdict=', too much'
    printf '%s: %s%s (at most %s)%s\n' "$1" "$2" "$3" "$4" "$verdict"
}

crates=$(cargo tree --locked -e normal,build --prefix none -p pullback | awk '{print $1, $2}' | sort -u | wc -l)
weigh 'crates with default features, our own among them' "$crates" '' 60
[ "$crates" -le 60 ] || heavy=1

digits=target/release/examples/digits
if [ -x "$digits" ]; then
    stripped=$(mktemp)
    trap 'rm -f "$stripped"' EXIT
    strip -o "$stripped" "$digits"
    weigh 'examples/digits, stripped' "$(awk -v n="$(stat -c %s "$stripped")" 'BEGIN {printf "%.2f", n / 1e6}')" ' MB' 5
else
    echo "examples/digits is not built: not weighed"
fi

if [ "${1:-}" = --build ]; then
    # As a user's own project builds it: whose profile has no line tables, unlike this workspace's.
    folder=$(mktemp -d)
    export CARGO_PROFILE_RELEASE_DEBUG=false
    TIMEFORMAT='%U %S'
    used=$({ time CARGO_TARGET_DIR="$folder" cargo build --release --locked -q -p pullback; } 2>&1 | tail -n 1)
    rm -rf "$folder"
    weigh 'clean release build of the library' "$(awk '{printf "%.0f", $1 + $2}' <<<"$used")" ' CPU-seconds' 90
fi
exit "$heavy"
