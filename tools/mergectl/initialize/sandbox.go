package initialize

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
)

// rcName is the name of the file with a workspace's flags for Bazel.
const rcName = ".bazelrc"

// sandbox has Bazel's sandbox show the modules that MODULE.bazel takes from
// folders below /tmp. Of what lies there, actions see only the workspace: the
// sandbox has its own /tmp.
func (p *planner) sandbox() error {
	old, err := regular.ReadFile(p.File(rcName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	added := bytes.Clone(old)
	for _, dir := range p.module.LocalPaths() {
		if !filepath.IsAbs(dir) {
			dir = p.File(dir)
		}
		dir, hidden := hiddenInSandbox(p.Root, dir)
		if !hidden || showsInSandbox(string(added), dir) {
			continue
		}
		if len(added) > 0 && !bytes.HasSuffix(added, []byte("\n")) {
			added = append(added, '\n')
		}
		added = fmt.Appendf(added, "# %s names this folder, and Bazel's sandbox has its own /tmp.\nbuild --sandbox_add_mount_pair=%s\n", modulefile.Name, dir)
	}
	if len(added) > len(old) {
		p.write(rcName, old, added)
	}
	return nil
}

// hiddenInSandbox returns the folder that dir leads to, and whether Bazel's
// sandbox hides it from the actions of a workspace. It shows what is below the
// folder of /tmp that has the workspace.
func hiddenInSandbox(root, dir string) (real string, hidden bool) {
	real = resolve(dir)
	top := topOfTmp(real)
	return real, top != "" && top != topOfTmp(resolve(root))
}

// resolve follows links, as far as there is something.
func resolve(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return filepath.Clean(dir)
}

// topOfTmp returns the name in /tmp that a path leads through, or "".
func topOfTmp(path string) string {
	below, ok := strings.CutPrefix(filepath.ToSlash(path), "/tmp/")
	if !ok {
		return ""
	}
	top, _, _ := strings.Cut(below, "/")
	return top
}

// showsInSandbox reports whether flags of a .bazelrc file show a folder of /tmp.
func showsInSandbox(rc, dir string) bool {
	for word := range strings.FieldsSeq(rc) {
		switch flag, value, _ := strings.Cut(word, "="); flag {
		case "--noincompatible_sandbox_hermetic_tmp":
			return true
		case "--incompatible_sandbox_hermetic_tmp":
			if value == "false" || value == "0" {
				return true
			}
		case "--sandbox_add_mount_pair":
			if value == "/tmp" || dir == value || strings.HasPrefix(dir, value+"/") {
				return true
			}
		}
	}
	return false
}
