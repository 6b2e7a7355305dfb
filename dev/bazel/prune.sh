#!/bin/bash
# Deletes what Bazel built for checkouts and test workspaces that are gone. A checkout on which all
# tests ran holds some 25 GB.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_go_merge

prune() {
  local note base workspace
  for note in "$1"/*/DO_NOT_BUILD_HERE; do
    [[ -f $note ]] || continue
    workspace=$(<"$note")
    [[ ! -e $workspace ]] || continue
    base=${note%/*}
    echo "prune: $base, of $workspace"
    # Bazel takes the right to write from folders that it fetched.
    chmod -R u+w "$base"
    rm -rf --one-file-system "$base"
  done
}

# Test workspaces lie in their checkout's output base.
prune "$cache/output"
prune "$cache/output-tests"
