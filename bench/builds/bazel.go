package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

// bazel runs Bazel on one workspace at a time, in its own output base.
type bazel struct {
	program string // path, or a name on the PATH
	rc      string // bazelrc to read first, or empty
	rules   string // source tree of rules_go_merge
	heap    string // how much memory the server may use, as in -Xmx
	dir     string // holds the workspace and the output base
}

// newBazel makes the folder for workspace and output base.
func newBazel(program, rc, rules, heap string) (*bazel, error) {
	dir, err := os.MkdirTemp("", "builds")
	if err != nil {
		return nil, err
	}
	return &bazel{program: program, rc: rc, rules: rules, heap: heap, dir: dir}, nil
}

func (b *bazel) workspace() string { return filepath.Join(b.dir, "workspace") }

// write replaces the workspace's files.
func (b *bazel) write(shape monorepo.Shape) error {
	if err := os.RemoveAll(b.workspace()); err != nil {
		return err
	}
	if err := shape.Write(b.workspace()); err != nil {
		return err
	}
	version, err := os.ReadFile(filepath.Join(b.rules, ".bazelversion"))
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(b.workspace(), ".bazelversion"), version, 0o644),
		os.WriteFile(filepath.Join(b.workspace(), ".bazelrc"), []byte(b.options()), 0o644),
	)
}

// options returns the workspace's bazelrc.
func (b *bazel) options() string {
	return "startup --max_idle_secs=600 --host_jvm_args=-Xmx" + b.heap + `
common --enable_bzlmod --noenable_workspace --lockfile_mode=off
common --incompatible_strict_action_env
common --noshow_progress --color=no
common --override_module=rules_go_merge=` + b.rules + "\n"
}

// run runs a Bazel command and returns its standard output.
func (b *bazel) run(ctx context.Context, args ...string) (string, error) {
	startup := []string{"--output_base=" + filepath.Join(b.dir, "output")}
	if b.rc != "" {
		startup = append(startup, "--nosystem_rc", "--bazelrc="+b.rc)
	}
	cmd := exec.CommandContext(ctx, b.program, append(startup, args...)...)
	cmd.Dir = b.workspace()
	// The server ends what it does and answers.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		return "", errors.Join(ctx.Err(), fmt.Errorf("bazel %s: %w\n%s", strings.Join(args, " "), err, log.String()))
	}
	return out.String(), nil
}

// restart ends the server: the next command starts with nothing in memory.
func (b *bazel) restart(ctx context.Context) error {
	_, err := b.run(ctx, "shutdown")
	return err
}

// close ends the server and removes all that was built.
func (b *bazel) close() error {
	var err error
	if _, statErr := os.Stat(b.workspace()); statErr == nil {
		err = b.restart(context.Background())
	}
	// Bazel makes folders of outputs read-only.
	walkErr := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return err
	})
	return errors.Join(err, walkErr, os.RemoveAll(b.dir))
}
