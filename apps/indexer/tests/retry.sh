#!/bin/bash
# A read that fails for a passing reason is tried again; one that fails for good is listed; one that does not
# return keeps no Ctrl-C waiting.
# shellcheck source=apps/indexer/tests/expect.sh
. "$(dirname "$0")/expect.sh"
command -v sqlite3 >/dev/null || exit 77

mkdir tree
for i in $(seq 1 50); do echo "good $i" >"tree/good-$i"; done
for i in $(seq 1 20); do echo "flaky $i" >"tree/flaky-$i"; done
for i in $(seq 1 3); do echo "dead $i" >"tree/dead-$i"; done

expect_exit 0 env LD_PRELOAD="$failing_reads" "$program" build tree --out index
expect count 73 "$(meta index files_done)"
expect 'flaky files are read' 20 "$("$program" search index -l flaky | grep -c .)"
expect 'dead files are listed' 3 "$(ask index "SELECT count(*) FROM problems WHERE problem = 'unreadable'")"
expect 'dead files have no hash' 3 "$(ask index "SELECT count(*) FROM files WHERE sha256 IS NULL")"
expect_hashes index
# Two more attempts each.
awk '$1 == "readers" { found = 1; exit $5 != 46 } END { if (!found) exit 1 }' output || { cat output; fail "retried"; }

for i in $(seq 1 3); do echo "stuck $i" >"tree/stuck-$i"; done
for i in $(seq 1 500); do echo "more $i" >"tree/more-$i"; done
set -m  # or else bash has what runs in the background ignore SIGINT
LD_PRELOAD="$failing_reads" "$program" build tree --out index --readers 4 >output 2>&1 &
build=$!
sleep 0.5
kill -INT "$build"
start=$(date +%s%N)
code=0
wait "$build" || code=$?
took_ms=$((($(date +%s%N) - start) / 1000000))
expect 'exit code' 130 "$code"
[ "$took_ms" -lt 2000 ] || fail "it took $took_ms ms to stop"
expect_valid index
expect state interrupted "$(meta index state)"
