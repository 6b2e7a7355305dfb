package serve

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
)

const (
	// atATime is how many processes are changed at a time.
	atATime = 64
	// mostChanges is how many changes are remembered.
	mostChanges = 100
)

// changes are those that were made, the last ones.
type changes struct {
	mu   sync.Mutex
	made int
	last []made
}

// made is a change with its number, counted from 1, and what became of it.
type made struct {
	number int
	pages.Change
	outcomes []pages.Outcome
}

// add takes note of a change, and returns its number.
func (c *changes) add(change pages.Change, outcomes []pages.Outcome) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	c.last = append(c.last, made{c.made, change, outcomes})
	c.last = slices.Delete(c.last, 0, max(0, len(c.last)-mostChanges))
	return c.made
}

// find returns the change with a number.
func (c *changes) find(number int) (made, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.last, func(m made) bool { return m.number == number })
	if i < 0 {
		return made{}, false
	}
	return c.last[i], true
}

// changeForm shows the form of a change, or what a filled-in one does.
func (s *Server) changeForm(r *http.Request) (pages.Page, error) {
	processes := s.processes(r, false)
	values := r.URL.Query()
	if !values.Has("rule") {
		return s.site.ChangeForm(processes, values.Get("binary"), values.Get("link"), values.Get("socket"))
	}
	c, err := pages.ParseChange(values, processes)
	if err != nil {
		return pages.Page{}, fmt.Errorf("%w: %w", pages.ErrInput, err)
	}
	return s.site.Preview(c, processes)
}

// change makes a change, and leads to the page of what became of it. Whoever loads that
// again does not make the change again.
func (s *Server) change(w http.ResponseWriter, r *http.Request) {
	const nothing = "Nothing was changed"
	if !s.AllowChanges {
		s.fail(w, r, http.StatusForbidden, nothing, "This server is read-only: start it with --allow-changes.")
		return
	}
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, nothing, err.Error())
		return
	}
	if !same(r.PostForm.Get("token"), s.secrets.form) {
		s.fail(w, r, http.StatusForbidden, nothing, "The form is not one of this server's. Open it again.")
		return
	}
	c, err := pages.ParseChange(r.PostForm, s.processes(r, false))
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, nothing, err.Error())
		return
	}
	// Whoever closes the page does not stop it half way.
	outcomes := s.apply(context.WithoutCancel(r.Context()), c)
	number := url.Values{"number": {strconv.Itoa(s.changes.add(c, outcomes))}}
	http.Redirect(w, r, s.secrets.path+pages.ChangedPage+"?"+number.Encode(), http.StatusSeeOther)
}

// changedPage shows what became of a change.
func (s *Server) changedPage(r *http.Request) (pages.Page, error) {
	number, _ := strconv.Atoi(r.FormValue("number")) // none has the number 0
	m, ok := s.changes.find(number)
	if !ok {
		return pages.Page{}, fmt.Errorf("%w: only the last %d changes since the server has started are kept", pages.ErrNotFound, mostChanges)
	}
	return s.site.Changed(m.Change, m.outcomes)
}

// apply makes a change in all of its processes.
func (s *Server) apply(ctx context.Context, c pages.Change) []pages.Outcome {
	outcomes := make([]pages.Outcome, len(c.Sockets))
	slots := make(chan struct{}, atATime)
	var wg sync.WaitGroup
	for i, socket := range c.Sockets {
		slots <- struct{}{}
		wg.Go(func() {
			outcomes[i] = apply(c, socket)
			s.Watcher.Again(ctx, socket)
			<-slots
		})
	}
	wg.Wait()
	return outcomes
}

// apply makes a change in one process.
func apply(c pages.Change, socket string) pages.Outcome {
	client := admin.NewClient(socket)
	var report *reports.Rules
	var err error
	switch {
	case c.Value == pages.Unset:
		report, err = client.Unset(c.Link)
	case c.Force || c.Link == pages.Kill:
		report, err = client.Set(c.Link + " " + c.Value)
	default:
		report, err = client.SetBound(c.Link + " " + c.Value)
	}
	if err != nil {
		text := strings.TrimPrefix(err.Error(), socket+": ")
		if _, unbound := err.(admin.UnboundError); unbound {
			text += "; to set the rule nevertheless, tick the box for services that do not listen"
		}
		return pages.Outcome{Socket: socket, Text: text, Failed: true}
	}
	text := fmt.Sprintf("%d methods changed", report.Changed)
	if report.Changed == 1 {
		text = "1 method changed"
	}
	if len(report.Killed) > 0 && c.Link != pages.Kill {
		text += "; all calls are RPCs, since the kill switch is on"
	}
	if len(report.Unbound) > 0 {
		text += "; " + reports.DescribeUnbound(report.Unbound)
	}
	return pages.Outcome{Socket: socket, Text: text}
}
