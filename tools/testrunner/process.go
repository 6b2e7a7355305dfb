package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
)

// logShown is how much of the end of a log is printed, in bytes. All of it is in
// the test's undeclared outputs.
const logShown = 64 << 10

// process is a merged binary that runs.
type process struct {
	cmd   *exec.Cmd
	admin *admin.Client
	log   string        // file
	ended chan struct{} // closed when the process has ended
}

// startProcess starts a merged binary with an admin socket at the given path.
// Its output goes to the file log.
func startProcess(program string, args, env []string, socket, log string) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{cmd: exec.Command(program, args...), admin: admin.NewClient(socket), log: log, ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, out, out
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// hasEnded reports whether the process has ended.
func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// outcome reports how the process ended that has.
func (p *process) outcome() string {
	if code := p.cmd.ProcessState.ExitCode(); code >= 0 {
		return fmt.Sprintf("exit code %d", code)
	}
	return p.cmd.ProcessState.String()
}

// stop sends SIGTERM and returns an error unless the process then ends in time,
// with the given exit code. In any case it has ended when stop returns.
func (p *process) stop(grace time.Duration, code int) error {
	if p.hasEnded() {
		return fmt.Errorf("the process ended by itself: %s", p.outcome())
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(grace):
		p.kill()
		return fmt.Errorf("the process still ran %v after SIGTERM", grace)
	}
	if p.cmd.ProcessState.ExitCode() != code {
		return fmt.Errorf("after SIGTERM the process ended with %s and not with exit code %d", p.outcome(), code)
	}
	return nil
}

// kill ends the process at once.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// output returns the end of what the process wrote.
func (p *process) output() string {
	f, err := os.Open(p.log)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		f.Seek(max(size-logShown, 0), io.SeekStart)
	}
	text, _ := io.ReadAll(f)
	return string(text)
}

// explain prints what is known of the process.
func (p *process) explain() {
	if report, err := p.admin.Services(); err == nil {
		writeServices(os.Stderr, report.Services)
	}
	text := strings.TrimRight(p.output(), "\n")
	if text == "" {
		say("the merged binary has logged nothing")
		return
	}
	say("log of the merged binary, %s:\n%s", filepath.Base(p.log), text)
}
