#!/bin/sh
# The look-up page in Debian's Chromium: filled in by keyboard, in both languages, dark and narrow, checked with axe-core.
# usage: run.sh URL OUTDIR
# URL is a server of example mail that lets this machine in (see page.js for what it must hold); screenshots go to OUTDIR.
# It needs chromium and node; the two libraries are fetched as package-lock.json names them.
set -eu
[ $# -eq 2 ] || { sed -n '3,4s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp package.json package-lock.json page.js "$work"
(cd "$work" && npm ci --no-audit --no-fund --ignore-scripts >&2)
node "$work/page.js" "$1" "$out"
