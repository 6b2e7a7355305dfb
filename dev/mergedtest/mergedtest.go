// Package mergedtest has test binaries run themselves as merged binaries, which are then
// real processes with admin sockets.
package mergedtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime"
)

// Message is what calls carry.
type Message struct{ Text string }

// Method returns a method that converts messages by copying them.
func Method() runtime.Method {
	return runtime.Method{
		Args:      func(src any) (any, error) { return &Message{src.(*Message).Text}, nil },
		NewResult: func() any { return new(Message) },
		Result: func(dst, src any) error {
			*dst.(*Message) = *src.(*Message)
			return nil
		},
	}
}

// Call makes a call with a text, inline or else by a function, as the adapter of a
// framework does. If it fails inline, it ends as failed says.
func Call(client *runtime.Client, method, text string, failed runtime.Ending, rpc func()) {
	observed := client.Observe(method)
	call, drawn := client.Draw(method)
	how := runtime.EndedOK
	if call.Bound() {
		args, _ := call.Convert(&Message{text}) // which never fails
		if resp := call.Do(context.Background(), args, &Message{}, nil); resp.Failed() {
			how = failed
		}
	} else {
		rpc()
	}
	observed.End(drawn, how)
}

// Ready says that the merged binary has done what it does at first, or what the last line
// of its standard input said.
func Ready() { os.Stdout.WriteString("ready\n") }

// Process is a running merged binary.
type Process struct {
	// Socket is its admin socket.
	Socket string
	// PID is the number of the process.
	PID int

	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	log    log
}

// Start runs an executable, "" for the test binary itself, with an admin socket and more
// environment variables, until it is ready. It ends with the test.
func Start(t testing.TB, name, socket string, env ...string) *Process {
	t.Helper()
	if name == "" {
		var err error
		if name, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	p := &Process{Socket: socket, cmd: exec.Command(name)}
	p.cmd.Env = append(append(os.Environ(), "GO_MERGE_ADMIN_SOCKET="+socket), env...)
	p.log.written = sync.NewCond(&p.log.mu)
	p.cmd.Stderr = &p.log
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.PID = p.cmd.Process.Pid
	t.Cleanup(p.Stop)
	p.wait(t)
	return p
}

// Say writes a line to the standard input, and waits until the process is ready again.
func (p *Process) Say(t testing.TB, line any) {
	t.Helper()
	if _, err := fmt.Fprintln(p.stdin, line); err != nil {
		t.Fatal(err)
	}
	p.wait(t)
}

func (p *Process) wait(t testing.TB) {
	t.Helper()
	if line, err := p.stdout.ReadString('\n'); line != "ready\n" {
		p.Stop()
		t.Fatalf("the merged binary said %q, %v and logged %s", line, err, &p.log.text)
	}
}

// Logged waits until the process logs a text, and returns what follows on the line.
func (p *Process) Logged(text string) string {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	for {
		_, after, found := strings.Cut(p.log.text.String(), text)
		if line, _, whole := strings.Cut(after, "\n"); found && whole {
			return line
		}
		p.log.written.Wait()
	}
}

// Stop kills the process, if it runs.
func (p *Process) Stop() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// log has what a process logs.
type log struct {
	mu      sync.Mutex
	written *sync.Cond
	text    strings.Builder
}

func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written.Broadcast()
	return l.text.Write(text)
}
