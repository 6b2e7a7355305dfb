#!/bin/bash
# Runs a command in the provisioned Debian root, as the user who called bazelw.
#
#   unshare --mount enter.sh ROOT UID:GID GROUPS PATH... -- COMMAND...
#
# Needs root. Every PATH becomes visible in the root under its own name, as do the machine's own
# top-level folders. The mounts live in the mount namespace of this process and end with it, or
# with the Bazel server that it starts: on the machine itself nothing is mounted, so that deleting
# the cache folder cannot reach the user's files through it.
set -euo pipefail

root=$1 user=$2 groups=$3
shift 3

show() {
  local path=$1
  if [[ ! -e $path || $root$path -ef $path ]]; then
    return
  fi
  if [[ -d $path ]]; then
    mkdir -p "$root$path"
  else
    mkdir -p "$root${path%/*}"
    [[ -e $root$path ]] || : >"$root$path"
  fi
  mount --rbind "$path" "$root$path"
}

mount --bind "$root" "$root"

for dir in /*; do
  case ${dir#/} in
    bin | boot | etc | lib | lib32 | lib64 | libx32 | lost+found | sbin | usr | var) ;;
    *)
      if [[ -L $dir ]]; then
        ln -sfn "$(readlink "$dir")" "$root$dir"
      elif [[ -d $dir ]]; then
        show "$dir"
      fi
      ;;
  esac
done

for path in /etc/hosts /etc/resolv.conf /etc/passwd /etc/group /etc/ssl/certs /var/tmp; do
  show "$path"
done
while [[ $1 != -- ]]; do
  show "$1"
  shift
done
shift

# Not chroot: Bazel's client asks /proc for the work folder of the server, whose mount namespace is
# another one, and takes a path that starts with the root's own place for a folder that moved.
cd "$root"
pivot_root . .
umount -l .
cd /
if [[ $user == 0:0 ]]; then
  exec "$@"
fi
exec chroot --userspec="$user" --groups="$groups" / "$@"
