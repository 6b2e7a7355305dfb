# shellcheck shell=bash disable=SC2154
# Sets up Bazel without a Bazel release or a module registry. Sourced by bazelw, whose functions
# and variables it uses; README.md says what ends up where and why.
#
# Each step writes to a name that ends in .tmp, which is renamed when the step is through, so a run
# that was cut short starts again at the step it was in.

# shellcheck source=dev/bazel/debian.sh
. "$tools/debian.sh"

# The outputs are named after what they are made from.
modules=$cache/modules-$(cat "$tools"/modules/go.* | cksum | cut -d' ' -f1)
bazelrc=$cache/bazelrc-$(cksum <<<"$tools" | cut -d' ' -f1)

provision() {
  is_set_up || set_up
  # On each call, for it tells where this checkout and this Go are.
  options >"$bazelrc.$$"
  mv "$bazelrc.$$" "$bazelrc"
}

is_set_up() {
  [[ -e $root && -e $modules/rules_go && -e $modules/gazelle ]]
}

set_up() {
  mkdir -p "$cache/log" "$modules"
  exec {lock}>"$cache/lock"
  if ! flock --nonblock "$lock"; then
    note "another bazelw is setting up Bazel; waiting for it"
    flock "$lock"
  fi
  if ! is_set_up; then
    note "setting up Bazel in $cache"
    step_number=0 started=$SECONDS
    step "Debian root with Bazel" debian_root "$root"
    step "rules_go from its Go module" rules_go "$modules/rules_go"
    step "Gazelle from its Go module" gazelle "$modules/gazelle"
  fi
  # The Bazel server would inherit the lock, and hold it.
  exec {lock}>&-
}

# step TITLE FUNCTION OUTPUT runs `FUNCTION OUTPUT.tmp`, unless OUTPUT is there.
step() {
  local title=$1 function=$2 output=$3 log=$cache/log/$2.log reason=$cache/log/reason status
  step_number=$((step_number + 1))
  local label="[$step_number/3] $title"
  if [[ -e $output ]]; then
    note "$label: there already"
    return
  fi
  note "$label ..."
  "${as_root[@]}" rm -rf --one-file-system "$output.tmp"
  rm -f "$reason"
  # Not `if (...)`: bash drops `set -e` inside a condition.
  set +e
  (set -e && "$function" "$output.tmp") >"$log" 2>&1
  status=$?
  set -e
  if [[ $status != 0 ]]; then
    if [[ -e $reason ]]; then
      note "$title: $(cat "$reason")"
      exit 1
    fi
    tail -n 20 "$log" >&2
    die "$title: failed, see $log"
  fi
  "${as_root[@]}" mv "$output.tmp" "$output"
  note "$label: done, $((SECONDS - started)) s so far"
}

# go_module PATH OUTPUT copies a Go module of modules/go.mod, which go checks against modules/go.sum.
go_module() {
  local dir
  (cd "$tools/modules" && go mod download "$1")
  dir=$(cd "$tools/modules" && go list -m -f '{{.Dir}}' "$1")
  cp -R "$dir" "$2"
  chmod -R u+w "$2"
  # Module zips carry no run bits.
  find "$2" -name '*.sh' -exec chmod +x {} +
}

rules_go() {
  go_module github.com/bazelbuild/rules_go "$1"
}

gazelle() {
  go_module github.com/bazelbuild/bazel-gazelle "$1"
  # Gazelle builds its repository tools from vendor/, which module zips leave out. The tests name
  # further modules.
  rm -rf "$1/tests"
  (cd "$1" && go mod vendor -e)
  # Gazelle's flags for its tools name the workspace's own folder, so that go would compile the
  # standard library again in each workspace: a minute on two cores.
  sed -i -e '/"-\(gc\|asm\)flags",/d' -e 's/"all=-trimpath=" + env\["GOPATH"\]/"-trimpath"/' \
    "$1/internal/go_repository_tools.bzl"
}

# options prints the bazelrc.
options() {
  local dir name
  # Debian's own options. Its build options are left out: they only keep every sandbox's folder and
  # cause a warning.
  grep -E '^(startup|common) ' "$root/etc/bazel/debian.bazelrc"
  echo "startup --output_user_root=$cache/output"
  echo "startup --host_jvm_args=-Xbootclasspath/a:/label"
  # A server sees the Go installation that it was started with, so another one needs a new server:
  # Bazel starts one when these options change.
  echo "startup --host_jvm_args=-Drules_go_merge.goroot=$goroot"
  echo "common --override_module=rules_shell=/usr/share/bazel/rules/shell"
  for dir in "$modules/rules_go" "$modules/gazelle" "$tools"/standins/*; do
    echo "common --override_module=${dir##*/}=$dir"
  done
  # Bazel's sandbox has its own /tmp, with the workspace, but not with what repositories lead to.
  for dir in "$modules" "$tools" "$goroot"; do
    dir=$(realpath "$dir")
    [[ $dir != /tmp/* ]] || echo "build --sandbox_add_mount_pair=$dir"
  done
  workspace_overrides | sed 's/^/common:workspace --override_repository=/'
  # What Bazel 7 would add to an empty WORKSPACE file is on GitHub.
  echo "common --noenable_workspace"
  # A lock file would name the folders of the overrides.
  echo "common --lockfile_mode=off"
  echo "common --disk_cache=$cache/disk"
  echo "common --experimental_disk_cache_gc_max_size=20G"
  # A sandbox is hundreds of links, which memory takes in less time than a disk. Containers often
  # have little of it. It is its size that counts, since what is free changes from call to call, and
  # the name of this bazelrc with it.
  if [[ -w /dev/shm ]] && (($(df --output=size --block-size=1G /dev/shm | tail -n 1) >= 4)); then
    echo "build --sandbox_base=/dev/shm"
  fi
  # Spares each new checkout the download of all Go modules.
  echo "common --repo_env=GO_REPOSITORY_USE_HOST_CACHE=1"
  # What tests need that run Bazel themselves: dev/bazeltest.
  echo "test --test_env=GO_MERGE_TEST_BAZELRC=$bazelrc"
  echo "test --test_env=GO_MERGE_TEST_GOROOT=$goroot"
  echo "test --test_env=GO_MERGE_TEST_OUTPUT=$cache/output-tests"
  echo "test --test_env=GO_MERGE_TEST_PATH=$goroot/bin:/usr/local/bin:/usr/bin:/bin"
  for name in GOPROXY GOTOOLCHAIN HOME SSL_CERT_DIR SSL_CERT_FILE; do
    echo "test --test_env=$name"
  done
}

# workspace_overrides prints the same for workspaces without Bazel modules, such as e2e/smoke with
# --config=workspace. Modules had other names there.
workspace_overrides() {
  local rules
  echo "io_bazel_rules_go=$modules/rules_go"
  echo "bazel_gazelle=$modules/gazelle"
  echo "package_metadata=$tools/standins/package_metadata"
  echo "com_google_protobuf=$tools/standins/protobuf"
  echo "bazel_skylib=/usr/share/bazel/tools/skylib"
  echo "platforms=/usr/share/bazel/tools/platforms"
  for rules in cc java license proto python shell; do
    echo "rules_$rules=/usr/share/bazel/rules/$rules"
  done
}
