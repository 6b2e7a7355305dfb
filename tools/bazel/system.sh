# shellcheck shell=bash disable=SC2154
# Decides whether the machine's own Bazel will do. Sourced by bazelw.

# system_bazel succeeds, and sets bazel, if there is a Bazel of the wanted version that reaches the
# module registry. The answer is kept in the cache folder, for finding it out takes seconds.
system_bazel() {
  local answer=$cache/system-bazel-works
  bazel=$(command -v bazelisk || command -v bazel) || return 1
  case ${BAZELW:-$(cat "$answer" 2>/dev/null)} in
    system | "yes $bazel") return 0 ;;
    provisioned | "no $bazel") return 1 ;;
  esac
  note "trying $bazel and the module registry"
  if try_bazel >"$cache/system-bazel.log" 2>&1; then
    echo "yes $bazel" >"$answer"
    return 0
  fi
  note "$bazel does not get the modules it needs (see $cache/system-bazel.log), so it is left aside"
  echo "no $bazel" >"$answer"
  return 1
}

# try_bazel resolves a module in a workspace of its own; Bazel itself knows the registry.
try_bazel() {
  local dir wanted status=0
  dir=$(mktemp -d "$cache/try.XXXXXX")
  cp "$tools/../../.bazelversion" "$dir"
  wanted=$(<"$dir/.bazelversion")
  echo 'bazel_dep(name = "platforms", version = "1.0.0")' >"$dir/MODULE.bazel"
  touch "$dir/WORKSPACE"
  (
    cd "$dir" || exit
    # Long enough for bazelisk to download Bazel.
    [[ $(timeout 300 "$bazel" --version) == "bazel $wanted" ]] &&
      timeout 120 "$bazel" --output_base="$dir/out" --max_idle_secs=5 mod graph
  ) || status=$?
  (cd "$dir" && timeout 20 "$bazel" --output_base="$dir/out" shutdown)
  chmod -R u+w "$dir"
  rm -rf "$dir"
  return "$status"
}
