// Package serve serves the pages to the browser of the user who has started it, and to
// nobody else.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// Options say what to serve.
type Options struct {
	Watcher *watch.Watcher
	// Versions, Plan and Rollout read what these pages show. They are nil where there are
	// none.
	Versions func([]watch.Process) (*pages.Versions, error)
	Plan     func() (*choose.Plan, error)
	Rollout  func() (*pages.Rollout, error)
	// AllowChanges lets the pages change what processes do.
	AllowChanges bool
	// Host is the host name of the address to listen at, as the user named it.
	Host string
}

const (
	// slowest is how long a client may take to send a request, idle how long a connection
	// may have none, and longest how long an answer may take, with what is read for it.
	slowest = 30 * time.Second
	idle    = time.Minute
	longest = 5 * time.Minute
	// grace is how long requests may take that are under way when the server ends, such
	// as changes: longer than a process may take to answer.
	grace = 15 * time.Second
)

// fresh is how long what is read from files is shown before it is read again.
const fresh = 30 * time.Second

// Server answers requests.
type Server struct {
	Options
	site     pages.Site
	secrets  secrets
	versions kept[*pages.Versions]
	plan     kept[*choose.Plan]
	changes  changes
}

// New returns a server with new secrets.
func New(o Options) *Server {
	s := &Server{Options: o, secrets: newSecrets()}
	names := []string{pages.LinksPage, pages.GraphPage, pages.ServicesPage, pages.VersionsPage, pages.ProcessesPage}
	if o.Plan != nil {
		names = append(names, pages.PlanPage)
	}
	if o.Rollout != nil {
		names = append(names, pages.RolloutPage)
	}
	s.site = pages.NewSite(func(page string, values url.Values) string {
		if len(values) == 0 {
			return page
		}
		return page + "?" + values.Encode()
	}, pages.Menu(names...))
	s.site.Changes, s.site.Token = o.AllowChanges, s.secrets.form
	return s
}

// URL returns the address to open, which has the token.
func (s *Server) URL(authority string) string {
	return "http://" + authority + s.secrets.path + "?" + url.Values{"token": {s.secrets.token}}.Encode()
}

// Serve answers requests until the context ends, and then those that are under way.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: slowest, ReadTimeout: slowest, IdleTimeout: idle, WriteTimeout: longest}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close() // what is left are clients that do not read
	}
	return nil
}

// Handler answers requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	at := s.secrets.path
	mux.HandleFunc("GET "+at+"{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, at+pages.LinksPage, http.StatusSeeOther)
	})
	mux.HandleFunc("GET "+at+"assets/ui.css", asset("text/css; charset=utf-8", pages.StyleSheet()))
	mux.HandleFunc("GET "+at+"assets/ui.js", asset("text/javascript; charset=utf-8", pages.Script()))
	for name, page := range map[string]func(*http.Request) (pages.Page, error){
		pages.LinksPage: func(r *http.Request) (pages.Page, error) {
			return s.site.Links(s.processes(r, false), query(r))
		},
		pages.LinkPage: func(r *http.Request) (pages.Page, error) {
			return s.site.Link(s.processes(r, false), r.FormValue("binary"), r.FormValue("link"), query(r))
		},
		pages.GraphPage: func(r *http.Request) (pages.Page, error) {
			depth, _ := strconv.Atoi(r.FormValue("depth")) // the least one if it is not a number
			return s.site.Graph(s.processes(r, false), r.FormValue("service"), depth)
		},
		pages.ServicesPage: func(r *http.Request) (pages.Page, error) {
			return s.site.Services(s.processes(r, true), pages.ParseOnly(r.URL.Query()), query(r), time.Now())
		},
		pages.ProcessesPage: func(r *http.Request) (pages.Page, error) {
			return s.site.Processes(s.processes(r, false), query(r))
		},
		pages.VersionsPage: s.versionsPage,
		pages.RolloutPage:  s.rolloutPage,
		pages.PlanPage:     s.planPage(func(p *choose.Plan, r *http.Request) (pages.Page, error) { return s.site.Plan(p, query(r)) }),
		pages.GroupPage: s.planPage(func(p *choose.Plan, r *http.Request) (pages.Page, error) {
			number, _ := strconv.Atoi(r.FormValue("number")) // none has the number 0
			return s.site.Group(p, number)
		}),
		pages.ExplainPage: s.planPage(func(p *choose.Plan, r *http.Request) (pages.Page, error) {
			return s.site.Explain(p, r.FormValue("link"))
		}),
		pages.ChangePage:  s.changeForm,
		pages.ChangedPage: s.changedPage,
	} {
		mux.HandleFunc("GET "+at+name, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, page) })
	}
	mux.HandleFunc("POST "+at+pages.ChangePage, s.change)
	mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, func(*http.Request) (pages.Page, error) {
			return pages.Page{}, fmt.Errorf("%w: no page has this address", pages.ErrNotFound)
		})
	})
	return s.guard(mux)
}

func (s *Server) processes(r *http.Request, services bool) []watch.Process {
	return s.Watcher.Processes(r.Context(), watch.Need{Services: services})
}

func query(r *http.Request) table.Query { return table.ParseQuery(r.URL.Query()) }

// answer writes a page, or the part of it that changes if the page's script asks.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, page func(*http.Request) (pages.Page, error)) {
	p, err := page(r)
	switch {
	case errors.Is(err, pages.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "There is nothing here", strings.TrimPrefix(err.Error(), pages.ErrNotFound.Error()+": "))
	case errors.Is(err, pages.ErrInput):
		s.fail(w, r, http.StatusBadRequest, "This cannot be done", err.Error())
	case err != nil:
		s.fail(w, r, http.StatusInternalServerError, "This page cannot be shown", err.Error())
	default:
		s.write(w, r, http.StatusOK, p)
	}
}

// fail answers with a page that says what went wrong.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	p, err := s.site.Failure(title, text)
	if err != nil {
		http.Error(w, text, status)
		return
	}
	s.write(w, r, status, p)
}

// write writes a page, or what changes of it.
func (s *Server) write(w http.ResponseWriter, r *http.Request, status int, p pages.Page) {
	render := s.site.Render
	if r.Header.Get("Mergectl-Fragment") != "" {
		render = s.site.Fragment
	}
	html, err := render(p)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(html)
}

// refuse answers whoever may see no page.
func refuse(w http.ResponseWriter, status int, title, text string) {
	html, err := pages.Message(title, text)
	if err != nil {
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(html)
}

func asset(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Write([]byte(text))
	}
}

func (s *Server) versionsPage(r *http.Request) (pages.Page, error) {
	processes := s.processes(r, true)
	v := &pages.Versions{Processes: processes, Read: time.Now()}
	if s.Versions != nil {
		var err error
		if v, err = s.versions.get(func() (*pages.Versions, error) { return s.Versions(processes) }); err != nil {
			return pages.Page{}, err
		}
	}
	return s.site.Versions(v, query(r))
}

func (s *Server) rolloutPage(r *http.Request) (pages.Page, error) {
	if s.Rollout == nil {
		return pages.Page{}, pages.ErrNotFound
	}
	// A log grows while somebody looks, so it is not kept.
	rollout, err := s.Rollout()
	if err != nil {
		return pages.Page{}, err
	}
	return s.site.Rollout(rollout, query(r))
}

func (s *Server) planPage(write func(*choose.Plan, *http.Request) (pages.Page, error)) func(*http.Request) (pages.Page, error) {
	return func(r *http.Request) (pages.Page, error) {
		if s.Plan == nil {
			return pages.Page{}, pages.ErrNotFound
		}
		p, err := s.plan.get(s.Plan)
		if err != nil {
			return pages.Page{}, err
		}
		return write(p, r)
	}
}

// kept is a value that takes long to read.
type kept[T any] struct {
	mu    sync.Mutex
	value T
	read  time.Time
}

// get returns the value, which it reads again if it is old. Errors are not kept.
func (k *kept[T]) get(read func() (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.read.IsZero() && time.Since(k.read) < fresh {
		return k.value, nil
	}
	value, err := read()
	if err == nil {
		k.value, k.read = value, time.Now()
	}
	return value, err
}

// File returns one file with all pages.
func (s *Server) File(ctx context.Context) ([]byte, error) {
	c := pages.Contents{Processes: s.Watcher.Processes(ctx, watch.Need{Services: true, All: true}), Now: time.Now()}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("it ended before all processes were read, and nothing is written: %w", err)
	}
	for _, p := range c.Processes {
		if p.Gone() {
			return nil, p.Err
		}
	}
	var err error
	c.Versions = &pages.Versions{Processes: c.Processes, Read: c.Now}
	if s.Versions != nil {
		if c.Versions, err = s.Versions(c.Processes); err != nil {
			return nil, err
		}
	}
	if s.Plan != nil {
		if c.Plan, err = s.Plan(); err != nil {
			return nil, err
		}
	}
	if s.Rollout != nil {
		if c.Rollout, err = s.Rollout(); err != nil {
			return nil, err
		}
	}
	return pages.File(c)
}
