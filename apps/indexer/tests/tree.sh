#!/bin/bash
# A tree of everything that a tree can have: counts, hashes and searches are those of find, sha256sum and zgrep.
# shellcheck source=apps/indexer/tests/expect.sh
. "$(dirname "$0")/expect.sh"
expect_tools() { command -v sqlite3 zgrep sha256sum >/dev/null || exit 77; }
expect_tools

mkdir -p tree/sub/.hidden tree/empty-dir
printf 'The quick brown fox\n' >tree/plain
printf 'QUICK, said the "fox-trot" dancer; quickly now, quick_sand\n' >tree/sub/upper
printf 'no match, only quicksilver\n' >tree/sub/.hidden/.file
printf 'quick' >tree/no-newline-at-end
: >tree/empty
printf 'quick\0brown\n' >tree/binary
head -c 300000 /dev/urandom >tree/random
printf 'a packed quick word\n' | gzip >tree/packed.gz
printf 'quick, without the ending\n' | gzip >tree/packed-without-suffix
printf 'quick\0binary\n' | gzip >tree/binary.gz
{ printf 'first\n' | gzip; printf 'second quick member\n' | gzip; } >tree/members.gz
printf 'not packed at all, quick\n' >tree/plain.gz
printf 'caf\351 quick\n' >tree/latin-1
printf 'caf\303\251 quick, na\303\257ve\n' >tree/utf-8
printf 'quick' >"$(printf 'tree/with space')"
printf 'quick' >"$(printf 'tree/with\nnewline')"
printf 'quick' >"$(printf 'tree/non-utf8-\351')"
printf 'quick' >"tree/'quote\" \$(x) *"
{ seq -f 'filler text %.0f' 100000; printf 'quick\n'; } >tree/middling
ln -s ../tree tree/sub/loop
ln -s ../plain tree/sub/link
ln -s nowhere tree/sub/dangling
mkfifo tree/pipe
ln tree/plain tree/hard-link

expect_exit 0 "$program" build tree --out index
expect count "$(find tree -type f -printf x | wc -c)" "$(meta index files_done)"
expect found "$(meta index files_found)" "$(meta index files_done)"
expect complete yes "$(meta index complete)"
expect_valid index
expect_hashes index
expect bytes "$(find tree -type f -printf '%s\n' | awk '{s += $1} END {print s}')" "$(meta index bytes_done)"
expect problems "latin-1" "$(ask index "SELECT path FROM problems" | sed 's|.*/||')"
expect kind non-utf8 "$(problem index latin-1)"

for kind in empty:empty binary:binary random:binary packed.gz:'gzip text' binary.gz:'gzip binary' plain.gz:text; do
  expect "kind of ${kind%%:*}" "${kind#*:}" "$(ask index "SELECT kind FROM files WHERE path LIKE '%/${kind%%:*}'")"
done

# Names with a newline are compared apart: both tools print them on two lines, in an order of their own.
for word in quick fox trot quick_sand brown second packed filler quicksilver QUICK nothing; do
  same_as_zgrep index "$PWD/tree" "$word"
done
expect 'names by zero bytes' "$PWD/tree/with#newline" \
  "$("$program" search index -l0 quick | tr '\0\n' '\n#' | grep with#)"

expect 'all the words' "$PWD/tree/plain" "$("$program" search index -l quick brown fox | sort | tail -1)"
expect 'beginnings' 5 "$("$program" search index -l 'quick*' | grep -c -e sub/upper -e /plain -e hard -e .file)"
expect 'Latin-1 is found as UTF-8' 2 "$("$program" search index -l café | grep -c .)"

expect_exit 0 "$program" search index quick
grep -q '^10 of ' output || fail "the number of files is not shown"
expect_exit 1 "$program" search index zyxwv
expect_exit 0 "$program" info index
grep -q '^complete: yes' output || fail "info does not say that it is complete"

# The same again over the old index, which lies in the tree this time and is not part of it.
cp index tree/index
expect_exit 0 "$program" build tree/. --out tree/index --readers 1 --quiet
expect 'the index itself' 0 "$(ask tree/index "SELECT count(*) FROM files WHERE path LIKE '%/tree/index%'")"
expect count "$(($(find tree -type f -printf x | wc -c) - 1))" "$(meta tree/index files_done)"
