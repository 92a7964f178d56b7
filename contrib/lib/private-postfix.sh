#!/usr/bin/env bash
# A private Postfix: configuration, queue, data, log and mailbox under one directory, loopback ports only. The demo, the
# integration tests and the benches all get theirs here. The system's own Postfix is neither read nor touched.
#
#   private-postfix.sh start DIR [--set KEY=VALUE]... [--until-exit PID] [--smtpd NAME [-o KEY=VALUE]...]...
#   private-postfix.sh stop DIR             stops it at once and removes DIR
#   private-postfix.sh sendmail DIR ARG...  the sendmail command of this instance; the mail comes from standard input
#   private-postfix.sh release DIR ID       puts a held mail back into the queue, and has it delivered
#   private-postfix.sh queue DIR            lists the queue, one JSON object a mail
#
# `start` prints one line `NAME PORT` for each --smtpd when all of them answer. --set puts a line into main.cf, -o gives one
# smtpd an option of its own. With --until-exit the instance ends by itself, and DIR with it, when process PID has ended:
# whatever becomes of its owner, nothing stays behind.
#
# Every mail to whatever address is delivered into the maildir DIR/mail/new, one file per recipient: line ends as LF, below
# Return-Path, X-Original-To and Delivered-To, otherwise byte for byte. The files belong to whoever called sudo, and so does
# DIR/run, a place for sockets that Postfix can reach.
set -euo pipefail
# shellcheck source=contrib/lib/ports.sh
. "$(dirname "${BASH_SOURCE[0]}")/ports.sh"

readonly SELF=${BASH_SOURCE[0]}
readonly MARK=.mailgauge-private-postfix

die() {
    printf 'private-postfix: %s\n' "$*" >&2
    exit 1
}

# Postfix's own users must reach DIR.
require_traversable() {
    local dir
    dir=$(dirname "$1")
    while [ "$dir" != / ]; do
        [ $((0$(stat -c %a "$dir") & 1)) -eq 1 ] || die "$dir is closed to user postfix; choose a directory under /tmp or /var/tmp"
        dir=$(dirname "$dir")
    done
}

# Mails are written as the caller, so that he can read them back; Postfix refuses to deliver as root.
mailbox_owner() {
    local uid=${SUDO_UID:-0}
    if [ "$uid" -eq 0 ]; then id -u postfix; else printf '%s\n' "$uid"; fi
}

write_main_cf() {
    local dir=$1
    shift
    local -A main=(
        [compatibility_level]=3.6
        [queue_directory]=$dir/queue
        [data_directory]=$dir/data
        [command_directory]=/usr/sbin
        [daemon_directory]=/usr/lib/postfix/sbin
        [meta_directory]=/etc/postfix
        [shlib_directory]=/usr/lib/postfix
        [mail_owner]=postfix
        [setgid_group]=postdrop
        [maillog_file]=$dir/log/mail.log
        [maillog_file_prefixes]=$dir/log
        [myhostname]=mx.example.org
        [mydestination]=''
        [mynetworks]=127.0.0.0/8
        [inet_interfaces]=127.0.0.1
        [inet_protocols]=ipv4
        [disable_dns_lookups]=yes
        [alias_maps]=''
        [alias_database]=''
        [smtpd_peername_lookup]=no
        [smtpd_relay_restrictions]='permit_mynetworks, reject'
        # Load of our own making must not look like abuse.
        [smtpd_client_connection_count_limit]=0
        [smtpd_client_connection_rate_limit]=0
        [smtpd_client_message_rate_limit]=0
        [smtpd_client_recipient_rate_limit]=0
        [smtpd_error_sleep_time]=0
        [in_flow_delay]=0
        [message_size_limit]=67108864
        [mailbox_size_limit]=0
        # Any address is a mailbox, and all of them are one maildir.
        [virtual_mailbox_domains]=static:all
        [virtual_mailbox_maps]=static:mail/
        [virtual_mailbox_base]=$dir
        [virtual_mailbox_limit]=0
        [virtual_minimum_uid]=1
        [virtual_uid_maps]=static:$(mailbox_owner)
        [virtual_gid_maps]=static:$(id -g "$(mailbox_owner)")
    )
    local setting key
    for setting in "$@"; do
        main[${setting%%=*}]=${setting#*=}
    done
    for key in $(printf '%s\n' "${!main[@]}" | sort); do
        printf '%s = %s\n' "$key" "${main[$key]}"
    done >"$dir/etc/main.cf"
}

# Everything but smtpd, which `start` adds line by line.
write_master_cf() {
    cat >"$1/etc/master.cf" <<'CF'
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
proxywrite unix -       -       n       -       1       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
CF
}

write_smtpd() {
    local dir=$1 name=$2 port=$3 option
    shift 3
    {
        printf '127.0.0.1:%s inet n - n - - smtpd\n    -o syslog_name=postfix-%s\n' "$port" "$name"
        for option in "$@"; do
            printf '    -o { %s = %s }\n' "${option%%=*}" "${option#*=}"
        done
    } >>"$dir/etc/master.cf"
}

# The 220 of the greeting, not just an open port.
wait_until_up() {
    local port=$1 line
    for _ in $(seq 100); do
        line=
        { { exec 3<>"/dev/tcp/127.0.0.1/$port" && read -r -t 5 line <&3 && printf 'QUIT\r\n' >&3; } 2>/dev/null; } || true
        { exec 3>&-; } 2>/dev/null || true
        [[ $line == 220* ]] && return
        sleep 0.1
    done
    return 1
}

show_logs_and_die() {
    local dir=$1
    shift
    tail -n 20 "$dir/log/start.log" "$dir/log/mail.log" >&2 2>/dev/null || true
    # What has started in part must not stay behind.
    postfix -c "$dir/etc" stop >/dev/null 2>&1 || true
    die "$@"
}

# Stops the instance when its owner is gone. Detached from the owner's session, so that the Ctrl-C that ends the owner doesn't
# end the watch as well.
watch_owner() {
    local dir=$1 pid=$2
    setsid -f bash "$SELF" watch "$dir" "$pid" </dev/null >/dev/null 2>&1
}

cmd_watch() {
    while kill -0 "$2" 2>/dev/null && [ -e "$1/$MARK" ]; do
        sleep 0.5
    done
    [ ! -e "$1/$MARK" ] || cmd_stop "$1"
}

cmd_start() {
    local dir=$1 owner=
    shift
    local -a settings=() names=() ports=()
    # The options of smtpd N are options_N, as bash has no lists of lists.
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || die "$1 needs a value"
        case $1 in
            --set) settings+=("$2") ;;
            --until-exit) owner=$2 ;;
            --smtpd)
                names+=("$2")
                local -a "options_$((${#names[@]} - 1))=()"
                ;;
            -o)
                [ ${#names[@]} -gt 0 ] || die '-o belongs to an smtpd: name one first with --smtpd NAME'
                local -n last="options_$((${#names[@]} - 1))"
                last+=("$2")
                unset -n last
                ;;
            *) die "unknown option $1" ;;
        esac
        shift 2
    done

    [ "$(id -u)" -eq 0 ] || die 'Postfix can only be started by root'
    command -v postfix >/dev/null || die 'Postfix is not installed'
    [ ! -e "$dir" ] || [ -z "$(ls -A "$dir")" ] || die "$dir is not empty"
    umask 022
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd -P)
    require_traversable "$dir"
    chmod 755 "$dir"
    touch "$dir/$MARK"
    mkdir -p "$dir"/{etc,queue,data,log}
    chown postfix "$dir/data"
    install -d -m 700 -o "$(mailbox_owner)" "$dir"/mail "$dir"/mail/{cur,new,tmp}
    install -d -m 755 -o "$(mailbox_owner)" "$dir/run"
    write_main_cf "$dir" ${settings[@]+"${settings[@]}"}

    local i attempt
    for attempt in 1 2 3; do
        ports=()
        write_master_cf "$dir"
        for i in "${!names[@]}"; do
            ports+=("$(free_port)")
            local -n options="options_$i"
            write_smtpd "$dir" "${names[$i]}" "${ports[$i]}" ${options[@]+"${options[@]}"}
            unset -n options
        done
        # `check` makes the queue's directories; what both say is of interest only when they fail.
        postfix -c "$dir/etc" check >"$dir/log/start.log" 2>&1 || show_logs_and_die "$dir" 'postfix check failed'
        ! postfix -c "$dir/etc" start >>"$dir/log/start.log" 2>&1 || break
        # Someone else, perhaps another private Postfix, took one of the ports meanwhile.
        if [ "$attempt" -eq 3 ] || ! grep -q 'Address already in use' "$dir/log/mail.log"; then
            show_logs_and_die "$dir" 'Postfix did not start'
        fi
    done
    for i in "${!names[@]}"; do
        wait_until_up "${ports[$i]}" || show_logs_and_die "$dir" "no answer from smtpd ${names[$i]} on port ${ports[$i]}"
    done
    [ -z "$owner" ] || watch_owner "$dir" "$owner"
    for i in "${!names[@]}"; do
        printf '%s %s\n' "${names[$i]}" "${ports[$i]}"
    done
}

cmd_stop() {
    local dir=$1 pid
    [ -e "$dir" ] || return 0
    # This removes a tree as root: only one that `start` has made.
    [ -e "$dir/$MARK" ] || die "$dir is not a private Postfix; not removing it"
    pid=$(tr -d ' ' <"$dir/queue/pid/master.pid" 2>/dev/null) || pid=
    postfix -c "$dir/etc" abort >/dev/null 2>&1 || true
    if [ -n "$pid" ]; then
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
    fi
    # A delivery agent that ends a moment after its master may still write.
    for _ in 1 2 3 4 5; do
        rm -rf "$dir" 2>/dev/null && return
        sleep 0.2
    done
    rm -rf "$dir"
}

cmd_sendmail() {
    local dir=$1
    shift
    [ -e "$dir/$MARK" ] || die "$dir is not a private Postfix"
    exec sendmail -C "$dir/etc" "$@"
}

cmd_release() {
    [ -e "$1/$MARK" ] || die "$1 is not a private Postfix"
    postsuper -c "$1/etc" -H "$2"
    exec postqueue -c "$1/etc" -f
}

cmd_queue() {
    [ -e "$1/$MARK" ] || die "$1 is not a private Postfix"
    exec postqueue -c "$1/etc" -j
}

usage() {
    sed -n '5,9p' "$SELF" | sed 's/^# *//'
}

[ $# -ge 2 ] || { usage >&2; exit 2; }
case $1 in
    start | stop | sendmail | release | queue | watch)
        command=cmd_$1
        shift
        "$command" "$@"
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
