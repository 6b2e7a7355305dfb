package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// visitor is a browser that has logged in.
type visitor struct {
	t      *testing.T
	client http.Client
	base   *url.URL // of all pages
}

func login(t *testing.T, address string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, client: http.Client{Jar: jar}, base: base}
	if _, body := v.do(v.request("GET", address, "")); !strings.Contains(body, "refresh") {
		t.Fatalf("logging in: %s", body)
	}
	return v
}

func (v *visitor) request(method, path, body string) *http.Request {
	v.t.Helper()
	address, err := v.base.Parse(path)
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequest(method, address.String(), strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (v *visitor) do(r *http.Request) (*http.Response, string) {
	v.t.Helper()
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp, string(body)
}

func TestGuard(t *testing.T) {
	m := start(t, "shop", socketPath(t))
	s, address := newServer(t, Options{AllowChanges: true, Host: "ui.example"}, m.Socket)
	v := login(t, address)
	change := url.Values{"token": {s.secrets.form}, "rule": {"item->stock"}, "value": {"off"}, "socket": {m.Socket}}
	with := func(name, value string) string {
		c := make(url.Values)
		for k := range change {
			c.Set(k, change.Get(k))
		}
		c.Set(name, value)
		return c.Encode()
	}
	// Cookie jars go by the host, which is what a rebinding changes.
	host := func(name string) func(*http.Request) {
		return func(r *http.Request) {
			r.Host = name
			r.Header.Set("Cookie", cookie+"="+s.secrets.session)
		}
	}
	tests := []struct {
		name               string
		method, path, body string
		edit               func(*http.Request)
		stranger           bool // has no cookie
		status             int
	}{
		{"links", "GET", "links", "", nil, false, 200},
		{"the top", "GET", "", "", nil, false, 200},
		{"without a cookie", "GET", "links", "", nil, true, 403},
		{"style without a cookie", "GET", "assets/ui.css", "", nil, true, 403},
		{"another path", "GET", "/links", "", nil, false, 403},
		{"another token", "GET", "?token=guess", "", nil, true, 403},
		{"token on a page", "GET", "links?token=" + s.secrets.token, "", nil, true, 403},
		{"forged cookie", "GET", "links", "", func(r *http.Request) { r.Header.Set("Cookie", cookie+"=guess") }, true, 403},
		{"localhost", "GET", "links", "", host("localhost:9"), false, 200},
		{"the named host", "GET", "links", "", host("UI.example:9"), false, 200},
		{"IPv6", "GET", "links", "", host("[::1]:9"), false, 200},
		{"DNS rebinding", "GET", "links", "", host("attacker.example"), false, 421},
		{"rebinding with the token", "GET", "?token=" + s.secrets.token, "", host("attacker.example:80"), true, 421},
		{"unknown page", "GET", "nothing", "", nil, false, 404},
		{"unknown link", "GET", "link?binary=shop&link=a", "", nil, false, 404},
		{"unknown service", "GET", "graph?service=a", "", nil, false, 404},
		{"no plan", "GET", "plan", "", nil, false, 404},
		{"change by GET", "GET", "change?" + change.Encode(), "", nil, false, 200},
		{"another method", "PUT", "change", change.Encode(), nil, false, 405},
		{"change without a cookie", "POST", "change", change.Encode(), nil, true, 403},
		{"change without a token", "POST", "change", with("token", ""), nil, false, 403},
		{"change from another site", "POST", "change", change.Encode(), func(r *http.Request) { r.Header.Set("Origin", "http://attacker.example") }, false, 403},
		{"change from another port", "POST", "change", change.Encode(), func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") }, false, 403},
		{"change of the same site only", "POST", "change", change.Encode(), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, false, 403},
		{"change of an unknown process", "POST", "change", with("socket", "/run/other.sock"), nil, false, 400},
		{"change of no process", "POST", "change", with("socket", ""), nil, false, 400},
		{"two rules in one", "POST", "change", with("rule", "item->stock on\nkill"), nil, false, 400},
		{"no such value", "POST", "change", with("value", "half"), nil, false, 400},
		{"a change that was not made", "GET", "changed?number=7", "", nil, false, 404},
		{"a form that is not filled in", "GET", "change?rule=item&value=on", "", nil, false, 400},
		{"a form of nothing", "GET", "change", "", nil, false, 404},
		{"a body that is too long", "POST", "change", with("rule", strings.Repeat("a", maxBody)), nil, false, 400},
	}
	for _, tt := range tests {
		r := v.request(tt.method, tt.path, tt.body)
		if tt.edit != nil {
			tt.edit(r)
		}
		who := v
		if tt.stranger {
			who = &visitor{t: t, base: v.base}
		}
		resp, body := who.do(r)
		if resp.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, resp.StatusCode, tt.status, body)
		}
		for name, want := range map[string]string{"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, name, got, want)
			}
		}
		if strings.Contains(body, s.secrets.token) || tt.status != 200 && strings.Contains(body, s.secrets.form) {
			t.Errorf("%s: the answer has a secret", tt.name)
		}
	}
	rules, err := admin.NewClient(m.Socket).Links()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range rules.Links {
		if l.Rule != "" {
			t.Errorf("%s has a rule: %s", l.Name(), l.Rule)
		}
	}
}

func TestCookie(t *testing.T) {
	s, address := newServer(t, Options{})
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	cookies := resp.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Path != s.secrets.path || cookies[0].Domain != "" {
		t.Errorf("cookies %v", cookies)
	}
	other, _ := newServer(t, Options{})
	if s.secrets == other.secrets {
		t.Error("two servers have the same secrets")
	}
}

// TestChanges makes changes one after the other.
func TestChanges(t *testing.T) {
	m := start(t, "shop", socketPath(t))
	s, address := newServer(t, Options{AllowChanges: true}, m.Socket)
	v := login(t, address)
	for _, step := range []struct{ rule, value, want, state, why string }{
		{"item->stock", "25%", "2 methods changed", "25%", "item-&gt;stock 25% (admin socket)"},
		{"item->stock/StockService/Get", "off", "1 method changed", "off", "item-&gt;stock/StockService/Get off (admin socket)"},
		{"kill", "on", "methods changed", "off", "kill on (admin socket)"},
		{"item->stock/StockService/Get", "on", "since the kill switch is on", "off", "kill on (admin socket)"},
		{"kill", "off", "methods changed", "on", "item-&gt;stock/StockService/Get on (admin socket)"},
		{"item->stock/StockService/Get", "unset", "1 method changed", "25%", "item-&gt;stock 25% (admin socket)"},
		{"item->stock/StockService/Get", "unset", "has no rule for", "25%", "item-&gt;stock 25% (admin socket)"},
		{"item->mail", "on", "has no such link", "25%", "item-&gt;stock 25% (admin socket)"},
	} {
		body := url.Values{"token": {s.secrets.form}, "rule": {step.rule}, "value": {step.value}, "socket": {m.Socket}}.Encode()
		if resp, text := v.do(v.request("POST", "change", body)); resp.StatusCode != 200 || !strings.Contains(text, step.want) {
			t.Errorf("%s %s: status %d, no %q in %s", step.rule, step.value, resp.StatusCode, step.want, text)
		}
		_, page := v.do(v.request("GET", "link?binary=shop&link="+url.QueryEscape("item->stock/StockService/Get"), ""))
		if !strings.Contains(page, ">"+step.state+"</span>") || !strings.Contains(page, step.why) {
			t.Errorf("%s %s: want %s, by %s, in %s", step.rule, step.value, step.state, step.why, page)
		}
	}
}

// TestSlowStranger has somebody without a cookie send a body that does not end: the answer
// comes before.
func TestSlowStranger(t *testing.T) {
	_, address := newServer(t, Options{AllowChanges: true})
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", base.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %schange HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000000\r\n\r\nrule=", base.Path, base.Host)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("%v, %v", resp, err)
	}
}

// TestChangeOnce makes a change, and loads the page of what became of it again after
// somebody else has made another one.
func TestChangeOnce(t *testing.T) {
	m := start(t, "shop", socketPath(t))
	s, address := newServer(t, Options{AllowChanges: true}, m.Socket)
	v := login(t, address)
	form := url.Values{"token": {s.secrets.form}, "rule": {"item->stock"}, "value": {"25%"}, "socket": {m.Socket, m.Socket}}
	resp, body := v.do(v.request("POST", "change", form.Encode()))
	if at := resp.Request.URL; resp.Request.Method != "GET" || !strings.HasSuffix(at.Path, "/changed") || !strings.Contains(body, "All processes were changed.") {
		t.Fatalf("%s %s: %s", resp.Request.Method, at, body)
	}
	if strings.Count(body, "<li><span") != 1 || !strings.Contains(body, "value=unset\">Take it back</a>") {
		t.Errorf("one process is not changed once, or cannot be changed back: %s", body)
	}
	if _, err := admin.NewClient(m.Socket).Set("item->stock 50%"); err != nil {
		t.Fatal(err)
	}
	v.do(v.request("GET", resp.Request.URL.String(), ""))
	links, err := admin.NewClient(m.Socket).Links()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links.Links {
		if l.Callee == "stock" && l.Caller == "item" && l.State == "25%" {
			t.Errorf("%s was changed twice", l.Name())
		}
	}
}

// TestChangeHalfWay makes a change of which one process hears nothing.
func TestChangeHalfWay(t *testing.T) {
	one, two := start(t, "shop", socketPath(t)), start(t, "shop", socketPath(t))
	s, address := newServer(t, Options{AllowChanges: true}, one.Socket, two.Socket)
	v := login(t, address)
	values := url.Values{"rule": {"item->stock"}, "value": {"off"}, "socket": {one.Socket, two.Socket}}
	if _, body := v.do(v.request("GET", "change?"+values.Encode(), "")); strings.Count(body, "no rule") != 2 || !strings.Contains(body, "Change 2 processes") {
		t.Errorf("the page does not say what holds now: %s", body)
	}
	two.Stop()
	values.Set("token", s.secrets.form)
	_, body := v.do(v.request("POST", "change", values.Encode()))
	for _, want := range []string{"Changed in part", "1 of 2 processes were changed.", "2 methods changed", two.Socket + ": the merged binary that made this socket has ended", "Try again where it failed", "Take it back"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	values["socket"] = []string{two.Socket}
	if _, body := v.do(v.request("POST", "change", values.Encode())); !strings.Contains(body, "No process was changed.") {
		t.Errorf("a change of a process that has ended: %s", body)
	}
}

// TestNothing reads the pages where there is nothing to show.
func TestNothing(t *testing.T) {
	gone := socketPath(t)
	_, empty := newServer(t, Options{})
	_, dead := newServer(t, Options{}, gone)
	for _, tt := range []struct{ address, want string }{
		{empty, "No process is watched: start mergectl ui with"},
		{dead, "No process has answered."},
	} {
		v := login(t, tt.address)
		for _, page := range []string{"links", "graph", "services", "versions", "processes"} {
			resp, body := v.do(v.request("GET", page, ""))
			if resp.StatusCode != 200 || !strings.Contains(body, tt.want) && !(page == "processes" && strings.Contains(body, "does not answer")) {
				t.Errorf("%s: status %d, no %q in %s", page, resp.StatusCode, tt.want, body)
			}
		}
	}
}

// TestServe ends a server while a request is under way, which still gets its answer.
func TestServe(t *testing.T) {
	reading, read := make(chan struct{}), make(chan struct{})
	s := New(Options{Watcher: watch.New(nil), Rollout: func() (*pages.Rollout, error) {
		close(reading)
		<-read
		return &pages.Rollout{}, nil
	}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	v := login(t, s.URL(l.Addr().String()))
	answered := make(chan string, 1)
	request := v.request("GET", "rollout", "")
	go func() {
		resp, err := v.client.Do(request)
		if err != nil {
			answered <- err.Error()
			return
		}
		resp.Body.Close()
		answered <- resp.Status
	}()
	<-reading
	cancel()
	for {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break // nobody listens any more
		}
		conn.Close()
	}
	close(read)
	if got := <-answered; got != "200 OK" {
		t.Errorf("the request that was under way: %s", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestReadOnly(t *testing.T) {
	m := start(t, "shop", socketPath(t))
	s, address := newServer(t, Options{}, m.Socket)
	v := login(t, address)
	query := url.Values{"rule": {"item->stock"}, "value": {"off"}, "socket": {m.Socket}}
	_, page := v.do(v.request("GET", "change?"+query.Encode(), ""))
	if !strings.Contains(page, "mergectl links set --process "+m.Socket) || strings.Contains(page, "<form method=\"post\"") {
		t.Errorf("the page has no command, or a form: %s", page)
	}
	query.Set("token", s.secrets.form)
	if resp, body := v.do(v.request("POST", "change", query.Encode())); resp.StatusCode != 403 || !strings.Contains(body, "--allow-changes") {
		t.Errorf("status %d: %s", resp.StatusCode, body)
	}
	links, err := admin.NewClient(m.Socket).Links()
	if err != nil || links.Links[0].State != "on" {
		t.Errorf("%v, %v", links, err)
	}
}

// TestPages reads all pages of two processes of one binary and one of another.
func TestPages(t *testing.T) {
	one, two := start(t, "shop", socketPath(t), "GO_MERGE_LINKS=item->stock 50%"), start(t, "shop", socketPath(t))
	other := start(t, "hotel", socketPath(t))
	one.Say(t, 200)
	two.Say(t, 100)
	_, address := newServer(t, Options{}, one.Socket, two.Socket, other.Socket)
	v := login(t, address)
	link := url.QueryEscape("item->stock/StockService/Get")
	for path, want := range map[string][]string{
		"links":                              {"<caption>", `scope="colgroup"`, "item-&gt;stock/StockService/Get", "mixed", "streaming method", "hotel", "14 methods"},
		"links?q=watch&is-binary=shop":       {"1 of 14 methods"},
		"links?sort=-icalls":                 {`aria-sort="descending"`},
		"link?binary=shop&link=" + link:      {"<polyline", "drawn RPC", "the processes differ", one.Socket, two.Socket, "Change which calls"},
		"link?binary=hotel&link=" + link:     {"No call was timed"},
		"graph":                              {"<svg", ">item<"},
		"graph?service=stock&depth=2":        {">api<", ">item<"},
		"services":                           {"1.4.2", "c0ffee123456", "running", "0 / 100"},
		"processes":                          {"answers", one.Socket, "hotel"},
		"change?binary=shop&link=" + link:    {"item-&gt;stock/StockService", two.Socket},
		"change?socket=" + one.Socket:        {`value="kill"`},
		"links?page=2&q=nothing&is-state=on": {"0 of 14 methods"},
	} {
		resp, body := v.do(v.request("GET", path, ""))
		if resp.StatusCode != 200 {
			t.Errorf("%s: status %d", path, resp.StatusCode)
		}
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s: no %q in\n%s", path, text, body)
			}
		}
		if strings.Contains(body, "style=") || strings.Contains(body, "<script>") || strings.Contains(body, "//fonts") {
			t.Errorf("%s has what its policy refuses:\n%s", path, body)
		}
	}
	r := v.request("GET", "links", "")
	r.Header.Set("Mergectl-Fragment", "1")
	if _, body := v.do(r); !strings.HasPrefix(body, "<main") || strings.Contains(body, "<html") {
		t.Errorf("the fragment is %s", body)
	}
}

func TestFile(t *testing.T) {
	m := start(t, "shop", socketPath(t), "GO_MERGE_LINKS=item->stock 50%")
	m.Say(t, 100)
	s, _ := newServer(t, Options{}, m.Socket)
	html, err := s.File(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	text := string(html)
	for _, want := range []string{`id="links"`, `id="services"`, `id="processes"`, `id="graph"`, "<polyline", "sha256-", `href="#link-`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the file", want)
		}
	}
	for _, no := range []string{"src=", `rel="stylesheet"`, "http://127", s.secrets.token, s.secrets.form, s.secrets.session, `href="links`, `href="?`} {
		if strings.Contains(text, no) {
			t.Errorf("the file has %s", no)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.File(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a file that is not whole: %v", err)
	}
	m.Stop()
	s.Watcher.Again(context.Background(), m.Socket)
	if _, err := s.File(context.Background()); err == nil || !strings.Contains(err.Error(), m.Socket) {
		t.Errorf("%v, want an error that names %s", err, m.Socket)
	}
}
