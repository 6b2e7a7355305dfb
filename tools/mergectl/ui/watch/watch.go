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
	// pause is the least time from one reading of a process to the next, and each is that
	// of one of many processes, so that there are at most 100 readings a second.
	pause = 500 * time.Millisecond
	each  = 10 * time.Millisecond
	// servicesPause is that of its services: counting goroutines stops all of them for a
	// moment.
	servicesPause = 5 * time.Second
	// interest is how long processes are read after somebody has looked.
	interest = 10 * time.Second
	// share is how many times as long as a reading took there is a pause, so that large
	// processes do not spend their time on reports.
	share = 4
	// most is how many processes are read at a time.
	most = 64
	// patience is how long somebody who looks waits for processes that have not been read,
	// and lateAfter how long a process may take to answer before it is late.
	patience  = 5 * time.Second
	lateAfter = 2 * time.Second
)

// Need says what a page shows of processes.
type Need struct {
	// Services is set if it shows services, and not only links.
	Services bool
	// All is set if it can leave out no process that takes long to answer.
	All bool
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
	// Late is how long it has been asked without an answer, 0 if that is not long.
	Late time.Duration
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
	// slots has room for those that are being read.
	slots chan struct{}
	// patience and lateAfter are as the constants, and less in tests.
	patience, lateAfter time.Duration

	mu sync.Mutex
	// looked and services are when somebody has looked at links, and at services.
	looked, services time.Time
	// hurry is closed when somebody looks at what has not been read for some time.
	hurry chan struct{}
}

// target is a process with the state of reading it.
type target struct {
	socket string
	client *admin.Client
	// reading is held by whoever reads it.
	reading sync.Mutex

	mu      sync.Mutex
	process Process
	// asked is when the reading began that has not ended, zero if there is none.
	asked time.Time
	// began and servicesBegan are when the last reading began that has ended, and the
	// last one of services.
	began, servicesBegan time.Time
	servicesDue          time.Time
	changed              chan struct{} // closed when a reading ends
}

// New returns a watcher of the processes that have the admin sockets. Run reads them.
func New(sockets []string) *Watcher {
	sockets = slices.Clone(sockets)
	slices.Sort(sockets)
	w := &Watcher{slots: make(chan struct{}, most), patience: patience, lateAfter: lateAfter, hurry: make(chan struct{})}
	for _, socket := range slices.Compact(sockets) {
		w.targets = append(w.targets, &target{socket: socket, client: admin.NewClient(socket), changed: make(chan struct{}), process: Process{Socket: socket}})
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

// Processes returns what is known of the processes, sorted by binary and socket. It waits
// for those that have not been read since somebody looked last, but not long. It has all
// read as long as it is called.
func (w *Watcher) Processes(ctx context.Context, need Need) []Process {
	links, services := w.look(need, time.Now())
	if !need.All {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.patience)
		defer cancel()
	}
	for _, t := range w.targets {
		t.wait(ctx, links, services)
	}
	all := make([]Process, 0, len(w.targets))
	for _, t := range w.targets {
		all = append(all, t.known(time.Now(), w.lateAfter))
	}
	slices.SortStableFunc(all, func(a, b Process) int { return cmp.Compare(a.Binary(), b.Binary()) })
	return all
}

// Again reads a process at once, after a change.
func (w *Watcher) Again(ctx context.Context, socket string) {
	for _, t := range w.targets {
		if t.socket == socket {
			t.read(ctx, Need{})
		}
	}
}

// look takes note that somebody looks. It returns the times after which readings have to
// begin: now for what nobody has looked at for some time, and otherwise the zero time.
func (w *Watcher) look(need Need, now time.Time) (links, services time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.looked) > interest {
		links = now
	}
	w.looked = now
	if need.Services {
		if now.Sub(w.services) > interest {
			services = now
		}
		w.services = now
	}
	if !links.IsZero() || !services.IsZero() {
		close(w.hurry)
		w.hurry = make(chan struct{})
	}
	return links, services
}

// interested returns what somebody looks at, and a channel that is closed when there is a
// hurry. If nobody looks, it waits for somebody.
func (w *Watcher) interested(ctx context.Context) (need Need, hurry <-chan struct{}, ok bool) {
	for {
		w.mu.Lock()
		now := time.Now()
		looks := now.Sub(w.looked) <= interest
		need.Services = now.Sub(w.services) <= interest
		hurry = w.hurry
		w.mu.Unlock()
		if looks {
			return need, hurry, true
		}
		select {
		case <-hurry:
		case <-ctx.Done():
			return need, hurry, false
		}
	}
}

// follow reads a process again and again.
func (w *Watcher) follow(ctx context.Context, t *target) {
	least := max(pause, time.Duration(len(w.targets))*each)
	for {
		need, hurry, ok := w.interested(ctx)
		if !ok {
			return
		}
		select {
		case w.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		took, err := t.read(ctx, need)
		<-w.slots
		wait := max(least, share*took)
		if err != nil {
			wait = least // it did not spend its time on a report
		}
		select {
		case <-time.After(wait):
		case <-hurry:
		case <-ctx.Done():
			return
		}
	}
}

// read asks the process once.
func (t *target) read(ctx context.Context, need Need) (took time.Duration, err error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	began := time.Now()
	t.mu.Lock()
	t.asked = began
	services := need.Services && !began.Before(t.servicesDue)
	t.mu.Unlock()
	client := t.client.WithContext(ctx)
	links, err := client.Links()
	var of *reports.Services
	if err == nil && services {
		of, err = client.Services()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ended := time.Now()
	t.process = t.process.next(links, of, err, ended)
	t.asked, t.began = time.Time{}, began
	switch {
	case err != nil:
		t.servicesDue = time.Time{} // those of the next process are others
	case of != nil:
		t.servicesBegan, t.servicesDue = began, ended.Add(servicesPause)
	}
	close(t.changed)
	t.changed = make(chan struct{})
	return ended.Sub(began), err
}

// wait waits until the process has been read, from given times on: its links, and its
// services unless it does not answer or the time is zero.
func (t *target) wait(ctx context.Context, links, services time.Time) {
	for {
		t.mu.Lock()
		read := !t.began.IsZero() && !t.began.Before(links)
		read = read && (services.IsZero() || t.process.Gone() || !t.servicesBegan.Before(services))
		changed := t.changed
		t.mu.Unlock()
		if read {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// known returns what is known of the process.
func (t *target) known(now time.Time, lateAfter time.Duration) Process {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.process
	if !t.asked.IsZero() && now.Sub(t.asked) >= lateAfter {
		p.Late = now.Sub(t.asked)
	}
	return p
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
