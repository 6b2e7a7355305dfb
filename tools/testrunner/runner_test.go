package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// requests are what the Go test asks of item in each mode.
var requests = map[string][]string{
	"is fine":          {"/get", "/get", "/pool"},
	"keeps warm":       {"/get", "/pool"},
	"calls by RPC":     {"/get", "/canary"},
	"calls nothing":    {},
	"leaks goroutines": {"/get", "/leak", "/leak"},
	"leaks a port":     {"/get", "/listen"},
	"ends":             {"/get", "/exit"},
	"fails":            {"/get", "/fail"},
	"fails to stop":    {"/get"},
}

func TestRun(t *testing.T) {
	tests := []struct {
		mode   string
		change func(*config)
		code   int
		failed string // the check that fails
		want   string // what it says, a part of it
	}{
		{mode: "is fine"},
		{mode: "fails", code: 5},

		{"calls by RPC", nil, 1, "inline: item->stock", "item->stock: not all calls were inline: 1 inline, 1 by RPC\n" +
			`  item->stock/StockService/Put: 0 inline, 1 by RPC: the client calls "stock-canary" and the callee is named "stock"`},
		{mode: "calls by RPC", change: func(c *config) { c.Inline = []string{"item->stock/StockService/Get"} }},
		{"calls nothing", nil, 1, "inline: item->stock", "the test made no call over this link"},
		{"is fine", func(c *config) { c.Inline = []string{"item->mail"} }, 1, "start", `the merged binary has no link "item->mail"; it has item->stock/StockService/Get, item->stock/StockService/Put`},

		{"leaks goroutines", nil, 1, "goroutines", "In each of 3 runs of the test there were more of them: 2 of service item in github.com/gomerge/rules_go_merge/tools/testrunner.blockForEver"},
		{mode: "leaks goroutines", change: func(c *config) { c.AllowGoroutines = 2 }},
		{mode: "keeps warm"},
		{"leaks a port", nil, 1, "ports", "the process still listens at [tcp 127.0.0.1:"},

		{"exits at the start", nil, 1, "start", "the merged binary ended before its services ran: exit code 1"},
		{"does not serve", nil, 1, "start", "the services did not start in time: item is waiting\nnobody listens on port "},
		{"does not listen", nil, 1, "start", "{port:item}"},
		{"ends", nil, 1, "stop", "the process ended during the test: exit code 7"},
		{"fails to stop", nil, 1, "stop", "after SIGTERM the process ended with exit code 3 and not with exit code 0"},
		{mode: "fails to stop", change: func(c *config) { c.ExitCode = 3 }},
	}
	for _, tt := range tests {
		t.Run(tt.mode, func(t *testing.T) {
			if _, ok := listening(os.Getpid()); !ok && tt.failed == "ports" {
				t.Skip("nothing tells who listens")
			}
			c := configFor(t, tt.mode)
			if tt.change != nil {
				tt.change(c)
			}
			r, err := newRunner(c, nil, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer r.clean()
			if code := r.run(); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, check := range r.checks {
				switch {
				case check.err == nil && check.name == tt.failed:
					t.Errorf("%s did not fail", check.name)
				case check.err != nil && check.name != tt.failed:
					t.Errorf("%s: %v", check.name, check.err)
				case check.err != nil && !strings.Contains(check.err.Error(), tt.want):
					t.Errorf("%s: %v\nwant %s", check.name, check.err, tt.want)
				}
			}
		})
	}
}

// TestInterrupted ends the runner as Bazel does at a timeout, when item waits for
// stock.
func TestInterrupted(t *testing.T) {
	c := configFor(t, "does not serve")
	t.Setenv("TEST_TIMEOUT", "600")
	config, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "shop_test")
	self, _ := os.Executable()
	if err := errors.Join(os.Symlink(self, name), os.WriteFile(name+".json", config, 0o600)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd := exec.Command(name)
	cmd.Env, cmd.Stderr = append(os.Environ(), roleEnv+"=runner"), &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), filepath.Base(c.Binary)+".log")
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(poll) {
		if text, _ := os.ReadFile(log); strings.Contains(string(text), "stock runs") {
			break
		}
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, want exit code 1", err)
	}
	for _, want := range []string{"interrupted while waiting for the services", "stock runs"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// configFor returns the configuration of a test whose programs are this one.
func configFor(t *testing.T, mode string) *config {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	srcdir := os.Getenv("TEST_SRCDIR")
	if srcdir == "" {
		srcdir = filepath.Dir(self)
		t.Setenv("TEST_SRCDIR", srcdir)
	}
	program, err := filepath.Rel(srcdir, self)
	if err != nil {
		t.Fatal(err)
	}
	// Those of this test are not the runner's.
	for _, name := range []string{"XML_OUTPUT_FILE", "TESTBRIDGE_TEST_ONLY", "TEST_TOTAL_SHARDS", "TEST_TIMEOUT"} {
		t.Setenv(name, "")
	}
	t.Setenv("TEST_UNDECLARED_OUTPUTS_DIR", t.TempDir())
	t.Setenv(modeEnv, mode)
	if strings.HasPrefix(mode, "does not ") {
		t.Setenv("TEST_TIMEOUT", "4")
	}
	return &config{
		Label:     "//shop:" + strings.ReplaceAll(mode, " ", "_"),
		Binary:    program,
		Test:      program,
		Env:       map[string]string{"ITEM_ADDR": "127.0.0.1:{port:item}"},
		BinaryEnv: map[string]string{roleEnv: "binary"},
		TestEnv:   map[string]string{roleEnv: "test"},
		Inline:    []string{"item->stock"},
	}
}
