package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/bench/admin"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// deployment is the caller and the callee, running.
type deployment struct {
	callerAddr, calleeAddr string
	socket                 string // of the merged binary, or empty
	dir                    string
	processes              []*exec.Cmd
}

const stopTimeout = 15 * time.Second

// deploy starts a form's programs. With profiles, the CPU profile of program i is
// written to profiles[i] when it stops; the one of a merged binary is its
// caller's.
func deploy(f form, opt options, profiles []string) (_ *deployment, err error) {
	d := &deployment{}
	if d.dir, err = os.MkdirTemp("", "affinity"); err != nil {
		return nil, err
	}
	if d.callerAddr, err = freeAddr(); err != nil {
		return nil, err
	}
	if d.calleeAddr, err = freeAddr(); err != nil {
		return nil, err
	}
	env := append(os.Environ(), measure.FullEnv+"=1",
		measure.CallerAddrEnv+"="+d.callerAddr, measure.CalleeAddrEnv+"="+d.calleeAddr)
	if opt.steps > 0 {
		env = append(env, fmt.Sprintf("%s=%d", measure.WorkEnv, opt.steps))
	}
	if f.rules != "" {
		env = append(env, admin.RulesEnv+"="+f.rules)
	}
	if len(f.programs) == 1 {
		d.socket = filepath.Join(d.dir, "admin")
		env = append(env, admin.SocketEnv+"="+d.socket)
	}
	for i, variable := range []string{measure.CallerProfileEnv, measure.CalleeProfileEnv}[:len(profiles)] {
		env = append(env, variable+"="+profiles[i])
	}
	for _, program := range f.programs {
		cmd := exec.Command(program)
		cmd.Env = env
		log, err := os.Create(filepath.Join(d.dir, filepath.Base(program)+".log"))
		if err != nil {
			return nil, errors.Join(err, d.stop())
		}
		cmd.Stderr = log
		err = errors.Join(cmd.Start(), log.Close())
		if err != nil {
			return nil, errors.Join(err, d.stop())
		}
		d.processes = append(d.processes, cmd)
	}
	return d, nil
}

// stop ends the processes, callers first, and removes what they left behind.
func (d *deployment) stop() error {
	var failed error
	for _, cmd := range d.processes {
		cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(stopTimeout, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		kill.Stop()
		if err != nil {
			log, _ := os.ReadFile(filepath.Join(d.dir, filepath.Base(cmd.Path)+".log"))
			failed = errors.Join(failed, fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, log))
		}
	}
	return errors.Join(failed, os.RemoveAll(d.dir))
}

// usage is what the processes used so far.
type usage struct {
	cpu   time.Duration // user and system time
	rss   int64         // bytes, now
	links admin.Link    // calls from the caller to the callee, if merged
}

func (d *deployment) usage() (u usage, err error) {
	for _, cmd := range d.processes {
		cpu, err := cpuTime(cmd.Process.Pid)
		if err != nil {
			return u, err
		}
		rss, err := residentMemory(cmd.Process.Pid)
		if err != nil {
			return u, err
		}
		u.cpu += cpu
		u.rss += rss
	}
	if d.socket != "" {
		links, err := admin.Links(d.socket)
		if err != nil {
			return u, err
		}
		u.links = admin.Sum(links)
	}
	return u, nil
}

// clockTick is the unit of times in /proc/<pid>/stat.
const clockTick = time.Second / 100

// cpuTime returns what getrusage tells a process about itself.
func cpuTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field, the program's name in parentheses, may have spaces.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
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

func residentMemory(pid int) (int64, error) {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

// freeAddr returns a loopback address that nobody listens at.
func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// answers is what the load generator reports.
type answers struct {
	Version  string           `json:"version"`
	Requests int              `json:"requests"`
	Errors   int              `json:"errors"`
	Error    string           `json:"error"`
	Seconds  float64          `json:"seconds"`
	Classes  map[string]class `json:"classes"`

	cpu time.Duration // of the generator
}

// class has latencies in microseconds.
type class struct {
	Requests int64   `json:"requests"`
	P50      float64 `json:"p50_us"`
	P99      float64 `json:"p99_us"`
	P999     float64 `json:"p999_us"`
}

// generate runs the load generator against the deployment.
func (d *deployment) generate(generator string, rate int, duration time.Duration) (a answers, err error) {
	cmd := exec.Command(generator, "-caller="+d.callerAddr, "-callee="+d.calleeAddr,
		fmt.Sprintf("-rate=%d", rate), fmt.Sprintf("-duration=%s", duration))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return a, fmt.Errorf("load generator: %w", err)
	}
	a.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if err := json.Unmarshal(out, &a); err != nil {
		return a, fmt.Errorf("load generator: %w", err)
	}
	if a.Errors > 0 {
		return a, fmt.Errorf("%d of %d requests failed, first with: %s", a.Errors, a.Requests, a.Error)
	}
	return a, nil
}
