package serve

import (
	"fmt"
	"net/http"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
)

// changeForm shows the form of a change, or what a filled-in one does.
func (s *Server) changeForm(r *http.Request) (pages.Page, error) {
	processes := s.processes(r, false)
	values := r.URL.Query()
	if !values.Has("rule") {
		return s.site.ChangeForm(processes, values.Get("binary"), values.Get("link"), values.Get("socket"))
	}
	c, err := pages.ParseChange(values, processes)
	if err != nil {
		return pages.Page{}, fmt.Errorf("%w: %w", pages.ErrNotFound, err)
	}
	return s.site.Preview(c, pages.LinksPage)
}

// change makes a change.
func (s *Server) change(w http.ResponseWriter, r *http.Request) {
	if !s.AllowChanges {
		refuse(w, http.StatusForbidden, "Nothing was changed", "This server is read-only: start it with --allow-changes.")
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "Nothing was changed", err.Error())
		return
	}
	if !same(r.PostForm.Get("token"), s.secrets.form) {
		refuse(w, http.StatusForbidden, "Nothing was changed", "The form is of a server that has ended. Open it again.")
		return
	}
	c, err := pages.ParseChange(r.PostForm, s.processes(r, false))
	if err != nil {
		refuse(w, http.StatusBadRequest, "Nothing was changed", err.Error())
		return
	}
	var outcomes []pages.Outcome
	for _, socket := range c.Sockets {
		outcomes = append(outcomes, apply(c, socket))
		s.Watcher.Again(socket)
	}
	s.answer(w, r, func(*http.Request) (pages.Page, error) { return s.site.Changed(c, outcomes, pages.LinksPage) })
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
		return pages.Outcome{Socket: socket, Text: err.Error(), Failed: true}
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
