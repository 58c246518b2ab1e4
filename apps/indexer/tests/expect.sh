# Read by the scripts beside it: NAME.sh PROGRAM FOLDER FAILING_READS. The folder is emptied, and is where they run.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8

program=$1
# shellcheck disable=SC2034  # the scripts use it
failing_reads=$3
rm -rf "$2"
mkdir -p "$2"
cd "$2"

fail() {
  echo "failed: $*" >&2
  exit 1
}

# expect WHAT WANTED GOT
expect() {
  [ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}

# expect_exit CODE COMMAND...: its output is in ./output.
expect_exit() {
  local wanted=$1 got=0
  shift
  "$@" >output 2>&1 || got=$?
  [ "$got" = "$wanted" ] || { cat output >&2; fail "$*: exit code $got, not $wanted"; }
}

# ask INDEX SQL
ask() {
  sqlite3 "$1" "$2"
}

meta() {
  ask "$1" "SELECT value FROM meta WHERE key = '$2'"
}

# problem INDEX NAME: what is listed for the file or directory of that name (no path), one a line.
problem() {
  ask "$1" "SELECT problem FROM problems WHERE path LIKE '%/$2' ORDER BY 1"
}

expect_valid() {
  expect "integrity of $1" ok "$(ask "$1" 'PRAGMA integrity_check')"
  ask "$1" "INSERT INTO words(words) VALUES('integrity-check')" || fail "the words of $1 are damaged"
  expect "rows in $1" "$(meta "$1" files_done)" "$(ask "$1" 'SELECT count(*) FROM files')"
  if [ -e "$1-wal" ] || [ -e "$1-journal" ]; then fail "$1 does not stand for itself"; fi
}

# Every hash in the index against sha256sum's.
expect_hashes() {
  ask "$1" "SELECT sha256 || '  ' || path FROM files WHERE sha256 NOT NULL AND instr(path, char(10)) = 0" >hashes
  sha256sum --check --quiet hashes || fail "hashes differ"
}

# same_as_zgrep INDEX TREE WORD: the same files as zgrep finds, binaries aside.
same_as_zgrep() {
  find "$2" -type f -print0 | xargs -0 zgrep -lwi -e "$3" 2>/dev/null | sort >by_zgrep || true
  ask "$1" "SELECT path FROM files WHERE kind LIKE '%binary'" | sort >binaries
  comm -23 by_zgrep binaries >wanted
  "$program" search "$1" -l "$3" | sort >got || true
  diff wanted got || fail "not what zgrep finds for $3"
}

# A tree that takes a while: many files, of words that differ.
big_tree() {
  mkdir "$1"
  seq 1 4000000 | split -l 2000 -a 4 - "$1/part-"
}
