#!/usr/bin/env bash
# Look-ups and insert rate with a growing number of records: see usage() below.
set -euo pipefail
# shellcheck source=contrib/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../contrib/lib/common.sh"

usage() {
    cat <<'END_OF_USAGE'
Usage: benches/records.sh [RECORDS]

Fills SQLite, and PostgreSQL where Debian's is installed (a private cluster, stopped and removed at the end), with RECORDS made-up
records (10000000, unless given), and prints after each tenth: records kept a second, bytes, and the time of a look-up by recipient
over 48 hours and over all 29 days. Needs some 6 GiB in $TMPDIR (/var/tmp unless set) for each, one after the other.
END_OF_USAGE
}

case ${1:-} in
    -h | --help) usage; exit 0 ;;
    '' | *[0-9]) RECORDS=${1:-10000000} ;;
    *) usage >&2; exit 2 ;;
esac

require_cargo
WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/mailgauge-records.XXXXXX")
chmod 755 "$WORK"
BIN=$(find /usr/lib/postgresql/*/bin -maxdepth 0 2>/dev/null | sort -V | tail -n 1) || true

# As another user than root, which PostgreSQL wants.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

clean_up() {
    [ ! -e "$WORK/pg/postmaster.pid" ] || as_postgres "$BIN/pg_ctl" -D "$WORK/pg" -m immediate stop >/dev/null || true
    rm -rf "$WORK"
}
trap clean_up EXIT

(cd "$ROOT" && cargo build -q --release --locked --example made_records)
MADE=$CARGO_TARGET_DIR/release/examples/made_records

printf '%sSQLite%s\n' "$BOLD" "$PLAIN"
"$MADE" "sqlite:$WORK/sqlite/records.db" "$RECORDS"
rm -rf "$WORK/sqlite"

[ -n "$BIN" ] || { echo 'PostgreSQL is not installed: skipped.'; exit 0; }
printf '\n%sPostgreSQL%s\n' "$BOLD" "$PLAIN"
mkdir "$WORK/pg" "$WORK/socket"
[ "$(id -u)" -ne 0 ] || chown postgres "$WORK/pg" "$WORK/socket"
as_postgres "$BIN/initdb" -D "$WORK/pg" -A trust -U mailgauge >"$WORK/log"
as_postgres "$BIN/pg_ctl" -D "$WORK/pg" -w -o "-c listen_addresses= -c unix_socket_directories=$WORK/socket" -l "$WORK/pg/log" start >>"$WORK/log"
"$MADE" "postgres://mailgauge@/postgres?host=$WORK/socket" "$RECORDS"
