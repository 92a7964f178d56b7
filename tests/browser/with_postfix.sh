#!/usr/bin/env bash
# The browser test behind real mail: a private Postfix, mailgauge as its milter, the demo's mails to one recipient.
# usage: with_postfix.sh MAILGAUGE OUTDIR
# MAILGAUGE is the program; screenshots go to OUTDIR. Needs root or sudo, postfix, curl, chromium, node and npm.
set -euo pipefail
# shellcheck source=contrib/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../contrib/lib/common.sh"

[ $# -eq 2 ] || { sed -n '3,4s/^# //p' "$0" >&2; exit 2; }
PROGRAM=$1
OUT=$2
WORK=$(mktemp -d "${TMPDIR:-/tmp}/mailgauge-browser.XXXXXX")
# Postfix's own users have to pass through.
chmod 755 "$WORK"
DAEMON=''

clean_up() {
    [ -z "$DAEMON" ] || kill "$DAEMON" 2>/dev/null || true
    private_postfix stop "$WORK/postfix" 2>/dev/null || true
    rm -rf "$WORK"
}
trap clean_up EXIT

MILTER=$(free_port) HTTP=$(free_port) DESK=$(free_port)
cat >"$WORK/mailgauge.toml" <<TOML
[milter]
listen = "inet:127.0.0.1:$MILTER"
[http]
listen = "127.0.0.1:$HTTP"
[policy]
quarantine = ["type-executable"]
[store]
directory = "$WORK/state"
[lookup]
listen = "127.0.0.1:$DESK"
proxies = ["127.0.0.1"]
rate_limit = 1000
TOML
"$PROGRAM" run --config "$WORK/mailgauge.toml" 2>"$WORK/mailgauge.log" &
DAEMON=$!
private_postfix start "$WORK/postfix" --until-exit $$ --set message_size_limit=60000000 --smtpd browser \
    -o "smtpd_milters={ inet:127.0.0.1:$MILTER, default_action=accept }" >"$WORK/ports"
SMTP=$(sed -n 's/^browser //p' "$WORK/ports")

RECIPIENT=jan@example.org
# Message-IDs of the demo's mails are in their files.
MESSAGE_ID=$(sed -n 's/^Message-ID: *\(<.*>\).*/\1/ip' "$ROOT/contrib/demo/5-disguised-executable.eml" | head -n 1)
send() {
    LC_ALL=C sed -e "s/^Date: Tue, 24 Nov 2026 .*/Date: $(date -R)/" -e 's/$/\r/' |
        curl -sS --mail-from sender@example.com --mail-rcpt "$RECIPIENT" --upload-file - "smtp://127.0.0.1:$SMTP/client.example.com"
}
for mail in "$ROOT"/contrib/demo/*.eml; do send <"$mail"; done
{
    printf 'From: Erin <erin@example.com>\nTo: Jan <jan@example.org>\nSubject: Figures\nDate: Tue, 24 Nov 2026 09:30:00 +0100\n'
    printf 'Message-ID: <figures@example.com>\nMIME-Version: 1.0\nContent-Type: application/zip; name="figures.zip"\n'
    printf 'Content-Disposition: attachment; filename="figures.zip"\nContent-Transfer-Encoding: base64\n\n'
    { printf 'PK\003\004'; head -c 20000000 /dev/urandom; } | base64 -w 76
} | send

WRITTEN=0
for _ in $(seq 100); do
    WRITTEN=$(curl -fs "http://127.0.0.1:$HTTP/metrics" | sed -n 's/^mailgauge_records_written_total //p')
    [ "${WRITTEN:-0}" -lt 6 ] || break
    sleep 0.1
done
[ "${WRITTEN:-0}" -ge 6 ] || { cat "$WORK/mailgauge.log" >&2; die "only ${WRITTEN:-0} records were written"; }

export RECIPIENT MESSAGE_ID
export WORKER='{"X-Remote-User":"anna","X-Remote-Role":"helpdesk"}'
export AUDITOR='{"X-Remote-User":"otto","X-Remote-Role":"auditor"}'
export ADMIN='{"X-Remote-User":"ada","X-Remote-Role":"admin"}'
export STATUS="http://127.0.0.1:$HTTP/"
"$ROOT/tests/browser/run.sh" "http://127.0.0.1:$DESK" "$OUT"
