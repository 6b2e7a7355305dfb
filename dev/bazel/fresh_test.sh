#!/bin/bash
# Sets Bazel up as on a new machine: Debian with its base system and Go, and no more, so that nothing
# that somebody installed can hide what is missing. Exits with 77 where that cannot be tried.
#
# It works in a copy of the checkout below /tmp, since Bazel's sandbox has a /tmp of its own.
#
# If this machine has not set Bazel up yet, it is set up here for good, and the test takes no time of
# its own. Otherwise everything goes to a new folder, which is deleted: about three minutes.
set -euo pipefail

# Not every shell has the folders of pivot_root.
PATH=$PATH:/usr/sbin:/sbin
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_go_merge

skip() {
  echo "fresh_test: skipped: $*" >&2
  exit 77
}

[[ $EUID == 0 ]] || skip "needs root"
command -v dpkg-query >/dev/null || skip "needs Debian"
unshare --mount true 2>/dev/null || skip "may not mount"
command -v go >/dev/null || skip "needs Go"
goroot=$(go env GOROOT)

work=$(mktemp -d /tmp/fresh.XXXXXX)
clone=$work/clone
output=
home=$HOME
if compgen -G "$cache/root-*" >/dev/null; then
  mkdir -p "$cache"
  home=$(mktemp -d "$cache/fresh.XXXXXX")
fi

cleanup() {
  if [[ -n $output ]]; then
    in_base ./bazelw shutdown >/dev/null 2>&1 || true
    rm -rf --one-file-system "$output"
  fi
  [[ $home == "$HOME" ]] || chmod -R u+w "$home/go" 2>/dev/null || true
  [[ $home == "$HOME" ]] || rm -rf --one-file-system "$home"
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# base_packages prints the installed packages that any Debian has, apt, certificates, and what these
# depend on.
base_packages() {
  local roots
  roots=$(dpkg-query -W -f '${Package} ${Essential} ${Priority}\n' | awk '$2 == "yes" || $3 == "required" { print $1 }')
  # shellcheck disable=SC2016,SC2086
  apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances $roots apt ca-certificates debian-archive-keyring | grep '^[a-z0-9]' | sort -u |
    { xargs dpkg-query -W -f '${binary:Package} ${db:Status-Abbrev}\n' 2>/dev/null || true; } | awk '$2 == "ii" { print $1 }'
}

# base_root makes a Debian root of the files of those packages, and this machine's settings.
base_root() {
  local packages dir name to=$work/root
  packages=$(base_packages)
  # Packages name files by links that lead to usr.
  for dir in bin lib lib32 lib64 libx32 sbin; do
    if [[ -L /$dir ]]; then
      mkdir -p "$to/usr/$dir"
      ln -s "usr/$dir" "$to/$dir"
    fi
  done
  # shellcheck disable=SC2086
  dpkg-query -L $packages | sort -u | tar --create --no-recursion --ignore-failed-read --files-from=- 2>/dev/null |
    tar --extract --keep-directory-symlink --directory="$to"
  # No package lists the names of alternatives, such as awk.
  for name in /usr/bin/* /usr/sbin/*; do
    if [[ $(readlink "$name") == /etc/alternatives/* && -e $to$(readlink -f "$name") ]]; then
      cp -P "$name" "$to$name"
    fi
  done
  # Without apt's lists: they are there from the first `apt-get update` on.
  tar --create --directory=/ etc var/lib/dpkg | tar --extract --directory="$to"
  mkdir -p "$to/var/lib/apt/lists/partial" "$to/var/cache/apt/archives/partial" "$to/var/tmp" "$to/usr/local/bin"
}

# in_base COMMAND... runs a command in that root, with no more of the environment than what leads to
# the network.
in_base() {
  local name env=()
  for name in GOPROXY GOSUMDB GONOSUMDB GOPRIVATE SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [[ -z ${!name:-} ]] || env+=("$name=${!name}")
  done
  if [[ $home == "$HOME" ]]; then
    env+=("XDG_CACHE_HOME=${cache%/*}" "GOMODCACHE=$(go env GOMODCACHE)" "GOCACHE=$(go env GOCACHE)")
  fi
  unshare --mount --propagation slave "$top/dev/bazel/enter.sh" "$work/root" 0:0 0 \
    "$top" "$home" "$cache" "$goroot" "/usr/share/${goroot##*/}" "$(go env GOMODCACHE)" "$(go env GOCACHE)" \
    "${SSL_CERT_FILE:-/tmp}" "${SSL_CERT_DIR:-/tmp}" -- \
    env -i --chdir="$clone" HOME="$home" "PATH=$goroot/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" \
    ${env[@]+"${env[@]}"} "$@"
}

mkdir "$clone"
tar --create --directory="$top" --exclude=./.git --exclude='./bazel-*' . | tar --extract --directory="$clone"
base_root
hidden=$(in_base bash -c 'type -P mmdebstrap mmtarfilter bazel bazelisk curl git' || true)
if [[ -n $hidden ]]; then
  echo "fresh_test: the base system should not have $hidden" >&2
  exit 1
fi
# Rules, tools and a build: a file of this repository that an action makes in the sandbox.
in_base ./bazelw version
output=$(in_base ./bazelw info output_base)
in_base ./bazelw build --disk_cache= --spawn_strategy=linux-sandbox //dev/bazel:fresh
