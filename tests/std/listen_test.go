package std

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What the program prints as a service that listens, and as one that does not.
const (
	listening = `another machine's true
no port listen tcp: lookup tcp/none: unknown port
taken true
deadline true
met file
raw <nil> <nil>
closed <nil> true <nil> <nil>
socket true true unix
met socket
closed <nil> false
socket true true unix
met socket
closed <nil> true
taken true
none true true
none true
`
	inProcessOnly = `another machine's true
no port listen tcp: lookup tcp/none: unknown port
taken false
closed <nil> true
closed true true
true true true true failing true true
met first
met next
met tls
addr true <nil>
deadline true
met file
raw <nil> <nil>
closed <nil> true <nil> <nil>
socket true true unix
met socket
closed <nil> false
socket true true unix
met socket
closed <nil> true
taken true
none true true
none true
`
)

// TestListen runs a program that listens at addresses which are taken: a service
// does what a separate process does, and one that does not listen binds them when
// it accepts connections there.
func TestListen(t *testing.T) {
	const program = "testdata/listen.go"
	table := readTable(t)
	forSDKs(t, func(t *testing.T, s sdk) {
		to := target{goos: runtime.GOOS, goarch: runtime.GOARCH}
		originals := s.exports(t, table, to)
		var both []*service
		for _, name := range []string{"left", "right"} {
			one := service{sdk: s, to: to, table: table, originals: originals, namespace: name, main: "example.com/service"}
			if name == "left" {
				one.env = [][2]string{{"LISTENS", "1"}}
			} else {
				one.inProcessOnly = true
			}
			compiled := newService(t, one)
			compiled.std()
			compiled.program(program)
			both = append(both, compiled)
		}
		if t.Failed() {
			return
		}
		alone := filepath.Join(t.TempDir(), "alone")
		if _, err := s.run(".", to, "go", "build", "-o", alone, program); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(alone)
		cmd.Env = append(cmd.Environ(), "LISTENS=1")
		if out, err := cmd.Output(); err != nil || string(out) != listening {
			t.Errorf("alone: %v, got\n%s\nwant\n%s", err, out, listening)
		}
		cmd = exec.Command(link(t, both...))
		var log strings.Builder
		cmd.Stderr = &log
		if out, err := cmd.Output(); err != nil || string(out) != listening+inProcessOnly {
			t.Errorf("merged: %v, got\n%s\nwant\n%s\n%s", err, out, listening+inProcessOnly, &log)
		}
		// One is of TCP, the other of a unix socket.
		const said = "rules_go_merge: service right accepts connections at an address that it cannot bind: listen "
		if n := strings.Count(log.String(), said); n != 2 || n != strings.Count(log.String(), "\n") {
			t.Errorf("the log does not say twice %q:\n%s", said, &log)
		}
	})
}
