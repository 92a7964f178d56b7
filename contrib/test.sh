#!/usr/bin/env bash
# Runs every check and every test: see usage() below.
set -euo pipefail
# shellcheck source=contrib/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

usage() {
    cat <<'END'
Usage: contrib/test.sh

Installs what is missing, then runs every check and test, and stops at the first that fails. Nothing is built inside the checkout:
CARGO_TARGET_DIR is $XDG_CACHE_HOME/mailgauge/target unless set.

It installs by apt-get: Postfix with "No configuration" (nothing starts), curl, shellcheck, a linker for Rust, the programs
and libraries (Perl, Python, Ruby, PHP, Node.js) whose mails must give no alarm, those (ImageMagick, ffmpeg, 7z, qpdf...)
whose files are cut to see whether it shows, PostgreSQL's programs without a cluster, and Chromium for the look-up page; npm,
where there is none, for the two libraries of the browser test. It needs root, or sudo, for that and for the private Postfix
of the integration tests. It refuses to replace another mail server. Prometheus and Alertmanager are taken out of Debian's packages into the cache
without installing them, as that would start servers; Alertmanager's templates go where it wants them, to /usr/share/prometheus.
END
}

case ${1:-} in
    '') ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

LOGS=$CACHE/test-logs
rm -rf "$LOGS"
mkdir -p "$LOGS"
cd "$ROOT"
PASSED=0
SKIPPED=()
LOG=

# Runs a command as a step: its name and time when it is well, all it said when it is not. The last line with a figure of its own
# (as with tests) can be given as the step's result.
step() {
    local name=$1
    shift
    LOG=$LOGS/$(printf '%02d' $((PASSED + 1)))-${name//[^a-z0-9]/-}.log
    announce "$name"
    # In a shell of its own: a `die` in there must not end this one before it has shown the log.
    if ! ("$@") >"$LOG" 2>&1; then
        announce_end "${RED}FAILED${PLAIN}"
        printf '\n' >&2
        # Enough to see it all in most cases, and bounded in the worst.
        tail -n 300 "$LOG" >&2
        die "FAILED: $name
  the command:  $*
  all it said:  $LOG"
    fi
    PASSED=$((PASSED + 1))
    announce_end "${GREEN}ok${PLAIN}$(figures "$LOG")"
}

skip() {
    SKIPPED+=("$1: $2")
    announce "$1"
    announce_end "${YELLOW}skipped: $2${PLAIN}"
}

# What a test run counts, if it was one.
figures() {
    local passed ignored
    grep -q '^test result:' "$1" || return 0
    passed=$(sum_of passed "$1")
    ignored=$(sum_of ignored "$1")
    printf '  %s tests' "$passed"
    [ "$ignored" -eq 0 ] || printf ', %s ignored' "$ignored"
}

sum_of() {
    sed -n "s/^test result:.* \([0-9]*\) $1;.*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

# The demo as a user would run it; what it must have shown, at the least.
demo() {
    local out place
    place=$(mktemp -d)
    # Postfix's own users have to pass through.
    chmod 755 "$place"
    out=$(TMPDIR=$place contrib/demo.sh --once) || { printf '%s\n' "$out"; return 1; }
    printf '%s\n' "$out"
    [ "$(grep -c '^ *X-Mailgauge: v=1; ref=' <<<"$out")" -eq 6 ] || { echo 'not every mail was tagged'; return 1; }
    grep -q 'postsuper\|Incomplete archive' <<<"$out" || { echo 'the look-up has shown nothing'; return 1; }
    grep -q 'lookup-recipient\|DEMO-1' <<<"$out" || { echo 'the look-up was not written down'; return 1; }
    grep -q '^ *25  alerting rules are loaded' <<<"$out" || { echo 'Prometheus has not loaded the rules'; return 1; }
    grep -q 'mailgauge_messages_total' <<<"$out" || { echo 'no metric moved'; return 1; }
    rmdir "$place" || { echo 'the demo left something behind'; return 1; }
}

# The look-up page in Chromium, with real mail behind it. npm comes from Debian only where there is none.
browser() {
    tests/browser/with_postfix.sh "$CARGO_TARGET_DIR/debug/mailgauge" "$LOGS/browser"
}

scripts() {
    find . -path ./target -prune -o \( -name '*.sh' -o -path './.ci/run' \) -type f -print
}

printf '%smailgauge: every check and test%s\n\n' "$BOLD" "$PLAIN"
require_cargo
require_root_or_sudo
# A program that is missing must not look like success.
export MAILGAUGE_REQUIRE_POSTFIX=1 MAILGAUGE_REQUIRE_COMPOSERS=1 MAILGAUGE_REQUIRE_MAKERS=1 \
    MAILGAUGE_REQUIRE_POSTGRES=1 MAILGAUGE_REQUIRE_PROMETHEUS=1 RUST_BACKTRACE=1

step 'install packages' install_packages "$LOGS/apt.log" postfix curl shellcheck gcc libc6-dev
# Other people's programs that write mail: tests/composers.
step 'install composers' install_packages "$LOGS/apt-composers.log" python3 libmime-lite-perl libmime-tools-perl \
    libemail-stuffer-perl ruby-mail node-nodemailer libphp-phpmailer php-cli mutt s-nail swaks
# Other people's programs that make files: tests/makers.
step 'install makers of files' install_packages "$LOGS/apt-makers.log" imagemagick ffmpeg libheif-examples qpdf zip p7zip-full \
    bzip2 xz-utils genisoimage python3-docx python3-openpyxl python3-odf python3-xlwt python3-reportlab
# A private cluster for tests/it/store.
step 'install PostgreSQL' install_postgresql "$LOGS/apt-postgresql.log"
NPM=()
command -v npm >/dev/null || NPM=(nodejs npm)
step 'install a browser' install_packages "$LOGS/apt-browser.log" chromium openssl "${NPM[@]}"
step 'install Prometheus' install_prometheus "$LOGS/apt-prometheus.log"
mapfile -t SCRIPTS < <(scripts)
step 'shellcheck' shellcheck -x "${SCRIPTS[@]}"
if cargo fmt --version >/dev/null 2>&1; then
    step 'format' cargo fmt -- --check --color never
else
    skip 'format' 'rustfmt is not installed (rustup component add rustfmt)'
fi
if cargo clippy --version >/dev/null 2>&1; then
    step 'clippy' cargo clippy -q --locked --all-targets --all-features -- -D warnings
else
    skip 'clippy' 'clippy is not installed (rustup component add clippy)'
fi
if command -v cargo-deny >/dev/null; then
    step 'licences, bans, sources' cargo deny check licenses bans sources
else
    skip 'licences, bans, sources' 'cargo-deny is not installed'
fi
step 'unit and integration tests' cargo test --locked --features fault-injection --lib --bins --tests --examples --no-fail-fast
TESTS=$(sum_of passed "$LOG")
IGNORED=$(sum_of ignored "$LOG")
step 'tests in the documentation' cargo test --locked --doc
TESTS=$((TESTS + $(sum_of passed "$LOG")))
step 'look-up page in a browser' browser
step 'benches compile' cargo bench -q --locked --no-run
step 'demo' demo

printf '\n%s%d steps ok, %d skipped; %d tests passed, 0 failed, %d ignored; %d min %d s%s\n' "$BOLD" "$PASSED" "${#SKIPPED[@]}" \
    "$TESTS" "$IGNORED" $((SECONDS / 60)) $((SECONDS % 60)) "$PLAIN"
for skipped in ${SKIPPED[@]+"${SKIPPED[@]}"}; do
    printf '  skipped: %s\n' "$skipped"
done
