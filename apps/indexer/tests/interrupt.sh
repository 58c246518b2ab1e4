#!/bin/bash
# A signal ends a build within two seconds; what is left is valid and says how far it got.
# shellcheck source=apps/indexer/tests/expect.sh
. "$(dirname "$0")/expect.sh"
command -v sqlite3 >/dev/null || exit 77
set -m  # or else bash has what runs in the background ignore SIGINT

big_tree tree
total=$(find tree -type f | wc -l)

# interrupt SIGNAL DELAY
interrupt() {
  local code=0 start
  rm -f index*
  "$program" build tree --out index --readers 2 >output 2>&1 &
  local build=$!
  sleep "$2"
  kill -s "$1" "$build"
  start=$(date +%s%N)
  wait "$build" || code=$?
  took_ms=$((($(date +%s%N) - start) / 1000000))
  done=$(meta index files_done)
  [ "$code" != 0 ] || return 0  # it was through before the signal came: counted below
  expect "exit code after $1" "$((128 + $(kill -l "$1")))" "$code"
  [ "$took_ms" -lt 2000 ] || fail "it took $took_ms ms to stop"
  expect state interrupted "$(meta index state)"
  expect complete no "$(meta index complete)"
  expect_valid index
  expect_hashes index
  [ "$done" -lt "$total" ] || fail "an interrupted build has all of the $total files"
  expect_exit 0 "$program" info index
  grep -q '^complete: no (interrupted)' output || fail "info does not say that it is not complete"
  echo "$1" >>interrupted
}

: >interrupted
for delay in 0.1 0.3 0.7 1.0; do
  interrupt INT "$delay"
  interrupt TERM "$delay"
  interrupt HUP "$delay"
done
for signal in INT TERM HUP; do
  [ "$(grep -c "$signal" interrupted)" -ge 2 ] || fail "too few builds were still running when SIG$signal came"
done

expect_exit 0 "$program" build tree --out index --quiet
expect 'built again' "$total" "$(meta index files_done)"
expect complete yes "$(meta index complete)"
