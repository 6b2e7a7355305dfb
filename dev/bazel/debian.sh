# shellcheck shell=bash disable=SC2154
# The Debian root that Bazel runs in, without a Bazel release. Sourced by provision.sh, whose functions
# and variables it uses.
#
# Debian unstable changes every day. So what it and the mirror serve is looked at before anything is
# made of it.

suite=sid
# mount and libblake3-0 are not among the dependencies that bazel-bootstrap declares: enter.sh runs
# umount inside, and without the other Bazel's native library does not load. The stand-in for protobuf
# takes protoc and the .proto files of well-known types from the packages of protobuf.
packages=bazel-bootstrap,bazel-rules-shell,ca-certificates,git,libblake3-0,libprotobuf-dev,mount,protobuf-compiler,zip
disk_needed_mib=4096

# The root is named after what it is made from, so that checkouts of different age can share the cache
# folder.
root=$cache/root-$(cksum <<<"$suite $packages" | cut -d' ' -f1)

# An index of the suite alone, apart from the machine's own apt.
index=$cache/apt

debian_root() {
  local out=$1 free mirror apt_options=() mmdebstrap line
  "${as_root[@]}" unshare --mount true ||
    die "missing root: it may not mount here, as in a container without CAP_SYS_ADMIN"
  command -v apt-get >/dev/null || die "missing network: no module registry, and no Debian packages either"
  free=$(df --output=avail --block-size=1M "$cache" | tail -n 1)
  ((free >= disk_needed_mib)) ||
    die "missing disk: $cache has ${free// /} MiB left and needs $disk_needed_mib MiB"
  find_mirror
  check_packages
  get_mmdebstrap
  # Proxies and certificates that the machine's own apt is set up with.
  while IFS= read -r line; do
    apt_options+=("--aptopt=$line")
  done < <(apt-config dump | grep -E '^Acquire::https?::.*[^"]";$' || true)
  # A mirror that lags behind serves an index of unstable past its date.
  "${as_root[@]}" "${mmdebstrap[@]}" --mode=root --variant=apt --include="$packages" "${apt_options[@]}" \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    "$suite" "$out" "deb $mirror $suite main"
  # Not dpkg's path-exclude: mmdebstrap would need mmtarfilter and Python for it.
  "${as_root[@]}" rm -rf "$out/usr/share/doc" "$out/usr/share/locale"
  # enter.sh mounts over these. They may be links, which would lead out of the root.
  "${as_root[@]}" rm -f "$out/etc/hosts" "$out/etc/resolv.conf"
  "${as_root[@]}" touch "$out/etc/hosts" "$out/etc/resolv.conf"
  # Bazel warns on each call of a system bazelrc that it is told to leave aside.
  "${as_root[@]}" mv "$out/etc/bazel/bazelrc" "$out/etc/bazel/debian.bazelrc"
  # The server looks for its version in this file, which Debian's lacks, and otherwise calls itself
  # a development version.
  "${as_root[@]}" mkdir "$out/label"
  "${as_root[@]}" tee "$out/label/build-data.properties" <<<"build.label=$(debian_version "$out")"
}

# debian_version prints the version of the Bazel in a root.
debian_version() {
  cut -d' ' -f1 "$1/usr/share/bazel/build-label.txt"
}

# find_mirror sets mirror to the first of the machine's apt sources that serves the suite, and reads the
# suite's index.
find_mirror() {
  local uri uris
  # Without --no-release-info, apt names no source whose index was never read, as on a new machine.
  uris=${BAZELW_DEBIAN_MIRROR:-$(apt-get indextargets --no-release-info --format "\$(REPO_URI)" "Created-By: Packages" | sort -u)}
  for uri in $uris; do
    rm -rf "$index"
    mkdir -p "$index/lists/partial" "$index/archives/partial"
    touch "$index/status"
    echo "deb $uri $suite main" >"$index/sources.list"
    if suite_apt apt-get update >&2 && grep -q '^Origin: Debian$' "$index"/lists/*Release; then
      mirror=$uri
      return
    fi
  done
  die "missing network: of the machine's apt sources, none serves Debian $suite: ${uris//$'\n'/ }"
}

# suite_apt PROGRAM ... runs one of apt's programs on the index of the suite, on which nothing is installed.
suite_apt() {
  local program=$1
  shift
  LC_ALL=C "$program" -o "Dir::State=$index" -o "Dir::State::Lists=$index/lists" -o "Dir::State::status=$index/status" \
    -o "Dir::Cache=$index" -o "Dir::Etc::SourceList=$index/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o APT::Sandbox::User=root \
    -o APT::Update::Error-Mode=any -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# check_packages ends with what to do where the suite has not what is needed.
check_packages() {
  local names=${packages//,/ } name policy bazel missing=() where="Debian $suite at $mirror" log=$cache/log/packages.log
  # shellcheck disable=SC2086
  policy=$(suite_apt apt-cache policy $names)
  for name in $names; do
    [[ -n $(candidate "$name" <<<"$policy") ]] || missing+=("$name")
  done
  ((${#missing[@]} == 0)) || die "$where has no package ${missing[*]}. $(ways_out)"
  bazel=$(candidate bazel-bootstrap <<<"$policy")
  bazel=${bazel%%[+-]*}
  [[ $bazel == 7.* && $(printf '%s\n' 7.7 "$bazel" | sort -V | head -n 1) == 7.7 ]] ||
    die "$where has Bazel $bazel, and 7.7 or a later 7.x is needed. $(ways_out)"
  # shellcheck disable=SC2086
  suite_apt apt-get --simulate --no-install-recommends install $names >"$log" 2>&1 ||
    die "$where has packages that cannot be installed together: $(sed -n '/unmet dependencies/,/^E:/s/^  *//p' "$log" | paste -sd ' ' -). $(ways_out)"
  note "$where has Bazel $bazel"
}

# candidate NAME prints the version of a package, from what apt-cache policy says.
candidate() {
  sed -n "/^$1:\$/,/^  Candidate:/s/^  Candidate: \\([0-9].*\\)/\\1/p"
}

ways_out() {
  cat <<END
Ways out:
  - bazelisk, or Bazel $(cat "$top/.bazelversion"), on the PATH of a machine that reaches the Bazel Central Registry or a mirror of it
  - a mirror that still has it, such as a snapshot of an earlier day: BAZELW_DEBIAN_MIRROR=https://snapshot.debian.org/archive/debian/YYYYMMDDT000000Z/
  - ${root%/*}/root-* of a machine on which it was set up before
END
}

# get_mmdebstrap sets mmdebstrap to the command. A machine without it gets a copy in the cache folder,
# not a new package, and so does one that has only a part of Perl.
get_mmdebstrap() {
  local copy=$cache/mmdebstrap perl triplet
  if command -v mmdebstrap >/dev/null; then
    mmdebstrap=(mmdebstrap)
    return
  fi
  perl=$(perl -e 'printf "%vd", $^V')
  perl=${perl%.*}
  # shellcheck disable=SC2016
  triplet=$(perl -MConfig -e 'print $Config{archname} =~ s/-thread-multi//r')
  if [[ ! -e $copy/complete ]]; then
    rm -rf "$copy"
    mkdir -p "$copy/lists/partial" "$copy/archives/partial"
    (
      cd "$copy"
      apt=(apt-get -o "Dir::State::Lists=$copy/lists" -o "Dir::Cache=$copy" -o APT::Sandbox::User=root)
      # A source of the machine that does not answer need not be the one that has it.
      "${apt[@]}" update || true
      "${apt[@]}" download mmdebstrap || die "missing mmdebstrap: none of the machine's apt sources has it"
      if ! perl -MEnglish -MMath::BigInt -MPod::Usage -e 'require "syscall.ph"'; then
        "${apt[@]}" download perl "perl-modules-$perl" "libperl$perl" || die "missing perl: none of the machine's apt sources has all of it"
      fi
      for package in *.deb; do
        dpkg -x "$package" .
      done
      touch complete
    ) >&2
  fi
  mmdebstrap=(env "PERL5LIB=$copy/usr/share/perl/$perl:$copy/usr/lib/$triplet/perl/$perl" "$copy/usr/bin/mmdebstrap")
  "${mmdebstrap[@]}" --version >&2 || die "missing mmdebstrap: install it with apt"
}
