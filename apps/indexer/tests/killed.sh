#!/bin/bash
# A build that is killed leaves a valid index as of its last transaction; it can be searched and built again.
# An index can be searched while it is built, and only one build writes it.
# shellcheck source=apps/indexer/tests/expect.sh
. "$(dirname "$0")/expect.sh"
command -v sqlite3 >/dev/null || exit 77

big_tree tree
"$program" build tree --out index --readers 1 --quiet >/dev/null 2>&1 &
build=$!
until [ "$(meta index files_done 2>/dev/null || echo 0)" -gt 0 ] 2>/dev/null; do
  kill -0 "$build" 2>/dev/null || fail "it was through before anything could be asked"
done
"$program" search index -l 1 >found 2>warning || true
grep -q 'not complete (building)' warning || fail "a search does not say that the index is not complete"
expect_exit 2 "$program" build tree --out index
grep -q 'another build is writing it' output || fail "two builds write one index"
kill -9 "$build"
wait "$build" 2>/dev/null || true

expect complete no "$(meta index complete)"
expect state building "$(meta index state)"
expect rows "$(meta index files_done)" "$(ask index 'SELECT count(*) FROM files')"
expect integrity ok "$(ask index 'PRAGMA integrity_check')"
expect_exit 0 "$program" build tree --out index --quiet
expect complete yes "$(meta index complete)"
expect_valid index
