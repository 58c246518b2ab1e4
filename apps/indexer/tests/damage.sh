#!/bin/bash
# Files that are damaged, huge, unreadable or vanish: counted, listed, never fatal.
# shellcheck source=apps/indexer/tests/expect.sh
. "$(dirname "$0")/expect.sh"
command -v sqlite3 >/dev/null || exit 77

mkdir -p tree/closed-dir
seq 1 20000 | gzip >whole.gz
head -c 20000 whole.gz >tree/truncated.gz
{ head -c 20000 whole.gz; head -c 100 /dev/zero; tail -c +20101 whole.gz; } >tree/damaged.gz
{ cat whole.gz; echo garbage; } >tree/garbage.gz
{ seq 1 400000; echo beyondtheend; } >tree/huge
{ seq 1 400000; echo beyondtheend; } | gzip >tree/huge-packed.gz
head -c 3000000 /dev/zero | tr '\0' 'x' >tree/one-long-word
head -c 200000000 /dev/zero | gzip >tree/bomb.gz
seq -f 'bomb words %.0f' 1000000 | gzip >tree/word-bomb.gz
truncate -s 1G tree/sparse
printf 'secret words\n' >tree/closed
printf 'inside\n' >tree/closed-dir/inside
chmod 000 tree/closed tree/closed-dir

as_somebody=()
if [ "$(id -u)" = 0 ]; then
  # Root may read anything: the program runs as nobody, from a place that nobody can reach.
  command -v setpriv >/dev/null || exit 77
  place=$(mktemp -d)
  trap 'rm -rf "$place"' EXIT
  cp "$program" "$place/program"
  mv tree "$place/tree"
  cd "$place" || exit
  chmod 755 . && chown 65534 .
  program=$place/program
  as_somebody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi

# Memory is bounded, whatever the files hold.
build() (
  ulimit -v 4000000
  exec "${as_somebody[@]}" "$program" build tree --out index --words-limit 2
)
expect_exit 0 build
"${as_somebody[@]}" find tree -type f 2>/dev/null >files || true
expect complete yes "$(meta index complete)"
expect count "$(wc -l <files)" "$(meta index files_done)"
expect_valid index

expect truncated truncated "$(problem index truncated.gz)"
expect damaged damaged "$(problem index damaged.gz)"
expect garbage damaged "$(problem index garbage.gz)"
expect huge huge "$(problem index huge)"
expect huge huge "$(problem index huge-packed.gz)"
expect 'a bomb of words' huge "$(problem index word-bomb.gz)"
expect 'a bomb of zero bytes is a binary' "" "$(problem index bomb.gz)"
expect 'a file' unreadable "$(problem index closed)"
expect 'a directory' unreadable "$(problem index closed-dir)"
expect 'no hash' 1 "$(ask index "SELECT count(*) FROM files WHERE sha256 IS NULL AND kind = 'unread'")"
expect_hashes index

expect 'up to the damage' 6 "$("$program" search index -l 100 | grep -c .)"
expect_exit 1 "$program" search index beyondtheend
"$program" info --problems index | grep -q 'closed-dir: Permission denied' || fail "info does not list problems"

# Files that come and go while it runs.
mkdir moving
[ "$(id -u)" != 0 ] || chown 65534 moving
churn() {
  while :; do
    for _ in 1 2 3 4 5 6 7 8; do seq 1 $((RANDOM % 50000)) >"moving/$((RANDOM % 100))"; done
    rm -f moving/*"$((RANDOM % 10))"
  done
}
churn 2>/dev/null &
churning=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
  expect_exit 0 "${as_somebody[@]}" "$program" build moving --out moved --quiet
  expect complete yes "$(meta moved complete)"
  expect_valid moved
  expect 'only these problems' "" \
    "$(ask moved "SELECT path FROM problems WHERE problem NOT IN ('vanished', 'truncated')")"
done
kill "$churning"
wait "$churning" 2>/dev/null || true
