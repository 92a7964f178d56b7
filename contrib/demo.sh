#!/usr/bin/env bash
# Shows mailgauge at work, from nothing: see usage() below.
set -euo pipefail
# shellcheck source=contrib/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

usage() {
    cat <<'END'
Usage: contrib/demo.sh [--once]

Sends six real mails through a private Postfix with mailgauge as its milter, and shows what mailgauge tells about them.

  --once    end after that; without it, mailgauge and Postfix stay up until Ctrl-C
  --help    this text

It installs what is missing by apt-get (Postfix with "No configuration", which starts nothing; curl; a linker for Rust), takes
Prometheus and Alertmanager out of Debian's packages into the cache without installing them (but for Alertmanager's templates,
which it wants in /usr/share/prometheus), builds mailgauge in release mode
outside the checkout, and keeps everything else in one directory under /tmp that it removes at the end.
It needs root, or sudo, to install and to start the private Postfix. It refuses to replace another mail server. A Postfix of
your own is not touched, and nothing listens anywhere but on 127.0.0.1.
END
}

ONCE=no
for argument in "$@"; do
    case $argument in
        --once) ONCE=yes ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

# A mail of 30 million bytes is 41 million on the wire.
readonly BIG_FILE=30000000
readonly SIZE_LIMIT=60000000
readonly MAILS=(
    '1-clean:A clean mail'
    '2-large:An attachment of 30 MB'
    '3-truncated-zip:A ZIP file that was cut off'
    '4-broken-header:A broken header'
    '5-disguised-executable:Programs that call themselves documents'
    '6-winmail:A winmail.dat'
)

WORK=$(mktemp -d "${TMPDIR:-/tmp}/mailgauge-demo.XXXXXX")
# Postfix's own users have to pass through.
chmod 755 "$WORK"
LOG=$WORK/demo.log
DAEMON=''
WATCHERS=()
SUCCESS=no

clean_up() {
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$DAEMON" ]; then
        kill "$DAEMON" 2>/dev/null || true
        wait "$DAEMON" 2>/dev/null || true
    fi
    [ ${#WATCHERS[@]} -eq 0 ] || { kill "${WATCHERS[@]}" && wait "${WATCHERS[@]}"; } 2>/dev/null || true
    private_postfix stop "$WORK/postfix" 2>/dev/null || true
    if [ $SUCCESS = no ] && [ -s "$LOG" ]; then
        mkdir -p "$CACHE" && cp "$LOG" "$CACHE/demo.log"
        printf '%sThe log is kept in %s%s\n' "$DIM" "$CACHE/demo.log" "$PLAIN" >&2
    fi
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

headline() {
    printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"
}

fail_with() {
    announce_end "${RED}failed${PLAIN}"
    printf '\n' >&2
    tail -n 25 "$1" >&2
    die "$2"
}

install_what_is_missing() {
    announce 'install what is missing'
    local missing
    mapfile -t missing < <(missing_packages postfix curl gcc libc6-dev)
    if [ ${#missing[@]} -eq 0 ]; then
        announce_end 'nothing is'
    else
        install_packages "$LOG" "${missing[@]}"
        announce_end "${missing[*]}"
    fi
}

get_prometheus() {
    announce 'get Prometheus, Alertmanager'
    install_prometheus "$LOG"
    announce_end "$(prometheus --version 2>&1 | sed -n '1s/,* *(.*//p')"
}

build() {
    announce 'build mailgauge'
    (cd "$ROOT" && cargo build --release --locked --bin mailgauge) >>"$LOG" 2>&1 || fail_with "$LOG" 'cargo build failed.'
    MAILGAUGE=$CARGO_TARGET_DIR/release/mailgauge
    announce_end "$("$MAILGAUGE" --version)"
}

# `mailgauge run` needs no configuration; it gets one only when its usual ports are taken.
start_mailgauge() {
    MILTER_PORT=10724 HTTP_PORT=10725 DESK_PORT=10726
    # What systemd would say: records and keys go there, and with the demo.
    export STATE_DIRECTORY=$WORK/state
    local -a arguments=(run)
    announce 'start mailgauge'
    if ! port_is_free $MILTER_PORT || ! port_is_free $HTTP_PORT || ! port_is_free $DESK_PORT; then
        MILTER_PORT=$(free_port) HTTP_PORT=$(free_port) DESK_PORT=$(free_port)
        printf '[milter]\nlisten = "inet:127.0.0.1:%s"\n\n[http]\nlisten = "127.0.0.1:%s"\n\n[lookup]\nlisten = "127.0.0.1:%s"\n' \
            "$MILTER_PORT" "$HTTP_PORT" "$DESK_PORT" >"$WORK/mailgauge.toml"
        arguments+=(--config "$WORK/mailgauge.toml")
    fi
    HTTP=http://127.0.0.1:$HTTP_PORT DESK=http://127.0.0.1:$DESK_PORT
    "$MAILGAUGE" "${arguments[@]}" >"$WORK/mailgauge.log" 2>&1 &
    DAEMON=$!
    for _ in $(seq 100); do
        if curl -fs -o /dev/null "$HTTP/-/ready"; then
            announce_end "milter on inet:127.0.0.1:$MILTER_PORT, $HTTP/"
            return
        fi
        kill -0 $DAEMON 2>/dev/null || break
        sleep 0.1
    done
    fail_with "$WORK/mailgauge.log" 'mailgauge did not start.'
}

# Both on loopback, with the project's rules, and with nobody who would be sent a message.
start_prometheus() {
    announce 'start Prometheus, Alertmanager'
    local prometheus_port alertmanager_port
    prometheus_port=$(free_port) alertmanager_port=$(free_port)
    PROMETHEUS=http://127.0.0.1:$prometheus_port ALERTMANAGER=http://127.0.0.1:$alertmanager_port
    mkdir "$WORK/watch"
    printf 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n' >"$WORK/watch/alertmanager.yml"
    cat >"$WORK/watch/prometheus.yml" <<YAML
global: { scrape_interval: 1s, evaluation_interval: 5s }
rule_files: ["$ROOT/contrib/prometheus/mailgauge-*.yml"]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:$alertmanager_port"] }] }] }
scrape_configs: [{ job_name: mailgauge, static_configs: [{ targets: ["127.0.0.1:$HTTP_PORT"] }] }]
YAML
    prometheus --config.file="$WORK/watch/prometheus.yml" --storage.tsdb.path="$WORK/watch/data" \
        --web.listen-address="127.0.0.1:$prometheus_port" >"$WORK/watch/log" 2>&1 &
    WATCHERS+=($!)
    prometheus-alertmanager --config.file="$WORK/watch/alertmanager.yml" --storage.path="$WORK/watch/alerts" \
        --web.listen-address="127.0.0.1:$alertmanager_port" --cluster.listen-address= >"$WORK/watch/alertmanager.log" 2>&1 &
    WATCHERS+=($!)
    for _ in $(seq 300); do
        if [ "$(ask_prometheus 'up{job="mailgauge"}')" = 1 ] && curl -fs -o /dev/null "$ALERTMANAGER/-/ready"; then
            announce_end "$PROMETHEUS/alerts, $ALERTMANAGER/"
            return
        fi
        sleep 0.1
    done
    fail_with "$WORK/watch/log" 'Prometheus did not start, or does not reach mailgauge.'
}

# The value of a query that gives one; nothing without.
ask_prometheus() {
    curl -fsS -G --data-urlencode "query=$1" "$PROMETHEUS/api/v1/query" 2>/dev/null | sed -n 's/.*"value":\[[0-9.]*,"\([^"]*\)"\].*/\1/p'
}

milter_setting() {
    printf '{ inet:127.0.0.1:%s, connect_timeout=5s, command_timeout=10s, content_timeout=60s, default_action=accept }' "$MILTER_PORT"
}

start_postfix() {
    announce 'start a private Postfix'
    private_postfix start "$WORK/postfix" --until-exit $$ --set message_size_limit=$SIZE_LIMIT \
        --smtpd demo -o "smtpd_milters=$(milter_setting)" >"$WORK/ports" 2>"$WORK/postfix.log" ||
        fail_with "$WORK/postfix.log" 'Postfix did not start.'
    SMTP_PORT=$(sed -n 's/^demo //p' "$WORK/ports")
    announce_end "SMTP on 127.0.0.1:$SMTP_PORT"
}

# The mail with the large attachment, with a date of now like all others.
write_large_mail() {
    cat <<'END'
From: Erin Example <erin@example.org>
To: Bob Example <bob@example.com>
Subject: The measurements
Date: Tue, 24 Nov 2026 09:30:00 +0100
Message-ID: <measurements-1@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_measurements"

--=_measurements
Content-Type: text/plain; charset=us-ascii

Hello Bob,

here are all measurements of this year.

--=_measurements
Content-Type: application/octet-stream; name="measurements.dat"
Content-Disposition: attachment; filename="measurements.dat"
Content-Transfer-Encoding: base64

END
    head -c $BIG_FILE /dev/urandom | base64 -w 76
    printf -- '--=_measurements--\n'
}

# Fixtures have LF line ends and a date of their own; on the wire lines end in CRLF, and a mail is written today.
as_sent() {
    LC_ALL=C sed -e "s/^Date: Tue, 24 Nov 2026 .*/Date: $(date -R)/" -e 's/$/\r/'
}

# Waits until the mail to this recipient is in the mailbox, and copies it to where everyone can read it.
fetch() {
    local recipient=$1 to=$2 found
    for _ in $(seq 600); do
        found=$(as_root grep -rlaxm1 "Delivered-To: $recipient" "$WORK/postfix/mail/new" 2>/dev/null | head -n 1) || true
        if [ -n "$found" ]; then
            as_root cat "$found" >"$to"
            return
        fi
        sleep 0.1
    done
    tail -n 20 "$WORK/postfix/log/mail.log" >&2
    die "The mail to $recipient did not arrive."
}

send_all() {
    local mail name began took
    mkdir "$WORK/sent" "$WORK/delivered"
    for mail in "${MAILS[@]}"; do
        name=${mail%%:*}
        announce "send $name.eml"
        if [ "$name" = 2-large ]; then write_large_mail; else cat "$ROOT/contrib/demo/$name.eml"; fi | as_sent >"$WORK/sent/$name.eml"
        began=$(date +%s%N)
        curl -sS --mail-from sender@example.org --mail-rcpt "$name@example.com" --upload-file "$WORK/sent/$name.eml" \
            "smtp://127.0.0.1:$SMTP_PORT/client.example.org" >>"$LOG" 2>&1 || fail_with "$LOG" 'Postfix did not take the mail.'
        took=$((($(date +%s%N) - began) / 1000000))
        fetch "$name@example.com" "$WORK/delivered/$name.eml"
        announce_end "$(wc -c <"$WORK/sent/$name.eml" | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta') bytes in $took ms"
    done
}

# The body of a message with LF line ends.
body_of() {
    LC_ALL=C sed -e 's/\r$//' "$1" | LC_ALL=C sed -e '1,/^$/d'
}

# What is wanted from a mail system: nothing else has changed. A broken header ends where Postfix says, so there the bodies
# differ in where they begin, and in nothing else.
show_unaltered() {
    local mail name altered=0
    for mail in "${MAILS[@]}"; do
        name=${mail%%:*}
        [ "$name" != 4-broken-header ] || continue
        cmp -s <(body_of "$WORK/sent/$name.eml") <(body_of "$WORK/delivered/$name.eml") || altered=$((altered + 1))
    done
    [ $altered -eq 0 ] || die "$altered mails were altered. That must never happen."
}

# The tag of a message with its folded lines.
tag_of() {
    LC_ALL=C awk '/^\r?$/ { exit }
        /^[^ \t]/ { inside = tolower($0) ~ /^x-mailgauge:/ }
        inside { sub(/\r$/, ""); print }' "$1"
}

show_mails() {
    local mail name
    for mail in "${MAILS[@]}"; do
        name=${mail%%:*}
        headline "$name.eml: ${mail#*:}"
        printf '\n%s  in the delivered mail%s\n' "$DIM" "$PLAIN"
        tag_of "$WORK/delivered/$name.eml" | sed "s/^/    ${GREEN}/; s/\$/${PLAIN}/"
        printf '\n%s  mailgauge scan%s\n' "$DIM" "$PLAIN"
        # Exit code 1 says that there are findings.
        (cd "$WORK/sent" && "$MAILGAUGE" scan "$name.eml") 2>&1 | sed 's/^\(.\)/    \1/' || true
    done
}

# One finding in full.
show_explanation() {
    local id
    id=$(tag_of "$WORK/delivered/3-truncated-zip.eml" | tr -d '\n' | sed -n 's/.*findings=\([a-z0-9-]*\).*/\1/p')
    [ -n "$id" ] || return 0
    headline "mailgauge explain $id"
    printf '\n'
    "$MAILGAUGE" explain "$id" | sed 's/^\(.\)/    \1/'
}

# Samples without the inner buckets of histograms and what moves by itself.
scrape() {
    curl -fsS "$HTTP/metrics" | grep -v -e '^#' -e '_bucket{' -e '^process_' | LC_ALL=C sort
}

show_metrics() {
    headline 'Metrics that moved'
    printf '\n'
    scrape >"$WORK/metrics.after"
    # Series may hold blanks in label values: the value is what follows the last one.
    awk '{ value = $NF; series = substr($0, 1, length($0) - length(value) - 1) }
         NR == FNR { before[series] = value; next }
         value + 0 != before[series] + 0 {
             moved = value - before[series]
             printf "    %14s  %s\n", moved == int(moved) ? sprintf("%d", moved) : sprintf("%.6f", moved), series
         }' \
        "$WORK/metrics.before" "$WORK/metrics.after"
}

# What the helpdesk sees when a user tells his address.
show_look_up() {
    local -a look=("$MAILGAUGE" lookup --ticket DEMO-1 --recipient 3-truncated-zip@example.com)
    headline "mailgauge ${look[*]:1}"
    printf '\n'
    # The record is written a moment after the mail.
    for _ in $(seq 50); do
        ! "${look[@]}" --format json | grep -q '"reference"' || break
        sleep 0.1
    done
    "${look[@]}" | sed 's/^\(.\)/    \1/'
    headline 'mailgauge audit list'
    printf '\n'
    "$MAILGAUGE" audit list | tail -n 3 | sed 's/^\(.\)/    \1/'
}

# What dashboards and alerts read.
show_prometheus() {
    headline 'What Prometheus knows'
    printf '\n'
    for _ in $(seq 100); do
        [ "$(ask_prometheus 'sum(mailgauge_messages_total)')" != ${#MAILS[@]} ] || break
        sleep 0.1
    done
    printf '    %14s  %s\n' "$(ask_prometheus 'sum(mailgauge_messages_total)')" 'mails' \
        "$(ask_prometheus 'sum(mailgauge_messages_total{level=~"warning|error"})')" 'with problems' \
        "$(ask_prometheus 'sum(mailgauge_findings_total{id="size-exceeds-common-limit"})')" 'too large for many providers' \
        "$(curl -fsS "$PROMETHEUS/api/v1/rules?type=alert" | grep -o '"type":"alerting"' | wc -l)" 'alerting rules are loaded'
}

show_what_next() {
    headline 'What to open next'
    if [ $ONCE = no ]; then
        printf '\n'
        printf '    %-50s  %s\n' "$DESK/" 'the look-up page: ticket DEMO-1, recipient 2-large@example.com' "$HTTP/" 'the status page' "$HTTP/metrics" 'what Prometheus reads' \
            "$PROMETHEUS/graph?g0.expr=mailgauge_findings_total%20%3E%200&g0.tab=1" 'Prometheus: what was found' \
            "$PROMETHEUS/alerts" 'the alerts, and which of them are pending' "$ALERTMANAGER/" 'Alertmanager, which tells nobody here' \
            "$WORK/mailgauge.log" 'what mailgauge says of itself: a line a mail, no content'
        cat <<END

    Send a mail of your own; it lands in $WORK/postfix/mail/new:
      curl --mail-from you@example.org --mail-rcpt me@example.com -T your.eml smtp://127.0.0.1:$SMTP_PORT
END
    fi
    local page
    printf '\n'
    for page in docs/findings.md docs/metrics.md docs/tag.md; do
        [ ! -e "$ROOT/$page" ] || printf '    %s\n' "$page"
    done
    cat <<END
    mailgauge list    every finding there is

    Dashboards: contrib/grafana/README.md. Where Grafana runs, one command each:
      jq '{dashboard: ., overwrite: true}' contrib/grafana/dashboards/helpdesk.json |
        curl -u admin -H 'Content-Type: application/json' -d @- http://127.0.0.1:3000/api/dashboards/db

    To wire it into your own Postfix, with \`mailgauge run\` on the same machine:
      postconf -e 'smtpd_milters = $(MILTER_PORT=10724 milter_setting)'
      postfix reload
    If you have milters already, put it after those that verify and before the one that signs. With default_action=accept mail
    flows on if mailgauge does not answer.
END
}

printf '%smailgauge demo%s\n\n' "$BOLD" "$PLAIN"
require_cargo
require_root_or_sudo
install_what_is_missing
get_prometheus
build
start_mailgauge
start_prometheus
start_postfix
scrape >"$WORK/metrics.before"
send_all
show_unaltered
show_mails
show_explanation
show_look_up
show_metrics
show_prometheus
show_what_next
SUCCESS=yes
if [ $ONCE = no ]; then
    printf '\n%sRunning until Ctrl-C.%s\n' "$BOLD" "$PLAIN"
    trap 'printf "\n"; exit 0' INT
    # Waited for and not slept on, so that a signal is answered at once.
    wait "$DAEMON" || die 'mailgauge ended by itself.'
fi
