# What the scripts under contrib/ share: how they talk, run as root and install. Sourced, not run.
# shellcheck shell=bash

# shellcheck source=contrib/lib/ports.sh
. "$(dirname "${BASH_SOURCE[0]}")/ports.sh"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/mailgauge
# Nothing is built inside the checkout.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
export CARGO_TERM_COLOR=never
# A proxy that apt-get and cargo need is of no use for what runs on this machine.
export no_proxy=127.0.0.1,localhost${no_proxy:+,$no_proxy}
export NO_PROXY=$no_proxy
PATH=$PATH:$HOME/.cargo/bin:$CACHE/tools:/usr/sbin:/sbin

BOLD='' DIM='' RED='' GREEN='' YELLOW='' PLAIN=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
fi
# Not every script uses every colour.
export BOLD DIM RED GREEN YELLOW PLAIN

die() {
    printf '\n%s%s%s\n' "$RED" "$*" "$PLAIN" >&2
    exit 1
}

# Only a terminal shows that something is going on before it is over.
announce() {
    STEP=$1
    STEP_BEGAN=$SECONDS
    if [ -t 1 ]; then printf '  %-32s %s...%s' "$STEP" "$DIM" "$PLAIN"; fi
}

# The end of what was announced: a word, and the time if it took any.
announce_end() {
    local took=$((SECONDS - STEP_BEGAN)) time=''
    if [ "$took" -ge 60 ]; then time="  ${DIM}$((took / 60)) min $((took % 60)) s${PLAIN}"; elif [ "$took" -gt 0 ]; then time="  ${DIM}$took s${PLAIN}"; fi
    if [ -t 1 ]; then printf '\r\e[K'; fi
    printf '  %-32s %s%s\n' "$STEP" "$1" "$time"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

require_root_or_sudo() {
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null ||
        die 'This needs root to install packages and to start a private Postfix. Run it as root, or install sudo.'
    # Ask for the password here, once, and not somewhere in the middle.
    sudo -v || die 'This needs root to install packages and to start a private Postfix, and sudo did not let us.'
}

require_cargo() {
    command -v cargo >/dev/null || die 'Rust is missing. Get it from https://rustup.rs (no root needed):
    curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs | sh'
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml")
    found=$(cargo --version | awk '{ print $2 }')
    # The lower of the two has to be the one that is wanted.
    [ "$(printf '%s\n' "$wanted" "${found%%-*}" | sort -V | head -n 1)" = "$wanted" ] ||
        die "Rust $wanted or newer is needed, and cargo is $found. With rustup: rustup update stable
Debian's own package may be older; https://rustup.rs installs a newer one beside it (no root needed):
    curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs | sh"
}

# Which of these Debian packages are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
    done
}

# Installs Debian packages that are missing; its output goes to the log. Nothing is ever removed for them: on a machine that has
# another mail server, installing Postfix would throw that out. No service starts: Postfix comes with "No configuration",
# and neither its package nor systemd starts it without a main.cf, which we don't write.
install_packages() {
    local log=$1 missing plan
    shift
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "Please install: ${missing[*]} (this script can do it on Debian only)"
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends)
    if ! plan=$("${apt[@]}" -s install "${missing[@]}" 2>&1) || grep -q '^E:' <<<"$plan"; then
        as_root "${apt[@]}" update >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get update failed; all of it: $log"; }
        plan=$("${apt[@]}" -s install "${missing[@]}" 2>&1) || die "apt-get cannot install ${missing[*]}: $plan"
    fi
    if grep -q '^Remv' <<<"$plan"; then
        die "Installing ${missing[*]} would remove: $(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$plan" | paste -sd ' '). This is left to you."
    fi
    if printf '%s\n' "${missing[@]}" | grep -qx postfix; then
        printf 'postfix postfix/main_mailer_type select No configuration\n' | as_root debconf-set-selections >>"$log" 2>&1
    fi
    # The mirror may have newer versions than the lists know, and the older ones no more.
    as_root "${apt[@]}" install "${missing[@]}" >>"$log" 2>&1 ||
        { as_root "${apt[@]}" update && as_root "${apt[@]}" install "${missing[@]}"; } >>"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; die "apt-get could not install ${missing[*]}; all of it: $log"; }
}

# PostgreSQL's programs, without the cluster that Debian's package would make and start: the tests make their own.
install_postgresql() {
    local log=$1 settings=/etc/postgresql-common/createcluster.conf
    [ -n "$(missing_packages postgresql)" ] || return 0
    if [ ! -e "$settings" ]; then
        as_root mkdir -p "${settings%/*}"
        printf 'create_main_cluster = false\n' | as_root tee "$settings" >/dev/null
    fi
    install_packages "$log" postgresql openssl
}

# Prometheus, Alertmanager and their tools out of Debian's packages, which would start servers at every boot if they were installed.
install_prometheus() {
    local log=$1
    have prometheus promtool || take_out_of "$log" prometheus prometheus promtool
    if ! have prometheus-alertmanager amtool || [ ! -e "$ALERTMANAGER_TEMPLATES" ]; then
        take_out_of "$log" prometheus-alertmanager prometheus-alertmanager amtool
    fi
}

# Whether all these programs are there.
have() {
    local program
    for program in "$@"; do command -v "$program" >/dev/null || return 1; done
}

# Where Debian's Alertmanager looks for its own templates, without which it does not start.
readonly ALERTMANAGER_TEMPLATES=/usr/share/prometheus/alertmanager

# Takes programs out of a Debian package into the cache: a log, the package, the programs.
take_out_of() {
    local log=$1 package=$2 program dir
    shift 2
    dir=$(mktemp -d)
    if ! (cd "$dir" && apt-get -q download "$package" >>"$log" 2>&1); then
        as_root apt-get -q update >>"$log" 2>&1 || true
        (cd "$dir" && apt-get -q download "$package" >>"$log" 2>&1) || { rm -rf "$dir"; die "cannot download $package; see $log"; }
    fi
    dpkg-deb -x "$dir/$package"_*.deb "$dir/unpacked"
    mkdir -p "$CACHE/tools"
    for program in "$@"; do install -m 755 "$dir/unpacked/usr/bin/$program" "$CACHE/tools/$program"; done
    if [ -d "$dir/unpacked$ALERTMANAGER_TEMPLATES" ] && [ ! -e "$ALERTMANAGER_TEMPLATES" ]; then
        as_root mkdir -p "$ALERTMANAGER_TEMPLATES"
        as_root cp "$dir/unpacked$ALERTMANAGER_TEMPLATES"/*.tmpl "$ALERTMANAGER_TEMPLATES/"
    fi
    rm -rf "$dir"
}

private_postfix() {
    as_root "$ROOT/contrib/lib/private-postfix.sh" "$@"
}
