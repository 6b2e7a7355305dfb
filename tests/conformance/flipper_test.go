package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// flipper changes the rules of one process by all means at once.
type flipper struct {
	socket, file, mergectl string
	seed                   uint64
	http                   http.Client
	links                  []reports.Link
}

// mean changes rules once in a random way.
type mean struct {
	// pause is how long it waits at most until it does so again.
	pause  time.Duration
	change func(f *flipper, ctx context.Context, random *rand.Rand) error
}

// The watched file is read once a second. The kill switch is on for a moment
// only: RPCs take so long that the calls by function would be few otherwise.
var means = []mean{
	{20 * time.Millisecond, (*flipper).post},
	{100 * time.Millisecond, (*flipper).put},
	{500 * time.Millisecond, (*flipper).kill},
	{500 * time.Millisecond, (*flipper).command},
	{1500 * time.Millisecond, (*flipper).write},
}

// flip changes the rules until the context ends. What each of the means does
// depends on the seed; when it does so, on the machine.
func (f *flipper) flip(ctx context.Context) error {
	f.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", f.socket)
	}}
	var report reports.Links
	if err := f.request(ctx, http.MethodGet, "/links", "", &report); err != nil {
		return err
	}
	f.links = report.Links
	var all sync.WaitGroup
	failures := make([]error, len(means))
	for i, m := range means {
		random := rand.New(rand.NewPCG(f.seed, uint64(i)))
		all.Go(func() {
			for failures[i] == nil {
				select {
				case <-ctx.Done():
					return
				case <-time.After(upTo(random, m.pause)):
				}
				if err := m.change(f, ctx, random); ctx.Err() == nil {
					failures[i] = err
				}
			}
		})
	}
	all.Wait()
	return errors.Join(failures...)
}

// post sets some rules beside those that are set.
func (f *flipper) post(ctx context.Context, random *rand.Rand) error {
	return f.request(ctx, http.MethodPost, "/rules", f.rules(random), nil)
}

// put sets some rules in place of all others, or none.
func (f *flipper) put(ctx context.Context, random *rand.Rand) error {
	if random.IntN(2) == 0 {
		return f.request(ctx, http.MethodDelete, "/rules", "", nil)
	}
	return f.request(ctx, http.MethodPut, "/rules", f.rules(random), nil)
}

// kill turns the kill switch on for a moment.
func (f *flipper) kill(ctx context.Context, random *rand.Rand) error {
	if err := f.request(ctx, http.MethodPost, "/rules", "kill on", nil); err != nil {
		return err
	}
	time.Sleep(upTo(random, 50*time.Millisecond))
	return f.request(ctx, http.MethodPost, "/rules", "kill off", nil)
}

// command runs mergectl. Patterns may cover calls back to the caller, which binds no
// address: mergectl sets them with --force only. There are no such calls.
func (f *flipper) command(ctx context.Context, random *rand.Rand) error {
	args := []string{"links", "unset", "--process", f.socket, "--all"}
	if random.IntN(3) > 0 {
		link, value := f.rule(random)
		args = []string{"links", "set", "--force", f.socket, link, value}
	}
	if out, err := exec.CommandContext(ctx, f.mergectl, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mergectl %s: %w\n%s", args, err, out)
	}
	return nil
}

// write writes the rules file: in place or by a new one, or removes it.
func (f *flipper) write(_ context.Context, random *rand.Rand) error {
	rules := f.rules(random)
	switch random.IntN(5) {
	case 0:
		if err := os.Remove(f.file); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	case 1:
		rules += "\nkill on"
	case 2:
		return os.WriteFile(f.file, []byte(rules), 0o600)
	}
	if err := os.WriteFile(f.file+".new", []byte(rules), 0o600); err != nil {
		return err
	}
	return os.Rename(f.file+".new", f.file)
}

// rules returns up to three rules, for different links.
func (f *flipper) rules(random *rand.Rand) string {
	rules := make(map[string]string)
	for range 1 + random.IntN(3) {
		link, value := f.rule(random)
		rules[link] = link + " " + value
	}
	return strings.Join(slices.Sorted(maps.Values(rules)), "\n")
}

// rule returns a rule about some of the calls of which there are any.
func (f *flipper) rule(random *rand.Rand) (link, value string) {
	l := f.links[random.IntN(len(f.links))]
	link = []string{"*->*", l.Caller + "->*", "*->" + l.Callee, l.Caller + "->" + l.Callee}[random.IntN(4)]
	link += []string{"", "/*/" + l.Method, "/" + l.RPCService + "/" + l.Method, "/" + l.RPCService}[random.IntN(4)]
	return link, []string{"on", "off", fmt.Sprintf("%d%%", random.IntN(101)), fmt.Sprintf("%.4f%%", 100*random.Float64())}[random.IntN(4)]
}

func upTo(random *rand.Rand, limit time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(limit)))
}

// request makes a request to the admin socket and reads its answer into
// result, unless that is nil.
func (f *flipper) request(ctx context.Context, method, path, body string, result any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://merged"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := f.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s %q: %s: %s", method, path, body, response.Status, answer)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}
