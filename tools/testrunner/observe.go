package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

const (
	// settleTime is how long the process must stay as it is to count as settled.
	settleTime = time.Second
	// settleLimit is how long it gets for that.
	settleLimit = 15 * time.Second
)

// observation is what a process has at one time.
type observation struct {
	services   []reports.Service
	links      []reports.Link
	goroutines goroutines
	ports      []string // at which it listens, nil where that is not known
}

// goroutines are counted by the function that they began with.
type goroutines map[origin]int

type origin struct{ service, function string }

// observe waits until the process has settled, and returns what it has then. It
// has settled as soon as nothing is there that was not before. Without a time
// before, and if that does not come about, it has when it stays the same.
func (r *runner) observe(before *observation) (*observation, error) {
	limit := time.Now().Add(settleLimit)
	var last *observation
	var unchanged time.Time
	for {
		now, err := r.binary.look()
		if err != nil {
			return nil, err
		}
		if before != nil && len(growth(before.goroutines, now.goroutines)) == 0 && newPorts(before, now) == nil && r.called(before, now) {
			return now, nil
		}
		if last == nil || !maps.Equal(last.goroutines, now.goroutines) || !slices.Equal(last.ports, now.ports) {
			unchanged = time.Now()
		}
		if time.Since(unchanged) > settleTime || time.Now().After(limit) {
			return now, nil
		}
		last = now
		time.Sleep(poll)
	}
}

// called reports whether all links were called, which is the case soon after a
// test that does not wait for all its effects.
func (r *runner) called(before, now *observation) bool {
	made := since(before.links, now.links)
	return !slices.ContainsFunc(r.links, func(l link) bool {
		inline, rpc := l.calls(made)
		return inline+rpc == 0
	})
}

// look returns what the process has now.
func (p *process) look() (*observation, error) {
	services, err := p.admin.Services()
	if err != nil {
		return nil, err
	}
	links, err := p.admin.Links()
	if err != nil {
		return nil, err
	}
	groups, err := p.admin.Goroutines()
	if err != nil {
		return nil, err
	}
	o := &observation{services: services.Services, links: links.Links, goroutines: goroutines{}}
	for _, g := range groups.Goroutines {
		o.goroutines[origin{g.Service, g.Function}] += g.Count
	}
	o.ports, _ = listening(p.cmd.Process.Pid)
	return o, nil
}

// growth returns by how much the goroutines that became more did.
func growth(before, after goroutines) goroutines {
	grown := goroutines{}
	for of, n := range after {
		if n > before[of] {
			grown[of] = n - before[of]
		}
	}
	return grown
}

// newPorts returns an error if the process listens where it did not before.
func newPorts(before, after *observation) error {
	var opened []string
	for _, address := range after.ports {
		if !slices.Contains(before.ports, address) {
			opened = append(opened, address)
		}
	}
	if opened == nil {
		return nil
	}
	return fmt.Errorf("the process still listens at %v, where it did not before the test", opened)
}
