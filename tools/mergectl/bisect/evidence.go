package bisect

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/switching"
)

// snapshot is what a process reports at one time.
type snapshot struct {
	taken      time.Time
	counted    *arms.Process
	services   []reports.Service
	goroutines []reports.GoroutineGroup
}

// snapshots asks all processes.
func (b *Bisection) snapshots() ([]snapshot, error) {
	var all []snapshot
	for _, socket := range b.Sockets {
		client := admin.NewClient(socket)
		reading := arms.Sockets{socket}.Read(context.Background())
		services, err1 := client.Services()
		goroutines, err2 := client.Goroutines()
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		if len(reading.Failures) > 0 {
			return nil, errors.New(reading.Failures[0].String())
		}
		all = append(all, snapshot{time.Now(), reading.Processes[0], services.Services, goroutines.Goroutines})
	}
	return all, nil
}

// measure keeps what processes use where a comparison needs it. Asking for goroutines
// stops them for a moment, so that not all trials end with it.
func (b *Bisection) measure(step search.Step, on []linkpattern.Pattern, alone map[string][]snapshot) (err error) {
	switch step.Kind {
	case search.AllOff:
		b.off, err = b.snapshots()
	case search.Alone:
		alone[key(on)], err = b.snapshots()
	}
	return err
}

// evidence fills in what is known of a culprit: what its methods counted during the
// search, and what its services used.
func (b *Bisection) evidence(c *Culprit, links []switching.Link) error {
	now, err := b.snapshots()
	if err != nil {
		return err
	}
	for i, socket := range b.Sockets {
		e := Evidence{Process: socket, Methods: methods(b.start[i], now[i], links), Services: []Service{}}
		if len(e.Methods) == 0 {
			continue
		}
		for _, link := range links {
			for _, part := range []struct{ role, name string }{{"caller", link.Pattern.Caller}, {"callee", link.Pattern.Callee}} {
				s := service(part.name, part.role, b.off[i].services, b.alone[i].services)
				if !slices.Contains(e.Services, s) {
					e.Services = append(e.Services, s)
				}
			}
		}
		e.Goroutines = grown(e.Services, b.off[i].goroutines, b.alone[i].goroutines)
		c.Evidence = append(c.Evidence, e)
	}
	return nil
}

// methods returns what the methods of links counted during the search.
func methods(start, now snapshot, links []switching.Link) (list []Method) {
	var watch arms.Watch
	watch.Next([]*arms.Process{start.counted}, start.taken)
	for _, d := range watch.Next([]*arms.Process{now.counted}, now.taken).Differences {
		for _, m := range d.Methods {
			of := m.Link
			of.Method = ""
			if m.Counts.Calls()+m.Counts.AttemptsInline+m.Counts.AttemptsRPC+m.Counts.Verified.Different > 0 && slices.ContainsFunc(links, func(l switching.Link) bool { return l.Pattern == of }) {
				list = append(list, Method{Link: m.Link.String(), Inline: arm(&m.Counts.Inline), RPC: arm(&m.Counts.RPC), Panics: m.Counts.Panics, Fallbacks: m.Counts.Fallbacks, Verified: m.Counts.Verified})
			}
		}
	}
	return list
}

func arm(a *arms.Arm) Arm {
	return Arm{Ended: a.Ended, Timed: a.Timed, P50: quantile(a, 50), P99: quantile(a, 99)}
}

// quantile returns a bound that a percentage of the timed calls did not exceed, 0 if
// none were timed, and the greatest bound for those that exceed it.
func quantile(a *arms.Arm, percent uint64) time.Duration {
	if a.Timed == 0 {
		return 0
	}
	for i, within := range a.Within {
		if within*100 >= a.Timed*percent {
			return time.Duration(reports.LatencyBound(i))
		}
	}
	return time.Duration(reports.LatencyBound(reports.LatencyBounds - 1))
}

// service returns what a service used without and with a culprit.
func service(name, role string, off, on []reports.Service) Service {
	s := Service{Name: name, Role: role}
	if was := named(off, name); was != nil {
		s.GoroutinesOff, s.HeapOff = was.Goroutines, was.HeapBytes
	}
	if is := named(on, name); is != nil {
		s.Version, s.Revision, s.Digest = is.Version, is.Revision, is.Digest
		s.GoroutinesOn, s.HeapOn = is.Goroutines, is.HeapBytes
	}
	return s
}

func named(services []reports.Service, name string) *reports.Service {
	for i := range services {
		if services[i].Name == name {
			return &services[i]
		}
	}
	return nil
}

// grown returns the groups of goroutines of some services that have become more.
func grown(services []Service, off, on []reports.GoroutineGroup) (list []Goroutines) {
	type group struct{ service, function string }
	sum := func(groups []reports.GoroutineGroup) map[group]int {
		counts := make(map[group]int)
		for _, g := range groups {
			counts[group{g.Service, g.Function}] += g.Count
		}
		return counts
	}
	was, is := sum(off), sum(on)
	list = []Goroutines{}
	for _, g := range on {
		k := group{g.Service, g.Function}
		if is[k] > was[k] && slices.ContainsFunc(services, func(s Service) bool { return s.Name == g.Service }) {
			list = append(list, Goroutines{Service: g.Service, Function: g.Function, Place: g.Place, Off: was[k], On: is[k]})
			was[k] = is[k] // each once
		}
	}
	return list
}
