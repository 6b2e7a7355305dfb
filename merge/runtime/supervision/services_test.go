package supervision

import (
	"encoding/json"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true, MaxInflight: 5}, {Name: "item"}}})
		p.set(Service{Name: "stock", Main: func() { panic("no stock") }}, Service{Name: "item", Main: p.hang})
		go p.run(p.terminations)
		synctest.Wait()
		got, err := json.Marshal(p.process.Services())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`[{"name":"stock","state":"ended","since":"2000-01-01T00:00:00Z","reason":"panicked: no stock","code":2,"restarts":0,"max_inflight":5,`,
			`{"name":"item","state":"running","since":"2000-01-01T00:00:00Z","code":0,`,
		} {
			if !strings.Contains(string(got), want) {
				t.Errorf("no %s in %s", want, got)
			}
		}
		if !p.process.Survives("stock") || p.process.Survives("item") {
			t.Error("the process ends with item alone")
		}
		p.terminations <- syscall.SIGTERM
		synctest.Wait()
	})
}

func TestBeforeTheServicesStart(t *testing.T) {
	p := NewProcess(newLinks(io.Discard))
	if len(p.Services()) > 0 || len(p.Goroutines()) > 0 {
		t.Errorf("%v services and goroutines of %v", p.Services(), p.Goroutines())
	}
	if !p.Listens("stock") {
		t.Error("a service does not listen")
	}
	if p.Survives("stock") {
		t.Error("a process survives a service that it does not have")
	}
}
