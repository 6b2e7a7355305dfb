//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const goMergePanicEnv = "GO_MERGE_TEST_PANIC"

// TestGoMergePanic has a handler panic, by RPC and inline: the process ends, whatever
// the caller recovers.
func TestGoMergePanic(t *testing.T) {
	if how := os.Getenv(goMergePanicEnv); how != "" {
		goMergePanics(t, how)
		return
	}
	for _, how := range []string{"unary by RPC", "unary inline", "unary cooperative inline", "stream by RPC", "stream inline"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestGoMergePanic$")
		cmd.Env = append(os.Environ(), goMergePanicEnv+"="+how)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "broken") || !strings.Contains(string(out), "goMergePanics") {
			t.Errorf("%s: error %v and output\n%s", how, err, out)
		}
		if strings.Contains(string(out), "recovered") || strings.Contains(string(out), "returned") {
			t.Errorf("%s: the caller goes on:\n%s", how, out)
		}
		if inline := strings.HasSuffix(how, "inline"); inline != strings.Contains(string(out), "panic in a handler of service stock ends the process: broken") {
			t.Errorf("%s: the output does not name the callee:\n%s", how, out)
		}
	}
}

func goMergePanics(t *testing.T, how string) {
	defer func() {
		if p := recover(); p != nil {
			t.Log("recovered", p)
		}
	}()
	e := goMergeStart(t, &goMergeCase{}, strings.HasSuffix(how, "inline"))
	e.handleUnary(func(context.Context, string) (string, error) { panic("broken") })
	e.handleStream(func(string, ServerStream) error { panic("broken") })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if strings.Contains(how, "cooperative") {
		goMergeCooperate(t, e)
	} else {
		ctx = context.Background()
	}
	var err error
	if strings.HasPrefix(how, "unary") {
		_, err = e.call(ctx, "x")
	} else {
		_, err = goMergeRecv(e.open(context.Background(), "Both"))
	}
	t.Log("returned", err)
}
