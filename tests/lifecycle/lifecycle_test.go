package lifecycle

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// outcome is what a merged binary did in which alpha panics.
type outcome struct {
	code        int
	stdout, log string
}

// run starts a merged binary, lets alpha begin when beta waits for a signal, and
// tells the process to stop when its log has the given text.
func run(t *testing.T, binary, way, until string) outcome {
	t.Helper()
	cmd := exec.Command(bazeltest.Runfile(t, binary))
	cmd.Env = append(os.Environ(), "ALPHA_PANIC="+way)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	stdin, err2 := cmd.StdinPipe()
	if err := errors.Join(err, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	var log strings.Builder
	ready, told := false, false
	for buf := make([]byte, 4096); ; {
		n, err := stderr.Read(buf)
		log.Write(buf[:n])
		if !ready && strings.Contains(log.String(), "beta waits\n") {
			ready = true
			stdin.Write([]byte("\n"))
		}
		if !told && until != "" && strings.Contains(log.String(), until) {
			told = true
			cmd.Process.Signal(syscall.SIGTERM)
		}
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	cmd.Wait()
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), log.String()}
}

func binaries() (crashing, containing, sharing string) {
	args := os.Args[len(os.Args)-3:]
	return args[0], args[1], args[2]
}

func TestContainedPanic(t *testing.T) {
	_, binary, _ := binaries()
	for _, way := range []string{"main", "method", "literal", "generic", "timer", "standard library"} {
		t.Run(way, func(t *testing.T) {
			got := run(t, binary, way, "service alpha_contained panicked: out of numbers: the others go on")
			if got.code != 2 || got.stdout != "beta begins\nbeta returns\n" {
				t.Errorf("exit code %d, output %q", got.code, got.stdout)
			}
			place := "tests/lifecycle/alpha/main.go:"
			if !strings.Contains(got.log, "panic in service alpha_contained: out of numbers\n") || !strings.Contains(got.log, place) {
				t.Errorf("the log does not name service and place:\n%s", got.log)
			}
		})
	}
}

// TestExit shows services that exit: one that stops the others, and one that
// lets them go on until the process is told to stop.
func TestExit(t *testing.T) {
	stopping, keeping, _ := binaries()
	for _, tt := range []struct {
		binary, way, until string
		code               int
	}{
		{stopping, "exit", "", 3},
		{stopping, "fatal", "", 1},
		{keeping, "exit", "service alpha_contained exited with code 3: the others go on", 3},
		{keeping, "fatal", "service alpha_contained exited with code 1: the others go on", 1},
	} {
		t.Run(tt.way, func(t *testing.T) {
			got := run(t, tt.binary, tt.way, tt.until)
			if got.code != tt.code || got.stdout != "beta begins\nbeta returns\n" {
				t.Errorf("exit code %d, output %q, log\n%s", got.code, got.stdout, got.log)
			}
		})
	}
}

// TestSignal stops services one after the other, of which alpha does not handle
// the signal.
func TestSignal(t *testing.T) {
	_, binary, _ := binaries()
	got := run(t, binary, "signal", "beta waits")
	if got.code != 143 || got.stdout != "beta begins\nbeta returns\n" {
		t.Errorf("exit code %d, output %q, log\n%s", got.code, got.stdout, got.log)
	}
}

// TestSharedSignals stops services that share os/signal, which the system tells
// both at once, and which return by themselves.
func TestSharedSignals(t *testing.T) {
	_, _, binary := binaries()
	got := run(t, binary, "", "beta waits\nbeta waits\n")
	if got.code != 0 || got.stdout != "beta begins\nbeta begins\nbeta returns\nbeta returns\n" {
		t.Errorf("exit code %d, output %q, log\n%s", got.code, got.stdout, got.log)
	}
}

// TestCrash shows panics that end the process, which names the service.
func TestCrash(t *testing.T) {
	crashing, containing, _ := binaries()
	for _, tt := range []struct{ binary, way, panics, service string }{
		{crashing, "main", "out of numbers", "alpha"},
		{crashing, "method", "out of numbers", "alpha"},
		{containing, "builtin", "close of nil channel", "alpha_contained"},
	} {
		t.Run(tt.way, func(t *testing.T) {
			got := run(t, tt.binary, tt.way, "")
			if got.code != 2 {
				t.Errorf("exit code %d, output %q", got.code, got.stdout)
			}
			if want := "panic: " + tt.panics; !strings.Contains(got.log, want) {
				t.Errorf("no %q in\n%s", want, got.log)
			}
			// As Go prints labels since 1.27, and before.
			if labels := []string{"{service: " + tt.service + "}", `labels:{"service": "` + tt.service + `"}`}; !slices.ContainsFunc(labels, func(l string) bool { return strings.Contains(got.log, l) }) {
				t.Errorf("none of %q in\n%s", labels, got.log)
			}
		})
	}
}
