# shellcheck shell=bash disable=SC2154
# Sets up Bazel without a Bazel release or a module registry. Sourced by bazelw, whose functions
# and variables it uses; README.md says what ends up where and why.
#
# Each step writes to a name that ends in .tmp, which is renamed when the step is through, so a run
# that was cut short starts again at the step it was in.

suite=sid
# mount and libblake3-0 are not among the dependencies that bazel-bootstrap declares: enter.sh runs
# umount inside, and without the other Bazel's native library does not load.
packages=bazel-bootstrap,bazel-rules-shell,ca-certificates,git,libblake3-0,mount,zip
disk_needed_mib=4096

# The outputs are named after what they are made from, so that checkouts of different age can share
# the cache folder.
root=$cache/root-$(cksum <<<"$suite $packages" | cut -d' ' -f1)
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
  local title=$1 function=$2 output=$3 log=$cache/log/$2.log status
  step_number=$((step_number + 1))
  local label="[$step_number/3] $title"
  if [[ -e $output ]]; then
    note "$label: there already"
    return
  fi
  note "$label ..."
  "${as_root[@]}" rm -rf --one-file-system "$output.tmp"
  # Not `if (...)`: bash drops `set -e` inside a condition.
  set +e
  (set -e && "$function" "$output.tmp") >"$log" 2>&1
  status=$?
  set -e
  if [[ $status != 0 ]]; then
    [[ $(tail -n 1 "$log") != "bazelw: missing "* ]] || die "$(tail -n 1 "$log" | cut -d' ' -f2-)"
    tail -n 20 "$log" >&2
    die "$title: failed, see $log"
  fi
  "${as_root[@]}" mv "$output.tmp" "$output"
  note "$label: done, $((SECONDS - started)) s so far"
}

debian_root() {
  local out=$1 free mirror apt_options=() mmdebstrap line version
  "${as_root[@]}" unshare --mount true ||
    die "missing root: it may not mount here, as in a container without CAP_SYS_ADMIN"
  command -v apt-get >/dev/null || die "missing network: no module registry, and no Debian packages either"
  free=$(df --output=avail --block-size=1M "$cache" | tail -n 1)
  ((free >= disk_needed_mib)) ||
    die "missing disk: $cache has ${free// /} MiB left and needs $disk_needed_mib MiB"
  mirror=$(debian_mirror)
  mmdebstrap=$(mmdebstrap_command)
  # Proxies and certificates that the machine's own apt is set up with.
  while IFS= read -r line; do
    apt_options+=("--aptopt=$line")
  done < <(apt-config dump | grep -E '^Acquire::https?::.*[^"]";$' || true)
  # A mirror that lags behind serves an index of unstable past its date.
  "${as_root[@]}" "$mmdebstrap" --mode=root --variant=apt --include="$packages" "${apt_options[@]}" \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    "$suite" "$out" "deb $mirror $suite main"
  # Not dpkg's path-exclude: mmdebstrap would need mmtarfilter and Python for it.
  "${as_root[@]}" rm -rf "$out/usr/share/doc" "$out/usr/share/locale"
  version=$(cut -d' ' -f1 "$out/usr/share/bazel/build-label.txt")
  [[ $version == 7.* && $(printf '%s\n' 7.7 "$version" | sort -V | head -n 1) == 7.7 ]] ||
    die "Debian $suite has Bazel $version, and 7.7 or a later 7.x is needed"
  note "Debian $suite has Bazel $version"
  # enter.sh mounts over these. They may be links, which would lead out of the root.
  "${as_root[@]}" rm -f "$out/etc/hosts" "$out/etc/resolv.conf"
  "${as_root[@]}" touch "$out/etc/hosts" "$out/etc/resolv.conf"
  # Bazel warns on each call of a system bazelrc that it is told to leave aside.
  "${as_root[@]}" mv "$out/etc/bazel/bazelrc" "$out/etc/bazel/debian.bazelrc"
  # The server looks for its version in this file, which Debian's lacks, and otherwise calls itself
  # a development version.
  "${as_root[@]}" mkdir "$out/label"
  "${as_root[@]}" tee "$out/label/build-data.properties" <<<"build.label=$version"
}

# debian_mirror prints the first of the machine's apt sources that serves the suite.
debian_mirror() {
  local uri release=$cache/log/InRelease
  while IFS= read -r uri; do
    if /usr/lib/apt/apt-helper download-file "${uri%/}/dists/$suite/InRelease" "$release" >&2 &&
      grep -q '^Origin: Debian$' "$release"; then
      echo "$uri"
      return
    fi
  done < <(apt-get indextargets --format "\$(REPO_URI)" "Created-By: Packages" | sort -u)
  die "missing network: none of the machine's apt sources serves Debian $suite"
}

# mmdebstrap_command prints the path of mmdebstrap. A machine without it gets a copy in the cache
# folder, not a new package.
mmdebstrap_command() {
  local copy=$cache/mmdebstrap
  if command -v mmdebstrap; then
    return
  fi
  if [[ ! -x $copy/usr/bin/mmdebstrap ]]; then
    mkdir -p "$copy/lists/partial" "$copy/archives/partial"
    (
      cd "$copy"
      apt=(apt-get -o "Dir::State::Lists=$copy/lists" -o "Dir::Cache=$copy" -o APT::Sandbox::User=root)
      "${apt[@]}" update
      "${apt[@]}" download mmdebstrap
      dpkg -x mmdebstrap_*.deb .
    ) >&2
  fi
  "$copy/usr/bin/mmdebstrap" --version >&2 || die "missing mmdebstrap: install it with apt"
  echo "$copy/usr/bin/mmdebstrap"
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
  # standard library anew in each workspace: a minute on two cores.
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
  echo "common --override_module=rules_shell=/usr/share/bazel/rules/shell"
  for dir in "$modules/rules_go" "$modules/gazelle" "$tools"/standins/*; do
    echo "common --override_module=${dir##*/}=$dir"
  done
  workspace_overrides | sed 's/^/common:workspace --override_repository=/'
  # A lock file would name the folders of the overrides.
  echo "common --lockfile_mode=off"
  echo "common --disk_cache=$cache/disk"
  echo "common --experimental_disk_cache_gc_max_size=20G"
  # Spares each new checkout the download of all Go modules.
  echo "common --repo_env=GO_REPOSITORY_USE_HOST_CACHE=1"
  # What tests need that run Bazel themselves: merge/tests/bazeltest.
  echo "test --test_env=GO_MERGE_TEST_BAZELRC=$bazelrc"
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
