#!/bin/bash
# Prints the GOROOT of a Go SDK that tests run with, after fetching it from its Go module.
#
#   fetch.sh [VERSION]
#
# The versions are those in go.sum, the newest of which is the default. SDKs are kept in the cache
# folder of bazelw.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# The caller's flags are for their own go commands.
unset GOFLAGS GOROOT
export GOTOOLCHAIN=local

version=${1:-$(sed -n 's/^.*-go\([0-9.]*\)\.linux-amd64 .*/\1/p' "$here/go.sum" | sort -V | tail -n 1)}
module=golang.org/toolchain@v0.0.1-go$version.$(go env GOHOSTOS)-$(go env GOHOSTARCH)
# A platform that go.sum lacks is checked by Go's checksum database.
grep -q "v0\.0\.1-go${version//./\\.}\." "$here/go.sum" || {
  echo "$0: Go $version is not in $here/go.sum" >&2
  exit 1
}

root=${XDG_CACHE_HOME:-$HOME/.cache}/rules_go_merge/sdk/${module#*-}
if [[ ! -e $root ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp "$here/go.sum" "$work"
  echo "module sdk" >"$work/go.mod"
  dir=$(cd "$work" && go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')
  mkdir -p "${root%/*}"
  cp -R "$dir" "$root.tmp.$$"
  # Files of the module cache are read-only, and module zips carry no run bits.
  chmod -R u+w "$root.tmp.$$"
  chmod +x "$root.tmp.$$"/bin/* "$root.tmp.$$"/pkg/tool/*/*
  # Another call may have been faster.
  mv -T "$root.tmp.$$" "$root" 2>/dev/null || rm -rf "$root.tmp.$$"
fi
echo "$root"
