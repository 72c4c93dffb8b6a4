#!/usr/bin/env bash
# Fuzzes every page of this folder, or those that are named, for so many seconds each.
#
#   tests/fuzz/run.sh SECONDS [PAGE...]     e.g. tests/fuzz/run.sh 60 sftp packets
#   tests/fuzz/run.sh --keep [PAGE...]      what was found since, as few files as reach as much,
#                                           into tests/fuzz/corpus, which the tests replay
#
# What an input did wrong is shown, and the input kept in build/fuzz/found; the corpora grow in
# build/fuzz/corpus. Ends with 1 if anything was found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ $# -gt 0 ] || { sed -n '2,9s/^# \{0,1\}//p' tests/fuzz/run.sh; exit 2; }
what=$1
shift
pages=("$@")

bash tools/setup.sh --fuzz --no-install
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz
if [ ${#pages[@]} -eq 0 ]; then
  for page in tests/fuzz/corpus/*/; do pages+=("$(basename "$page")"); done
fi
cmake --build --preset fuzz --target "${pages[@]/#/fuzz_}"
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
mkdir -p build/fuzz/found
limits=(-max_len=4096 -timeout=25 -rss_limit_mb=1500)  # no page has use for longer inputs

keep() {
  local page=$1 kept=tests/fuzz/corpus/$1 fewest=build/fuzz/fewest
  rm -rf $fewest
  mkdir -p $fewest
  "build/fuzz/tests/fuzz/fuzz_$page" "${limits[@]}" -set_cover_merge=1 $fewest \
    "$kept" "build/fuzz/corpus/$page"
  rm -rf "$kept"
  mv $fewest "$kept"
}

status=0
for page in "${pages[@]}"; do
  mkdir -p "build/fuzz/corpus/$page" "tests/fuzz/corpus/$page"
  if [ "$what" = --keep ]; then
    keep "$page"
    continue
  fi
  "build/fuzz/tests/fuzz/fuzz_$page" "${limits[@]}" -max_total_time="$what" -use_value_profile=1 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$page-" \
    "build/fuzz/corpus/$page" "tests/fuzz/corpus/$page" || status=1
done
exit $status
