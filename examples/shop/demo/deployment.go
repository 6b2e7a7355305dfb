package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// binaries are the paths of the programs to run.
type binaries struct{ api, item, stock, merged string }

// deployment is the running shop.
type deployment struct {
	url       string            // of api
	addrs     map[string]string // of services
	debug     map[string]string // address of each service's debug pages
	processes []*process
	proxies   []*proxy
	dir       string // for logs and the socket
	admin     string // socket of the merged binary, or empty
}

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 15 * time.Second
)

// deploy starts the shop on free ports and waits until it answers. With
// counting set, services dial each other through proxies.
func deploy(ctx context.Context, bins binaries, merged, counting bool) (_ *deployment, err error) {
	d := &deployment{}
	defer func() {
		if err != nil {
			err = d.explain(err)
			d.stop()
		}
	}()
	if d.dir, err = os.MkdirTemp("", "shop"); err != nil {
		return nil, err
	}
	free, err := freeAddrs(2 * len(services))
	if err != nil {
		return nil, err
	}
	d.addrs, d.debug = make(map[string]string), make(map[string]string)
	for i, s := range services {
		d.addrs[s.name], d.debug[s.name] = free[2*i], free[2*i+1]
	}
	d.url = "http://" + d.addrs["api"]

	dialItem, dialStock := d.addrs["item"], d.addrs["stock"]
	if counting {
		for _, dial := range []*string{&dialItem, &dialStock} {
			p, err := newProxy(*dial)
			if err != nil {
				return nil, err
			}
			d.proxies = append(d.proxies, p)
			*dial = p.addr()
		}
	}
	env := append(os.Environ(),
		"API_LISTEN_ADDR="+d.addrs["api"], "ITEM_LISTEN_ADDR="+d.addrs["item"], "STOCK_LISTEN_ADDR="+d.addrs["stock"],
		"ITEM_ADDR="+dialItem, "STOCK_ADDR="+dialStock)
	if merged {
		d.admin = filepath.Join(d.dir, "admin")
		env = append(env, "GO_MERGE_ADMIN_SOCKET="+d.admin)
	}
	for i, c := range commands(bins, merged, d.debug) {
		c.env = slices.Concat(env, c.env)
		p, err := startProcess(c, filepath.Join(d.dir, fmt.Sprintf("%d-%s.log", i, filepath.Base(c.program))))
		if err != nil {
			return nil, err
		}
		d.processes = append(d.processes, p)
	}
	return d, d.wait(ctx)
}

// wait returns when api can reach the other services.
func (d *deployment) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		a, err := send(ctx, d.url, call{method: http.MethodGet, path: "/versions"}, "ready")
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
func (d *deployment) bytes() int64 {
	var n int64
	for _, p := range d.proxies {
		n += p.bytes()
	}
	return n
}

// cpuTime returns the time all processes spent so far.
func (d *deployment) cpuTime() (time.Duration, error) {
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

// explain adds the ends of the logs to an error.
func (d *deployment) explain(err error) error {
	var b strings.Builder
	for _, p := range d.processes {
		text, _ := os.ReadFile(p.log)
		lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
		lines = lines[max(0, len(lines)-10):]
		fmt.Fprintf(&b, "\n--- %s\n%s", filepath.Base(p.log), bytes.Join(lines, []byte("\n")))
	}
	return fmt.Errorf("%w%s", err, b.String())
}

// stop ends the processes and removes what they left behind.
func (d *deployment) stop() {
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
