package runtime

import (
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestAdminServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, Binary{Services: []Service{{Name: "stock", Contain: true, MaxInflight: 5}, {Name: "item"}}})
		p.set(Service{Name: "stock", Main: func() { panic("no stock") }}, Service{Name: "item", Main: p.hang})
		go p.run(p.terminations)
		synctest.Wait()
		w := httptest.NewRecorder()
		(&admin{"shop", links}).handler().ServeHTTP(w, httptest.NewRequest("GET", "/services", nil))
		for _, want := range []string{
			`{"binary":"shop","services":[{"name":"stock","state":"ended","since":"2000-01-01T00:00:00Z","reason":"panicked: no stock","code":2,"restarts":0,"max_inflight":5,`,
			`{"name":"item","state":"running","since":"2000-01-01T00:00:00Z","code":0,`,
		} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("no %s in %s", want, w.Body)
			}
		}
		p.terminations <- syscall.SIGTERM
		synctest.Wait()
	})
}
