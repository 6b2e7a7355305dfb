package arms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// Source is where processes are read.
type Source interface {
	// Read reads all processes. A process that cannot be read is a failure; so is a
	// source that cannot name its processes.
	Read(ctx context.Context) Reading
}

// Reading is what was read at one time.
type Reading struct {
	Processes []*Process
	Failures  []Failure
}

// Failure is a process, or a source of them, that could not be read.
type Failure struct {
	Name string
	Err  error
}

func (f Failure) String() string { return fmt.Sprintf("%s: %v", f.Name, f.Err) }

const (
	// timeout is how long one process, or Prometheus, may take.
	timeout = 5 * time.Second
	// limit is how long an answer may be, in bytes.
	limit = 64 << 20
	// atOnce is how many processes are asked at a time.
	atOnce = 16
)

// All reads several sources as one.
type All []Source

// Read reads the sources one by one.
func (a All) Read(ctx context.Context) (all Reading) {
	for _, s := range a {
		r := s.Read(ctx)
		all.Processes = append(all.Processes, r.Processes...)
		all.Failures = append(all.Failures, r.Failures...)
	}
	return all
}

// Sockets are paths of admin sockets. A pattern as of [filepath.Match] stands for those
// that are there; one that matches nothing is a failure.
type Sockets []string

// Read reads the processes.
func (s Sockets) Read(ctx context.Context) Reading {
	return expanded(s, func(socket string) (*Process, error) {
		client := &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "unix", socket)
			},
		}}
		text, err := get(ctx, client, "http://admin/metrics")
		if errors.Is(err, syscall.ECONNREFUSED) {
			return nil, errors.New("the merged binary that made this socket has ended")
		}
		if err != nil {
			return nil, err
		}
		return Parse(socket, text)
	})
}

// Addresses are HOST:PORT, as in GO_MERGE_METRICS_ADDR.
type Addresses []string

// Read reads the processes.
func (a Addresses) Read(ctx context.Context) Reading {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return concurrently(a, func(addr string) (*Process, error) {
		text, err := get(ctx, client, (&url.URL{Scheme: "http", Host: addr, Path: "/metrics"}).String())
		if err != nil {
			return nil, err
		}
		return Parse(addr, text)
	})
}

// Files are files with metrics in Prometheus' text format, each of one process, or
// patterns as of [filepath.Match].
type Files []string

// Read reads the files.
func (f Files) Read(context.Context) Reading {
	return expanded(f, func(name string) (*Process, error) {
		text, err := regular.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return Parse(name, text)
	})
}

// expanded reads what patterns of files stand for.
func expanded(patterns []string, read func(string) (*Process, error)) Reading {
	var names []string
	var failed []Failure
	for _, pattern := range patterns {
		if !strings.ContainsAny(pattern, `*?[`) {
			names = append(names, pattern)
			continue
		}
		found, err := filepath.Glob(pattern)
		if err == nil && len(found) == 0 {
			err = errors.New("there is no such file")
		}
		if err != nil {
			failed = append(failed, Failure{pattern, err})
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	r := concurrently(slices.Compact(names), read)
	r.Failures = append(r.Failures, failed...)
	return r
}

// concurrently reads the processes of some names, and returns them in that order.
func concurrently(names []string, read func(string) (*Process, error)) Reading {
	processes, errs := make([]*Process, len(names)), make([]error, len(names))
	var wait sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i, name := range names {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			processes[i], errs[i] = read(name)
		})
	}
	wait.Wait()
	var r Reading
	for i, name := range names {
		if errs[i] != nil {
			r.Failures = append(r.Failures, Failure{name, errs[i]})
		} else {
			r.Processes = append(r.Processes, processes[i])
		}
	}
	return r
}

// get returns what a server answers.
func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err // without the address, which the failure names
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > limit:
		return nil, fmt.Errorf("its answer is longer than %d MB", limit>>20)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("it answers with status %s: %.200q", resp.Status, text)
	}
	return text, nil
}
