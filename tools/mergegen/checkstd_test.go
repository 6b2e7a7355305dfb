package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckStd runs the command as Bazel does, on a standard library of two
// packages.
func TestCheckStd(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	root := write("sdk/ROOT", "")
	table := write("table.json", `{
		"versions": ["1.25", "1.26"],
		"packages": [{"path": "net", "view": true, "imports": []}, {"path": "log", "view": false, "imports": []}],
		"originals": []
	}`)
	net := write("sdk/src/net/net.go", "package net\n\ntype Dialer struct{}\n")
	log := write("sdk/src/log/log.go", "package log\n")
	dials := write("sdk/src/dials/dials.go", "package dials\n\nimport \"net\"\n\nvar D net.Dialer\n")
	logNet := write("sdk/src/log/net.go", "package log\n\nimport _ \"net\"\n")
	dialer := write("written/net/dial.go", "package net\n\ntype Dialer struct{}\n")
	for _, tt := range []struct {
		name, version string
		args          []string
		err           string
	}{
		{name: "fits", version: "1.26.4", args: []string{"--src=" + log}},
		{name: "types of a known Go", version: "1.26.4", args: []string{"--src=" + log, "--src=" + dials, "--written=net=" + dialer}},
		{name: "imports", version: "1.26.4", args: []string{"--src=" + logNet}, err: "log imports net"},
		{name: "types", version: "devel", args: []string{"--src=" + log, "--src=" + dials, "--written=net=" + dialer}, err: "its D shows net.Dialer"},
		{name: "types that are the original's", version: "devel", args: []string{"--src=" + log, "--src=" + dials}},
		{name: "tools older than the SDK", version: "1.9999.0", err: "with the older go1."},
		{name: "other folder", version: "1.26.4", args: []string{"--root=" + table}, err: "not where they are expected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "checked.txt")
			cmd := checkStdCommand()
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs(append([]string{
				"--table=" + table, "--go-version=" + tt.version, "--root=" + root, "--src=" + net,
				"--goos=linux", "--goarch=amd64", "-o=" + out,
			}, tt.args...))
			err := cmd.Execute()
			_, missing := os.Stat(out)
			if tt.err == "" {
				if err != nil || missing != nil {
					t.Errorf("error %v, output %v", err, missing)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v does not contain %q", err, tt.err)
			}
			if missing == nil {
				t.Error("it wrote its output nevertheless")
			}
		})
	}
}
