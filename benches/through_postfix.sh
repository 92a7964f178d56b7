#!/usr/bin/env bash
# What a milter costs on the way through Postfix: no milter, a no-op on indymilter that takes every event, mailgauge. Over unix
# sockets and TCP, in one run and in turns, as the machine's noise then hits all alike: ratios hold, absolute figures don't.
set -euo pipefail
# shellcheck source=contrib/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../contrib/lib/common.sh"

usage() {
    cat <<'END'
Usage: benches/through_postfix.sh [--quick] [--rounds N] [--sizes KIB,KIB...] [--noreply]

  --quick     a short form, under a minute once built: fewer mails, sizes and rounds, memory of one only
  --rounds    rounds of each measurement, 3 by default; the medians are shown
  --sizes     sizes of the message body in KiB, 4,100,1024,10240,30720 by default
  --noreply   a further contender: the no-op with every NOREPLY option negotiated

Prints markdown tables. Needs root or sudo, Postfix and Rust. The queue is in memory if /dev/shm has 4 GiB to spare.
END
}

ROUNDS=3
SIZES=(4 100 1024 10240 30720)
QUICK=no
CONTENDERS=(none noop-unix mailgauge-unix noop-tcp mailgauge-tcp)
while [ $# -gt 0 ]; do
    case $1 in
        --quick) QUICK=yes ROUNDS=2 SIZES=(4 1024 10240) ;;
        --rounds) ROUNDS=${2:?}; shift ;;
        --sizes) IFS=, read -ra SIZES <<<"${2:?}"; shift ;;
        --noreply) CONTENDERS+=(noreply-unix noreply-tcp) ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

# No single measurement may take longer.
readonly PATIENCE=120
readonly CLIENTS=8
# The promise for memory is made for this load.
readonly CROWD=32 CROWD_KIB=30720

shm_free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || shm_free=0
BASE=/tmp
if [ "${shm_free:-0}" -gt $((4 * 1024 * 1024)) ]; then BASE=/dev/shm; fi
WORK=$(mktemp -d $BASE/mailgauge-bench.XXXXXX)
chmod 755 "$WORK"
LOG=$WORK/log
PROCESSES=()
declare -A PORT PID

clean_up() {
    trap - EXIT
    trap '' INT TERM
    local pid
    for pid in ${PROCESSES[@]+"${PROCESSES[@]}"}; do
        kill "$pid" 2>/dev/null || true
    done
    private_postfix stop "$WORK/postfix" 2>/dev/null || true
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    grep -v 'INFO mail ' "$LOG" | tail -n 25 >&2 || true
    grep -hE 'warning|fatal|milter' "$WORK"/postfix/log/*.log "$WORK"/postfix/*.log 2>/dev/null | tail -n 10 >&2 || true
    die "$@"
}

# Mails of a measurement: enough to last a second or two, few enough to be bounded.
mails_for() {
    local count
    count=$((400 * 1024 / ($1 + 400)))
    if [ "$1" -gt 1024 ]; then count=$((480 * 1024 / $1)); fi
    if [ $QUICK = yes ]; then count=$((count / 4)); fi
    if [ $count -lt $CLIENTS ]; then count=$CLIENTS; fi
    printf '%s\n' $count
}

build() {
    (cd "$ROOT" && cargo build --release --locked --bin mailgauge --example noop_milter) >>"$LOG" 2>&1 || fail 'cargo build failed.'
}

# A unix socket that Postfix's users may use, whatever the umask.
in_background() {
    local name=$1
    shift
    (umask 0 && exec "$@") >>"$LOG" 2>&1 &
    PROCESSES+=($!)
    PID[$name]=$!
}

start_contenders() {
    local noop=$CARGO_TARGET_DIR/release/examples/noop_milter kind flag
    declare -g -A ADDRESS=()
    mkdir "$WORK/run"
    for kind in noop noreply; do
        [[ " ${CONTENDERS[*]} " == *" $kind-"* ]] || continue
        flag=()
        if [ $kind = noreply ]; then flag=(--noreply); fi
        ADDRESS[$kind-unix]=unix:$WORK/run/$kind.sock
        ADDRESS[$kind-tcp]=inet:127.0.0.1:$(free_port)
        in_background $kind-unix "$noop" --unix "$WORK/run/$kind.sock" ${flag[@]+"${flag[@]}"}
        in_background $kind-tcp "$noop" --tcp "${ADDRESS[$kind-tcp]#inet:}" ${flag[@]+"${flag[@]}"}
    done
    ADDRESS[mailgauge-unix]=unix:$WORK/run/mailgauge.sock
    ADDRESS[mailgauge-tcp]=inet:127.0.0.1:$(free_port)
    # One for each socket, so that memory and CPU can be told apart. Logging stays as it is by default.
    for kind in unix tcp; do
        local http
        http=$(free_port)
        {
            printf '[milter]\nlisten = "%s"\n' "${ADDRESS[mailgauge-$kind]}"
            if [ $kind = unix ]; then printf 'socket_mode = "0666"\n'; fi
            printf '\n[http]\nlisten = "127.0.0.1:%s"\n' "$http"
            printf '\n[lookup]\nlisten = "off"\n\n[store]\ndirectory = "%s"\n' "$WORK/state-$kind"
        } >"$WORK/$kind.toml"
        in_background mailgauge-$kind "$CARGO_TARGET_DIR/release/mailgauge" run --config "$WORK/$kind.toml"
    done
    sleep 1
    for kind in "${!PID[@]}"; do
        kill -0 "${PID[$kind]}" 2>/dev/null || fail "$kind did not start."
    done
}

# A milter that fails must not look fast: mail is refused then, and smtp-source stops.
start_postfix() {
    local contender name port
    local -a arguments=()
    for contender in "${CONTENDERS[@]}"; do
        arguments+=(--smtpd "$contender")
        if [ "$contender" != none ]; then arguments+=(-o "smtpd_milters={ ${ADDRESS[$contender]}, default_action=tempfail }"); fi
    done
    private_postfix start "$WORK/postfix" --until-exit $$ --set virtual_mailbox_domains= --set default_transport=discard \
        --set message_size_limit=200000000 "${arguments[@]}" >"$WORK/ports" 2>>"$LOG" || fail 'Postfix did not start.'
    while read -r name port; do
        PORT[$name]=$port
    done <"$WORK/ports"
}

# Delivery of one measurement must not run into the next.
wait_for_empty_queue() {
    for _ in $(seq 300); do
        [ -n "$(as_root find "$WORK/postfix/queue/incoming" "$WORK/postfix/queue/active" -type f -print -quit)" ] || return 0
        sleep 0.1
    done
    fail 'Postfix does not get its queue empty.'
}

now() {
    date +%s.%N
}

# CPU seconds of a process so far.
cpu_of() {
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"
}

send() {
    local contender=$1 clients=$2 mails=$3 kib=$4
    timeout $PATIENCE smtp-source -s "$clients" -m "$mails" -l $((kib * 1024)) -f sender@example.org -t recipient@example.com \
        "127.0.0.1:${PORT[$contender]}" >>"$LOG" 2>&1 || fail "$contender: $mails mails of $kib KiB did not pass within $PATIENCE s."
}

throughput() {
    local contender=$1 kib=$2 mails began ended cpu=0
    mails=$(mails_for "$kib")
    if [ "$contender" != none ]; then cpu=$(cpu_of "${PID[$contender]}"); fi
    began=$(now)
    send "$contender" $CLIENTS "$mails" "$kib"
    ended=$(now)
    awk -v n="$mails" -v a="$began" -v b="$ended" 'BEGIN { printf "%.3f\n", n / (b - a) }' >>"$WORK/rate.$kib.$contender"
    if [ "$contender" != none ]; then
        awk -v n="$mails" -v kib="$kib" -v a="$cpu" -v b="$(cpu_of "${PID[$contender]}")" \
            'BEGIN { printf "%.3f\n", (b - a) / (n * kib * 1024 / 1e9) }' >>"$WORK/cpu.$kib.$contender"
    fi
    wait_for_empty_queue
}

# Milliseconds between the last byte of a mail of 4 KiB and the answer to it, p50 and p90, one client. The body is a little larger
# than the 4,096 bytes that Postfix writes at once, so that a stall between two writes shows. perl is part of every Debian.
latency() {
    timeout $PATIENCE perl -MIO::Socket::INET -MSocket=IPPROTO_TCP,TCP_NODELAY -MTime::HiRes=time - "${PORT[$1]}" "$2" <<'END' || fail "latency of $1"
my ($port, $count) = @ARGV;
my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die "connect: $!";
$s->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
sub reply { my $l; do { $l = <$s> // die "closed" } while $l =~ /^\d+-/; $l =~ /^[23]/ or die $l; }
sub say_it { $s->syswrite("$_[0]\r\n"); reply(); }
reply(); say_it("EHLO client.example.org");
my $mail = "From: <a\@example.org>\r\nTo: <b\@example.com>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1\@example.org>\r\n\r\n"
    . (("x" x 76 . "\r\n") x 54) . ".\r\n";
my @ms;
for my $i (1 .. $count + 10) {
    say_it('MAIL FROM:<sender@example.org>'); say_it('RCPT TO:<recipient@example.com>'); say_it('DATA');
    $s->syswrite($mail);
    my $began = time; reply(); my $took = (time - $began) * 1000;
    push @ms, $took if $i > 10;
}
say_it("QUIT");
@ms = sort { $a <=> $b } @ms;
printf "%.3f %.3f\n", $ms[@ms * 0.5], $ms[@ms * 0.9];
END
}

# The highest resident size in MiB while many large mails are open at once.
peak_memory() {
    local contender=$1 pid=${PID[$1]}
    # Starts VmHWM anew.
    as_root sh -c "echo 5 >/proc/$pid/clear_refs"
    send "$contender" $CROWD $CROWD $CROWD_KIB
    awk '/^VmHWM:/ { printf "%.1f\n", $2 / 1024 }' "/proc/$pid/status" >>"$WORK/peak.$contender"
    wait_for_empty_queue
}

# Rounds of A B C A B C, never A A B B C C.
measure() {
    local round contender kib
    for kib in "${SIZES[@]}"; do
        for round in $(seq "$ROUNDS"); do
            for contender in "${CONTENDERS[@]}"; do
                progress "$kib KiB, round $round of $ROUNDS, $contender"
                throughput "$contender" "$kib"
            done
        done
    done
    for round in $(seq "$ROUNDS"); do
        for contender in "${CONTENDERS[@]}"; do
            progress "latency, round $round of $ROUNDS, $contender"
            latency "$contender" "$(if [ $QUICK = yes ]; then echo 100; else echo 400; fi)" >>"$WORK/latency.$contender"
        done
    done
    for contender in "${CONTENDERS[@]}"; do
        [ "$contender" != none ] || continue
        [[ $QUICK = no || $contender = mailgauge-tcp ]] || continue
        progress "memory, $contender"
        peak_memory "$contender"
    done
    progress ''
}

progress() {
    if [ -t 2 ]; then printf '\r\e[K%s' "$1" >&2; fi
}

# Of a column of a file.
median() {
    awk -v c="${2:-1}" '{ print $c }' "$1" | sort -g | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); print NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}

# Round by round, then the median: what slows a round slows both.
ratio() {
    paste "$1" "$2" | awk '{ print $1 / $2 }' | sort -g | awk '{ v[NR] = $1 } END { m = int((NR + 1) / 2); printf "%.2f", NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}

size_name() {
    if [ "$1" -ge 1024 ]; then printf '%d MiB' $(($1 / 1024)); else printf '%d KiB' "$1"; fi
}

report() {
    local contender kib line header='| milter |' rule='|---|'
    printf '%s clients, %s rounds, Postfix %s, %s CPUs, queue in %s.\n' $CLIENTS "$ROUNDS" "$(postconf -d -h mail_version)" "$(nproc)" "$BASE"
    printf '\nMails/s (relative to no milter) [relative to the no-op on the same kind of socket]:\n\n'
    for kib in "${SIZES[@]}"; do header+=" $(size_name "$kib") |" rule+='---|'; done
    printf '%s\n%s\n' "$header" "$rule"
    for contender in "${CONTENDERS[@]}"; do
        line="| $contender |"
        for kib in "${SIZES[@]}"; do
            line+=" $(printf '%.4g' "$(median "$WORK/rate.$kib.$contender")")"
            if [ "$contender" != none ]; then
                line+=" ($(ratio "$WORK/rate.$kib.$contender" "$WORK/rate.$kib.none"))"
                line+=" [$(ratio "$WORK/rate.$kib.$contender" "$WORK/rate.$kib.noop-${contender##*-}")]"
            fi
            line+=' |'
        done
        printf '%s\n' "$line"
    done

    local largest=${SIZES[-1]} p50 p90 base50 base90 cpu peak
    base50=$(median "$WORK/latency.none" 1)
    base90=$(median "$WORK/latency.none" 2)
    printf '\nLatency at 4 KiB, one client, last byte to answer, ms: no milter takes %.2f (p50) and %.2f (p90); the others add:\n\n' "$base50" "$base90"
    printf '| milter | p50 added | p90 added | CPU s/GB at %s | peak RSS, %s x %s at once |\n|---|---|---|---|---|\n' \
        "$(size_name "$largest")" $CROWD "$(size_name $CROWD_KIB)"
    for contender in "${CONTENDERS[@]}"; do
        [ "$contender" != none ] || continue
        p50=$(median "$WORK/latency.$contender" 1)
        p90=$(median "$WORK/latency.$contender" 2)
        cpu=$(median "$WORK/cpu.$largest.$contender")
        peak=-
        if [ -e "$WORK/peak.$contender" ]; then peak="$(median "$WORK/peak.$contender") MiB"; fi
        awk -v c="$contender" -v a="$p50" -v b="$p90" -v ba="$base50" -v bb="$base90" -v cpu="$cpu" -v peak="$peak" \
            'BEGIN { printf "| %s | %.2f | %.2f | %.2f | %s |\n", c, a - ba, b - bb, cpu, peak }'
    done
}

require_cargo
require_root_or_sudo
install_packages "$LOG" postfix gcc libc6-dev
build
start_contenders
start_postfix
measure
report
