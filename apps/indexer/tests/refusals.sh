#!/bin/bash
# What cannot be done is refused in words, with exit code 2, and touches nothing.
# shellcheck source=apps/indexer/tests/expect.sh
. "$(dirname "$0")/expect.sh"

mkdir tree
echo word >tree/file
echo 'my letter, longer than nothing' >letter
cp letter before

expect_exit 2 "$program"
expect_exit 2 "$program" build tree
expect_exit 2 "$program" build nothing --out index
grep -q 'nothing: No such file' output || fail "no reason given"
[ ! -e index ] || fail "an index of nothing was made"
expect_exit 2 "$program" build letter --out index
grep -q 'not a directory' output || fail "no reason given"
expect_exit 2 "$program" build tree --out letter
grep -q 'letter: not an index' output || fail "no reason given"
cmp letter before || fail "the letter is lost"
expect_exit 2 "$program" build tree --out nowhere/index
grep -q 'No such file' output || fail "no reason given"
expect_exit 2 "$program" build tree --out tree
expect_exit 2 "$program" build tree --out index --readers 0
expect_exit 2 "$program" search nothing word
[ ! -e nothing ] || fail "a search made a file"
expect_exit 2 "$program" search letter word
expect_exit 2 "$program" info letter
expect_exit 0 "$program" build tree --out index
expect_exit 2 "$program" search index '--' '"-*'
grep -q 'no word' output || fail "no reason given"
expect_exit 2 "$program" search index
expect_exit 0 "$program" --help
expect_exit 0 "$program" build --help

# A disk that is full: the largest file that may be written stands for it.
mkdir full
seq 1 400000 | split -l 2000 -a 4 - full/part-
build_on_little() (
  ulimit -f 2000
  trap '' XFSZ
  exec "$program" build full --out small
)
expect_exit 2 build_on_little
grep -q '^poolder-index: small: ' output || fail "no reason given"
expect_exit 0 "$program" info small
grep -q '^complete: no' output || fail "a failed build looks complete"
