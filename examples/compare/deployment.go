package compare

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Deployment is a running example.
type Deployment struct {
	// URL is where requests are answered.
	URL string
	// Addrs are the services' addresses, and Debug those of their debug pages.
	Addrs, Debug map[string]string

	example   *Example
	processes []*process
	proxies   []*proxy
	dir       string // for logs and the socket
	admin     string // socket of the merged binary, or empty
}

const (
	// StartTimeout is what the services may take until they answer.
	StartTimeout = 30 * time.Second
	stopTimeout  = 15 * time.Second
)

// Deploy starts the services on free ports and waits until they answer. With
// counting set, they dial each other through proxies.
func Deploy(ctx context.Context, e *Example, bins Binaries, merged, counting bool) (_ *Deployment, err error) {
	d := &Deployment{example: e, Addrs: make(map[string]string), Debug: make(map[string]string)}
	defer func() {
		if err != nil {
			err = d.Explain(err)
			d.Stop()
		}
	}()
	if d.dir, err = os.MkdirTemp("", e.Name); err != nil {
		return nil, err
	}
	free, err := freeAddrs(2 * len(e.Services))
	if err != nil {
		return nil, err
	}
	for i, s := range e.Services {
		d.Addrs[s.Name], d.Debug[s.Name] = free[2*i], free[2*i+1]
	}
	d.URL = "http://" + d.Addrs[e.front()]

	dial := maps.Clone(d.Addrs)
	if counting {
		for _, s := range e.callees() {
			p, err := newProxy(dial[s.Name])
			if err != nil {
				return nil, err
			}
			d.proxies = append(d.proxies, p)
			dial[s.Name] = p.addr()
		}
	}
	env := append(os.Environ(), e.Env(d.Addrs, dial)...)
	if merged {
		d.admin = filepath.Join(d.dir, "admin")
		env = append(env, "GO_MERGE_ADMIN_SOCKET="+d.admin)
	}
	for i, c := range e.commands(bins, merged, d.Debug) {
		c.env = slices.Concat(env, c.env)
		p, err := startProcess(c, filepath.Join(d.dir, fmt.Sprintf("%d-%s.log", i, filepath.Base(c.program))))
		if err != nil {
			return nil, err
		}
		d.processes = append(d.processes, p)
	}
	return d, d.wait(ctx)
}

// wait returns when the front can reach the other services.
func (d *Deployment) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, StartTimeout)
	defer cancel()
	for {
		a, err := d.send(ctx, Call{Method: http.MethodGet, Path: versionsPath}, nil)
		if err == nil && a.Status == http.StatusOK {
			return nil
		}
		for _, p := range d.processes {
			select {
			case <-p.exited:
				return fmt.Errorf("%s ended early: %v", filepath.Base(p.cmd.Path), p.cmd.ProcessState)
			default:
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// bytes returns how many went through the proxies so far.
func (d *Deployment) bytes() int64 {
	var n int64
	for _, p := range d.proxies {
		n += p.bytes()
	}
	return n
}

// cpuTime returns the time all processes spent so far.
func (d *Deployment) cpuTime() (time.Duration, error) {
	var sum time.Duration
	for _, p := range d.processes {
		t, err := cpuTime(p.cmd.Process.Pid)
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return sum, nil
}

// Explain adds the ends of the logs to an error.
func (d *Deployment) Explain(err error) error {
	var b strings.Builder
	for _, p := range d.processes {
		text, _ := os.ReadFile(p.log)
		lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
		lines = lines[max(0, len(lines)-10):]
		fmt.Fprintf(&b, "\n--- %s\n%s", filepath.Base(p.log), bytes.Join(lines, []byte("\n")))
	}
	return fmt.Errorf("%w%s", err, b.String())
}

// Logs returns what the processes have written.
func (d *Deployment) Logs() (string, error) {
	var b strings.Builder
	for _, p := range d.processes {
		text, err := os.ReadFile(p.log)
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	return b.String(), nil
}

// Stop ends the processes and removes what they left behind.
func (d *Deployment) Stop() {
	// Callers first, so that nobody misses a service that is gone.
	for i := len(d.processes) - 1; i >= 0; i-- {
		d.processes[i].stop()
	}
	for _, p := range d.proxies {
		p.close()
	}
	os.RemoveAll(d.dir)
}

// process is a running program.
type process struct {
	cmd    *exec.Cmd
	log    string        // file
	exited chan struct{} // closed when it has
}

// startProcess starts a program that writes to a log file.
func startProcess(c command, log string) (*process, error) {
	f, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &process{cmd: exec.Command(c.program, c.args...), log: log, exited: make(chan struct{})}
	p.cmd.Env = c.env
	p.cmd.Stdout = f
	p.cmd.Stderr = f
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// stop asks the process to end, and kills it if it does not.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(stopTimeout):
		p.cmd.Process.Kill()
		<-p.exited
	}
}

// freeAddrs returns n loopback addresses that nobody listens at.
func freeAddrs(n int) ([]string, error) {
	addrs := make([]string, n)
	for i := range addrs {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer ln.Close()
		addrs[i] = ln.Addr().String()
	}
	return addrs, nil
}

// clockTick is the unit of times in /proc/<pid>/stat.
const clockTick = time.Second / 100

// cpuTime returns the user and system time that a process has used.
func cpuTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field, the program's name in parentheses, may have spaces.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat: %q", pid, stat)
	}
	var sum time.Duration
	for _, field := range fields[11:13] { // utime and stime
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		sum += time.Duration(ticks) * clockTick
	}
	return sum, nil
}
