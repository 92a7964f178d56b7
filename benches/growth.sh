#!/usr/bin/env bash
# How the cost of a mail grows with its size, in instructions, which are the same on a busy machine.
set -euo pipefail
# shellcheck source=contrib/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../contrib/lib/common.sh"

usage() {
    cat <<'END'
Usage: benches/growth.sh [BYTES]

Scans every made mail of tests/it/mails.rs at BYTES (400,000 by default) and at twice that under valgrind, and prints instructions
a byte and the ratio of the two. Ends with 1 if a ratio is above 2.2. Needs valgrind and Rust; takes some minutes.
END
}

case ${1:-} in
    -h | --help) usage; exit 0 ;;
esac
BYTES=${1:-400000}
command -v valgrind >/dev/null || die 'valgrind is not installed: apt-get install valgrind'
(cd "$ROOT" && cargo build --release --locked --quiet --example made_mail)
PROGRAM=$CARGO_TARGET_DIR/release/examples/made_mail

# Instructions of one scan: those of a run with it, less those of a run that only makes the mail.
instructions() {
    local times count=()
    for times in 0 1; do
        count+=("$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$PROGRAM" "$1" "$2" "$times" 2>&1 |
            sed -n 's/.*I *refs: *//p' | tr -d ,)")
    done
    printf '%s\n' "$((count[1] - count[0]))"
}

printf '| mail | instructions a byte | twice the size costs |\n|---|---|---|\n'
worst=0
for name in $("$PROGRAM"); do
    once=$(instructions "$name" "$BYTES")
    twice=$(instructions "$name" $((2 * BYTES)))
    ratio=$((100 * twice / once))
    [ "$ratio" -le "$worst" ] || worst=$ratio
    printf '| %s | %s | %d.%02d |\n' "$name" "$((twice / (2 * BYTES)))" $((ratio / 100)) $((ratio % 100))
done
[ "$worst" -le 220 ] || die 'a cost grows faster than the mail'
