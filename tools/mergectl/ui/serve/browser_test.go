package serve

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/gomerge/rules_go_merge/internal/admin"
)

var (
	screenshots = flag.String("screenshots", "", "write pictures of all pages to a `folder`")
	axe         = flag.String("axe", "", "check the accessibility of all pages with axe-core, of which this is the `file` axe.min.js")
)

// chromium returns the path of the browser. CHROMIUM names it where it is not on the PATH.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium on this machine: install it, or set CHROMIUM to its path")
	return ""
}

// browser is a tab of a browser.
type browser struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	errors []string // that pages logged
}

// deadline is when a test gives up waiting for what has to happen on a page.
const deadline = 2 * time.Minute

func newBrowser(t testing.TB) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1400, 900))
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.errors = append(b.errors, e.ExceptionDetails.Error())
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError || e.Entry.Level == cdplog.LevelWarning {
				b.errors = append(b.errors, e.Entry.Text)
			}
		}
	})
	return b
}

// do makes steps one after the other.
func (b *browser) do(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.t.Fatalf("%s: %v; the pages logged %q", what, err, b.errors)
	}
}

// wait waits until an expression is true, on whichever page there is by then.
func (b *browser) wait(what, expression string) {
	b.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var page string
	for {
		var done bool
		// An error is of a page that is being left.
		err := chromedp.Run(b.ctx, chromedp.Evaluate("!!("+expression+")", &done), chromedp.Evaluate(`document.body.innerText`, &page))
		if err == nil && done {
			return
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.mu.Lock()
			defer b.mu.Unlock()
			b.t.Fatalf("waiting for %s: %v; the pages logged %q, and the last one is\n%s", what, err, b.errors, page)
		}
	}
}

// text returns what an expression is.
func (b *browser) text(expression string) string {
	b.t.Helper()
	var text string
	b.do(expression, chromedp.Evaluate("String("+expression+")", &text))
	return text
}

// slash presses the key that leads to the filter. Unlike a keyboard, DevTools sends the
// character even if a page has taken the key, so it is removed again.
func (b *browser) slash() chromedp.Action {
	return chromedp.Tasks{chromedp.KeyEvent("/"), chromedp.KeyEvent(kb.Backspace)}
}

// click clicks on the first element that a selector finds, by the page's own means:
// DevTools finds nothing in files.
func (b *browser) click(what, selector string) {
	b.t.Helper()
	b.do(what, chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q).click()", selector), nil))
}

// readings is an expression for how often the page has asked what changed.
const readings = `performance.getEntriesByType("resource").filter((e) => e.initiatorType === "fetch").length`

// has is an expression for whether the page shows a text.
func has(text string) string { return fmt.Sprintf("document.body.innerText.includes(%q)", text) }

const rows = `document.querySelectorAll("main tbody tr").length`

func TestBrowser(t *testing.T) {
	socket := socketPath(t)
	m := start(t, "shop", socket, "GO_MERGE_LINKS=item->stock/*/Put 50%")
	m.Say(t, 320)
	_, address := newServer(t, Options{AllowChanges: true}, socket)
	b := newBrowser(t)
	b.do("opening the page", chromedp.Navigate(address))
	b.wait("the links", `location.pathname.endsWith("/links") && `+rows+` === 7`)
	if got := b.text(`location.href.includes("token") + document.cookie`); got != "false" {
		t.Errorf("the page's address or a script has the secret: %s", got)
	}

	// It follows what changes, with no more than two readings, and keeps the focus.
	b.do("pressing j", chromedp.KeyEvent("j"))
	b.do("pressing j again", chromedp.KeyEvent("j"))
	focused := b.text(`document.activeElement.textContent`)
	before := b.text(readings)
	began := time.Now()
	if _, err := admin.NewClient(socket).Set("item->stock/StockService/Get 25%"); err != nil {
		t.Fatal(err)
	}
	b.wait("the change", has("item->stock/StockService/Get 25% (admin socket)"))
	t.Logf("the change was shown after %v", time.Since(began).Round(time.Millisecond))
	if got := b.text(readings + " - " + before + " <= 2"); got != "true" {
		t.Errorf("the change took more than two readings: %s", b.text(readings+" - "+before))
	}
	if now := b.text(`document.activeElement.textContent`); focused != "api->item/ItemService/Put" || now != focused {
		t.Errorf("the focus went from %s to %s", focused, now)
	}

	// It survives a restart.
	m.Stop()
	b.wait("the loss", has("shop is gone since"))
	if b.text(rows) != "7" {
		t.Error("the last numbers are not shown")
	}
	start(t, "shop", socket)
	b.wait("the return", has("is back since"))
	b.wait("the rules of the new process", "!"+has("admin socket"))

	// It filters and sorts without loading the page, and each view has an address.
	b.do("pressing /", chromedp.Evaluate(`window.same = true`, nil), b.slash(), chromedp.KeyEvent("watch"))
	b.wait("the filtered rows", rows+` === 1 && location.search === "?q=watch"`)
	b.do("pressing Escape", chromedp.KeyEvent(kb.Escape))
	b.wait("all rows", rows+` === 7`)
	b.do("sorting", chromedp.Click(`th[data-column="state"] a`))
	b.wait("the sorted rows", `location.search === "?sort=state" && document.querySelector('th[data-column="state"]').ariaSort === "ascending" && document.querySelector("main tbody td").textContent.trim() === "never"`)
	b.do("filtering what is sorted", b.slash(), chromedp.KeyEvent("put"))
	b.wait("the filtered rows", rows+` === 3 && location.search === "?sort=state&q=put"`)
	b.do("going back", chromedp.Evaluate(`history.back()`, nil))
	b.wait("the order and the filter before", rows+` === 7 && !document.querySelector("th[aria-sort]") && document.querySelector("main input[type=search]").value === ""`)
	if b.text("window.same") != "true" {
		t.Error("the page was loaded again")
	}
	b.do("pressing ?", chromedp.KeyEvent("?"))
	b.wait("the help", `document.getElementById("help").open`)
	b.do("closing it", chromedp.KeyEvent(kb.Escape))
	b.do("pressing t", chromedp.KeyEvent("t"), chromedp.KeyEvent("t"))
	b.wait("the dark theme", `getComputedStyle(document.documentElement).colorScheme === "dark"`)

	// It changes what calls are inline, and shows the command before.
	b.do("opening a link", chromedp.Evaluate(`document.querySelector("main tbody th a").focus()`, nil), chromedp.KeyEvent(kb.Enter))
	b.wait("the link", `document.querySelector("h1").textContent === "api->item/ItemService/Get"`)
	b.do("opening the form", chromedp.Click(`main a[href^="change"]`), chromedp.WaitVisible(`input[name="value"]`))
	b.do("filling it in", chromedp.SendKeys(`input[name="value"]`, "30%"), chromedp.Click(`form.change button`))
	b.wait("the command", has("mergectl links set --process "+socket+" 'api->item/ItemService/Get' 30%"))
	b.do("confirming", chromedp.Click(`button.primary`))
	b.wait("the outcome", has("1 method changed"))
	links, err := admin.NewClient(socket).Links()
	if err != nil || links.Links[0].State != "30%" {
		t.Errorf("the state is %v, %v", links, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		t.Errorf("the pages logged %q", b.errors)
	}
}

// TestBrowserWithoutScript opens pages in a browser that runs no script.
func TestBrowserWithoutScript(t *testing.T) {
	socket := socketPath(t)
	start(t, "shop", socket)
	_, address := newServer(t, Options{}, socket)
	b := newBrowser(t)
	b.do("opening the page", emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(address), chromedp.WaitVisible(`#table-links`))
	b.do("filtering", chromedp.SendKeys(`input[name="q"]`, "watch"), chromedp.Click(`.filter button`))
	var html string
	b.do("reading the page", chromedp.WaitVisible(`input[value="watch"]`), chromedp.OuterHTML("main", &html))
	if strings.Count(html, "<tr data-key") != 1 {
		t.Errorf("there is not one row in\n%s", html)
	}
	b.do("opening the link", chromedp.Click(`main tbody th a`), chromedp.WaitVisible(`#table-endings`))
}

// TestBrowserFile opens the file with all pages, which sorts and filters by itself.
func TestBrowserFile(t *testing.T) {
	socket := socketPath(t)
	m := start(t, "shop", socket, "GO_MERGE_LINKS=item->stock 50%")
	m.Say(t, 320)
	s, _ := newServer(t, Options{}, socket)
	html, err := s.File(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "shop.html")
	if err := os.WriteFile(name, html, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	const shown = `document.querySelectorAll("#table-links tbody tr:not([hidden])").length`
	b.do("opening the file", chromedp.Navigate("file://"+name), b.slash(), chromedp.KeyEvent("stockservice -watch"))
	b.wait("the filtered rows", shown+` === 4 && document.querySelector(".matched").textContent === "4 of 7 methods"`)
	b.click("sorting", `#table-links th[data-column="icalls"] button`)
	b.wait("the sorted rows", `document.querySelector("#table-links tbody th").textContent === "api->item/ItemService/Get" && document.querySelector('#table-links th[data-column="icalls"]').ariaSort === "descending"`)
	b.click("opening a link", `#table-links tbody tr:not([hidden]) a`)
	b.wait("its section", `document.querySelector(":target h2").textContent.startsWith("item->stock")`)
	b.pictures("file", chromedp.Evaluate(`location.hash = ""; scrollTo(0, 0)`, nil))
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		t.Errorf("the file logged %q", b.errors)
	}
}

// TestBrowserManyRows opens the links of a merged binary with 18,000 methods.
func TestBrowserManyRows(t *testing.T) {
	socket := socketPath(t)
	start(t, "fleet", socket, linksEnv+"=450")
	_, address := newServer(t, Options{}, socket)
	b := newBrowser(t)
	b.do("opening the page", chromedp.Navigate(address))
	b.wait("the rows", has("18007 methods"))
	b.wait("the paint", `performance.getEntriesByName("first-contentful-paint").length`)
	t.Logf("first paint after %s ms", b.text(`Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime)`))
	b.do("filtering", chromedp.Evaluate(`{
		const began = performance.now();
		new MutationObserver((_, o) => {
			if (!document.querySelector(".matched").textContent.includes(" of ")) return;
			window.took = Math.round(performance.now() - began);
			o.disconnect();
		}).observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true });
		const filter = document.querySelector("input[type=search]");
		filter.value = "method39";
		filter.dispatchEvent(new Event("input", { bubbles: true }));
	}`, nil))
	b.wait("the filtered rows", has("450 of 18007 methods"))
	t.Logf("the filter took %s ms", b.text("window.took"))
	if got := b.text(rows); got != "200" {
		t.Errorf("the page has %s rows", got)
	}
	b.do("paging", chromedp.Click(`.pager a[rel="next"]`))
	b.wait("the second page", has("page 2 of 3"))
}

// TestBrowserPictures takes pictures of all pages, for people to look at.
func TestBrowserPictures(t *testing.T) {
	if *screenshots == "" && *axe == "" {
		t.Skip("nobody asks for pictures: -screenshots and -axe are not set")
	}
	one, two := start(t, "shop", socketPath(t), "GO_MERGE_LINKS=item->stock 50%,api->item 20%"), start(t, "shop", socketPath(t))
	one.Say(t, 5000)
	two.Say(t, 2000)
	gone := start(t, "hotel", socketPath(t))
	_, address := newServer(t, Options{AllowChanges: true, Versions: testVersions, Plan: testPlan(t), Rollout: testRollout(t)}, one.Socket, two.Socket, gone.Socket)
	b := newBrowser(t)
	b.do("opening the page", chromedp.Navigate(address))
	b.wait("the links", has("14 methods"))
	gone.Stop()
	b.wait("the loss", has("is gone since"))
	link := "binary=shop&link=" + url.QueryEscape("item->stock/StockService/Get")
	base := b.text("location.href.replace(/links$/, '')")
	for name, path := range map[string]string{
		"links": "links?sort=-icalls", "link": "link?" + link, "graph": "graph?service=item&depth=2", "services": "services", "processes": "processes",
		"change": "change?" + link, "preview": "change?rule=" + url.QueryEscape("item->stock") + "&value=25%25&socket=" + one.Socket,
		"versions": "versions", "rollout": "rollout", "plan": "plan", "group": "group?number=1", "explain": "explain?link=" + url.QueryEscape("item->stock"),
	} {
		b.do("opening "+name, chromedp.Navigate(base+path))
		b.pictures(name)
	}
	// Of the processes, one has ended.
	form := url.Values{"rule": {"item->stock"}, "value": {"25%"}, "socket": {one.Socket, gone.Socket}}
	b.do("changing", chromedp.Navigate(base+"change?"+form.Encode()), chromedp.Click("button.primary"))
	b.wait("the outcome", has("1 of 2 processes were changed"))
	b.pictures("changed")
	b.do("opening what is not there", chromedp.Navigate(base+"link?binary=shop&link=a"))
	b.pictures("failure")
	b.do("opening the keys", chromedp.Navigate(base+"links"), chromedp.Evaluate(`document.getElementById("help").showModal()`, nil))
	b.pictures("keys")
	_, address = newServer(t, Options{})
	b.do("opening a page with nothing", chromedp.Navigate(address))
	b.wait("it", has("No process is watched"))
	b.pictures("nothing")
}

// pictures takes pictures of a page in both themes and two widths, and checks its
// accessibility, if a person has asked for it.
func (b *browser) pictures(name string, prepare ...chromedp.Action) {
	b.t.Helper()
	if *screenshots == "" && *axe == "" {
		return
	}
	for _, width := range []int64{1400, 390} {
		for _, theme := range []string{"light", "dark"} {
			b.do("changing the view", append(prepare, chromedp.EmulateViewport(width, 900), chromedp.Evaluate(`document.documentElement.dataset.theme = "`+theme+`"`, nil))...)
			if *screenshots != "" {
				var png []byte
				b.do("taking a picture", chromedp.CaptureScreenshot(&png))
				if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("%s-%d-%s.png", name, width, theme)), png, 0o600); err != nil {
					b.t.Fatal(err)
				}
			}
			if *axe != "" {
				b.accessibility(name + " in " + theme)
			}
		}
	}
}

// accessibility reports what axe-core finds.
func (b *browser) accessibility(name string) {
	script, err := os.ReadFile(*axe)
	if err != nil {
		b.t.Fatal(err)
	}
	var found []string
	b.do("running axe", chromedp.Evaluate(string(script)+";0", nil), chromedp.Evaluate(
		`axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target + " " + n.failureSummary).join("; ")))`, &found,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	for _, f := range found {
		b.t.Errorf("%s: %s", name, f)
	}
}
