// Package watch keeps reading what running merged binaries report, as long as somebody
// looks.
package watch

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

const (
	// pause is the least time from one reading of a process to the next.
	pause = 500 * time.Millisecond
	// servicesPause is that of its services: counting goroutines stops all of them for a
	// moment.
	servicesPause = 5 * time.Second
	// interest is how long processes are read after somebody has looked.
	interest = 10 * time.Second
	// share is how many times as long as a reading took there is a pause, so that large
	// processes do not spend their time on reports.
	share = 4
)

// Need says what a page shows of processes.
type Need struct {
	// Services is set if it shows services, and not only links.
	Services bool
}

// Process is what is known of one process.
type Process struct {
	// Socket is its admin socket.
	Socket string
	// Links and Services are what it reported last, nil if it never did.
	Links    *reports.Links
	Services *reports.Services
	// Read is when it last answered.
	Read time.Time
	// Err is why it does not answer, nil if it does. Since is when that began, zero if
	// it has been so from the first reading on.
	Err   error
	Since time.Time
	// Losses counts how often it stopped answering.
	Losses int
	// Rates are how often the methods of its links were called per second, by the link's
	// name, between the last two readings. It is nil before.
	Rates map[string]Rate
}

// Rate is how often a method is called per second.
type Rate struct{ Inline, RPC float64 }

// Binary is the name of its merged binary, "" if it never answered.
func (p Process) Binary() string {
	if p.Links == nil {
		return ""
	}
	return p.Links.Binary
}

// Gone reports whether it does not answer.
func (p Process) Gone() bool { return p.Err != nil }

// Watcher reads processes.
type Watcher struct {
	targets []*target

	mu     sync.Mutex
	looked time.Time
	need   Need
	wanted chan struct{} // closed when somebody looks
}

// target is a process with the state that only its reader changes.
type target struct {
	socket string
	client *admin.Client
	once   sync.Once
	ready  chan struct{} // closed after the first reading

	mu          sync.Mutex
	process     Process
	servicesDue time.Time
}

// New returns a watcher of the processes that have the admin sockets. Run reads them.
func New(sockets []string) *Watcher {
	sockets = slices.Clone(sockets)
	slices.Sort(sockets)
	w := &Watcher{wanted: make(chan struct{})}
	for _, socket := range slices.Compact(sockets) {
		w.targets = append(w.targets, &target{socket: socket, client: admin.NewClient(socket), ready: make(chan struct{}), process: Process{Socket: socket}})
	}
	return w
}

// Run reads the processes whenever somebody looks, until the context ends.
func (w *Watcher) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, t := range w.targets {
		wg.Go(func() { w.follow(ctx, t) })
	}
	wg.Wait()
}

// Processes returns what is known of the processes, sorted by binary and socket. It
// waits for those that have not been read yet, and has all read as long as it is called.
func (w *Watcher) Processes(ctx context.Context, need Need) []Process {
	w.look(need)
	all := make([]Process, 0, len(w.targets))
	for _, t := range w.targets {
		select {
		case <-t.ready:
		case <-ctx.Done():
		}
		t.mu.Lock()
		late := need.Services && t.process.Services == nil && !t.process.Gone()
		t.mu.Unlock()
		if late {
			t.read(need)
		}
		t.mu.Lock()
		all = append(all, t.process)
		t.mu.Unlock()
	}
	slices.SortStableFunc(all, func(a, b Process) int { return cmp.Compare(a.Binary(), b.Binary()) })
	return all
}

// Again reads a process at once, after a change.
func (w *Watcher) Again(socket string) {
	for _, t := range w.targets {
		if t.socket == socket {
			t.read(Need{})
		}
	}
}

// look takes note that somebody looks.
func (w *Watcher) look(need Need) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.looked) > interest {
		w.need = Need{}
	}
	w.looked = time.Now()
	w.need.Services = w.need.Services || need.Services
	close(w.wanted)
	w.wanted = make(chan struct{})
}

// interested returns what somebody looks at. If nobody does, it waits for somebody.
func (w *Watcher) interested(ctx context.Context) (Need, bool) {
	for {
		w.mu.Lock()
		looked, need, wanted := w.looked, w.need, w.wanted
		w.mu.Unlock()
		if time.Since(looked) <= interest {
			return need, true
		}
		select {
		case <-wanted:
		case <-ctx.Done():
			return Need{}, false
		}
	}
}

// follow reads a process again and again.
func (w *Watcher) follow(ctx context.Context, t *target) {
	for {
		need, ok := w.interested(ctx)
		if !ok {
			return
		}
		began := time.Now()
		t.read(need)
		select {
		case <-time.After(max(pause, share*time.Since(began))):
		case <-ctx.Done():
			return
		}
	}
}

// read asks the process once.
func (t *target) read(need Need) {
	defer t.once.Do(func() { close(t.ready) })
	t.mu.Lock()
	services := need.Services && !time.Now().Before(t.servicesDue)
	t.mu.Unlock()
	links, err := t.client.Links()
	var of *reports.Services
	if err == nil && services {
		of, err = t.client.Services()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.process = t.process.next(links, of, err, time.Now())
	switch {
	case err != nil:
		t.servicesDue = time.Time{} // those of the next process are others
	case of != nil:
		t.servicesDue = time.Now().Add(servicesPause)
	}
}

// next returns what is known after a reading.
func (p Process) next(links *reports.Links, services *reports.Services, err error, now time.Time) Process {
	if (err != nil) != (p.Err != nil) {
		if err != nil && p.Links != nil {
			p.Losses++
		}
		if !p.Read.IsZero() || err == nil && p.Err != nil {
			p.Since = now
		}
	}
	p.Err = err
	if err != nil {
		p.Rates = nil
		return p
	}
	p.Rates = rates(p.Links, links, now.Sub(p.Read))
	p.Links, p.Read = links, now
	if services != nil {
		p.Services = services
	}
	return p
}

// rates returns how often methods were called between two reports. Counters that are
// less than before are those of another process.
func rates(before, after *reports.Links, between time.Duration) map[string]Rate {
	if before == nil || between <= 0 {
		return nil
	}
	old := make(map[string]reports.Link, len(before.Links))
	for _, l := range before.Links {
		old[l.Name()] = l
	}
	all := make(map[string]Rate, len(after.Links))
	for _, l := range after.Links {
		o, known := old[l.Name()]
		if !known {
			continue
		}
		if l.Inline < o.Inline || l.RPC < o.RPC {
			return nil
		}
		all[l.Name()] = Rate{Inline: float64(l.Inline-o.Inline) / between.Seconds(), RPC: float64(l.RPC-o.RPC) / between.Seconds()}
	}
	return all
}
