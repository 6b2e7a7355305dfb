# shellcheck shell=bash disable=SC2154
# Decides which Bazel runs. Sourced by bazelw, whose functions and variables it uses.
#
# It works on any system: bash 3.2, and no GNU tools.

# Host and port of the Bazel Central Registry.
registry=bcr.bazel.build/443

# Files that may name a mirror of the registry, or of Bazel's releases.
rc_files=("${HOME:-}/.bazelrc" /etc/bazel.bazelrc "$top/user.bazelrc" "$top/.bazeliskrc")

# choose_bazel sets bazel to the program to run, or to nothing for Debian's. Finding it out takes
# seconds, so the answer is kept in the cache folder, with the settings that it holds for.
choose_bazel() {
  local answer=$cache/choice found asked
  wanted=$(cat "$top/.bazelversion")
  found=$(command -v bazelisk || command -v bazel || true)
  bazel=
  case ${BAZELW:-} in
    "") ;;
    system)
      [[ -n $found ]] || die "BAZELW=system: neither bazelisk nor bazel is on the PATH"
      bazel=$found
      return
      ;;
    bazelisk)
      build_bazelisk || die "BAZELW=bazelisk: it cannot be built"
      bazel=$bazelisk
      return
      ;;
    provisioned) return ;;
    *) die "BAZELW=$BAZELW: it is system, bazelisk or provisioned" ;;
  esac

  asked=$( (echo "$wanted $found" && settings && cat "$tools/bazelisk/go.mod") | cksum)
  if [[ $(sed -n 1p "$answer" 2>/dev/null) == "$asked" ]]; then
    bazel=$(sed -n 2p "$answer")
    [[ -n $bazel && ! -x $bazel ]] || return 0
  fi
  if [[ -n $found ]] && works "$found"; then
    bazel=$found
  elif in_reach && build_bazelisk && works "$bazelisk"; then
    bazel=$bazelisk
  else
    bazel=
    [[ $(uname -s) == Linux ]] && command -v apt-get >/dev/null ||
      die "missing Bazel: none gets its modules from the Bazel Central Registry, and without Debian's packages there is no other; put bazelisk, or Bazel $wanted, on the PATH of a machine that reaches the registry or a mirror of it"
  fi
  printf '%s\n%s\n' "$asked" "$bazel" >"$answer.$$"
  mv "$answer.$$" "$answer"
}

# settings prints what may lead to the registry by another way than straight.
settings() {
  env | grep -iE '^(BAZELISK_.*|(https?|all)_proxy)=.' | sort || true
  cat "${rc_files[@]}" 2>/dev/null || true
}

# in_reach succeeds unless it is clear that nothing can be had of the registry: bazelisk and Bazel
# would try for minutes.
in_reach() {
  [[ -z $(settings) ]] || return 0
  # shellcheck disable=SC2016
  within 5 bash -c 'exec 3<>"/dev/tcp/$0"' "$registry" 2>/dev/null && return
  note "${registry%/*} does not answer"
  return 1
}

# works succeeds if a program is the wanted Bazel, or gets it, and resolves a module in a workspace of
# its own: Bazel itself knows the registry, and the user's settings for it.
works() {
  local program=$1 log=$cache/choice.log dir status=0
  note "trying $program and the module registry"
  dir=$(mktemp -d "$cache/try.XXXXXX")
  (
    cd "$dir"
    cp "$top/.bazelversion" .
    cp "$top/.bazeliskrc" . 2>/dev/null || true
    echo "try-import $top/user.bazelrc" >.bazelrc
    echo 'bazel_dep(name = "platforms", version = "1.0.0")' >MODULE.bazel
    touch WORKSPACE
    # Long enough for bazelisk to download Bazel.
    version=$(within 300 "$program" --version) && [[ $version == "bazel $wanted" ]] || exit
    within 120 "$program" --output_base="$dir/out" --max_idle_secs=5 mod graph || status=$?
    within 20 "$program" --output_base="$dir/out" shutdown
    exit "$status"
  ) >"$log" 2>&1 || status=$?
  chmod -R u+w "$dir"
  rm -rf "$dir"
  if [[ $status != 0 ]]; then
    note "$program is not Bazel $wanted, or does not get its modules (see $log), so it is left aside"
  fi
  return "$status"
}

# build_bazelisk sets bazelisk to a program that it builds from bazelisk's Go module, once. Go checks
# the modules against bazelisk/go.sum.
build_bazelisk() {
  local version log=$cache/bazelisk.log
  version=$(sed -n 's|^require github.com/bazelbuild/bazelisk ||p' "$tools/bazelisk/go.mod")
  bazelisk=$cache/bazelisk-$(cat "$tools"/bazelisk/go.* | cksum | cut -d' ' -f1)/bazelisk
  [[ ! -x $bazelisk ]] || return 0
  if ! command -v go >/dev/null; then
    note "without Go there is no bazelisk: put go on the PATH"
    return 1
  fi
  note "building bazelisk $version from its Go module"
  mkdir -p "${bazelisk%/*}"
  if ! (cd "$tools/bazelisk" && env GOFLAGS= GOWORK=off GOTOOLCHAIN=local CGO_ENABLED=0 go build -mod=readonly -trimpath \
    -ldflags="-X github.com/bazelbuild/bazelisk/core.BazeliskVersion=$version" \
    -o "$bazelisk.$$" github.com/bazelbuild/bazelisk) >"$log" 2>&1; then
    note "bazelisk was not built (see $log): $(tail -n 1 "$log")"
    return 1
  fi
  mv "$bazelisk.$$" "$bazelisk"
}

# within SECONDS COMMAND... runs a command and ends it if it takes longer.
within() {
  local seconds=$1 command guard status=0
  shift
  "$@" &
  command=$!
  (
    for ((; seconds > 0; seconds--)); do
      sleep 1
      kill -0 "$command" || exit
    done
    kill "$command"
  ) >/dev/null 2>&1 &
  guard=$!
  wait "$command" || status=$?
  kill "$guard" 2>/dev/null || true
  return "$status"
}
