package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

// controllerEnv makes this test binary a controller. Its value is the file of the settings.
const controllerEnv = "ROLLOUT_TEST_CONTROLLER"

// runController makes passes, one right after the other, until all processes do what the
// rollout ended with.
func runController(file string) {
	s, err := settings.Load(file)
	for err == nil {
		var r *Report
		if r, err = (&Controller{Settings: s}).Pass(context.Background()); err == nil && r.Status != Holding && r.Obey == r.Total {
			os.Exit(0)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

// TestKilledProcess kills a controller again and again, while it writes the log, the
// readings or the rules file, or between two of them. Real processes obey the rules. They
// are never more inline than the log says, and the rollout gets to its end.
func TestKilledProcess(t *testing.T) {
	for _, tt := range []struct {
		name string
		rate float64
		want Status
		seed uint64
	}{{"bad", 0.05, RolledBack, 1}, {"good", 0.001, Done, 2}} {
		t.Run(tt.name, func(t *testing.T) {
			const n, each = 8, 300
			processes, c := fleetOf(t, n, tt.rate, rareAlarms)
			k := &killed{t: t, c: c, random: rand.New(rand.NewPCG(tt.seed, 1)), folder: c.Settings.Dir()}
			for k.ended() == "" {
				if k.rounds++; k.rounds > 2000 {
					t.Fatalf("after %d rounds, the rollout goes on:\n%s", k.rounds, readFile(t, c.Settings.Path(c.Settings.Log)))
				}
				k.round()
				callAll(t, processes, each)
			}
			t.Logf("%d controllers of %d were killed, %d of them when the rules file was not yet what the log said", k.kills, k.rounds, k.behind)
			if k.kills < 5 || k.behind == 0 {
				t.Errorf("%d controllers were killed, and %d before the rules file was written", k.kills, k.behind)
			}
			k.run(func() bool { return false })
			r, err := c.Pass(t.Context())
			if err != nil || r.Status != tt.want || r.Obey != n {
				t.Fatalf("at the end: %+v, %v", r, err)
			}
			k.check()
			before := obeyed(t, c, r.Rules.Generation)
			callAll(t, processes, each)
			if got, want := obeyed(t, c, r.Rules.Generation)-before, map[Status]uint64{RolledBack: 0, Done: n * each}[tt.want]; got != want {
				t.Errorf("at the end, %d of %d calls were inline, want %d", got, n*each, want)
			}
		})
	}
}

// killed is a rollout whose controllers are killed.
type killed struct {
	t      *testing.T
	c      *Controller
	random *rand.Rand
	folder string
	// rounds is how many controllers there were, kills how many of them were killed, and
	// behind how many when the log said what the rules file did not yet say.
	rounds, kills, behind int
}

// round starts a controller and kills it after a number of changes of one of its files, or
// of the names in their folder, or when it has decided something. It has few passes: the
// processes make no calls meanwhile.
func (k *killed) round() {
	const passes = 20
	look := []func() string{
		k.size, k.decisions, k.identity(k.c.readingsName()), k.identity(k.c.Settings.RulesFile), k.names,
	}[k.random.IntN(5)]
	changes := 1 + k.random.IntN(6)
	if k.rounds%3 == 1 {
		look, changes = k.decisions, 1
	}
	last, size, polls := look(), k.size(), 0
	k.run(func() bool {
		if now := look(); now != last {
			last = now
			changes--
		}
		if now := k.size(); now != size {
			size = now
			polls++
		}
		return changes == 0 || polls == passes
	})
	k.check()
}

// run starts a controller, and kills it when a function says so. It returns when the
// controller has ended.
func (k *killed) run(kill func() bool) {
	k.t.Helper()
	self, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), controllerEnv+"="+k.c.Settings.File())
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				k.t.Fatalf("a controller ended by itself: %v: %s", err, &log)
			}
			return
		default:
		}
		if kill() {
			k.kills++
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				k.t.Error(err)
			}
			<-ended
			return
		}
	}
}

// size, decisions, identity and names say how the log, a file or the folder is now.
func (k *killed) size() string {
	info, err := os.Stat(k.c.Settings.Path(k.c.Settings.Log))
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size())
}

func (k *killed) decisions() string {
	log, err := os.ReadFile(k.c.Settings.Path(k.c.Settings.Log))
	if err != nil {
		return "0"
	}
	return fmt.Sprint(bytes.Count(log, []byte(`"rules":{`)))
}

func (k *killed) identity(name string) func() string {
	var last fs.FileInfo
	n := 0
	return func() string {
		if info, err := os.Stat(k.c.Settings.Path(name)); err == nil && !os.SameFile(last, info) {
			last = info
			n++
		}
		return fmt.Sprint(n)
	}
}

func (k *killed) names() string {
	names, err := filepath.Glob(filepath.Join(k.folder, ".*"))
	if err != nil {
		k.t.Fatal(err)
	}
	return strings.Join(names, " ")
}

// said returns what the log says.
func (k *killed) said() (*state, []journal.Entry) {
	k.t.Helper()
	entries, _, err := journal.ReadFile(k.c.Settings.Path(k.c.Settings.Log), journal.Place{})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.t.Fatal(err)
	}
	s := newState()
	s.replay(entries)
	return s, entries
}

func (k *killed) ended() journal.Event {
	s, _ := k.said()
	return s.Ended
}

// check compares what the rules file and the processes say with the log, which is read
// after them.
func (k *killed) check() {
	k.t.Helper()
	f, err := rulesfile.Read(k.c.Settings.Path(k.c.Settings.RulesFile))
	if err != nil {
		k.t.Fatal(err)
	}
	file, err := k.c.rulesOf(f)
	if err != nil {
		k.t.Fatal(err)
	}
	reading := k.c.source().Read(k.t.Context())
	s, entries := k.said()
	logged := file.Generation == 0 && isOff(file)
	most := 0.0
	for _, e := range entries {
		if e.Rules == nil {
			continue
		}
		// The expiry may have been moved on since.
		now := *e.Rules
		now.Expires = file.Expires
		logged = logged || same(&now, file) && e.Rules.Expires.IsZero() == file.Expires.IsZero()
		most = max(most, shareOf(strings.TrimPrefix(e.Rules.Rules[0], "item->stock ")))
	}
	if !logged {
		k.t.Fatalf("the rules file says %s, which is not in the log: %+v", describe(file), entries)
	}
	if s.Want != nil && !same(file, s.Want) {
		k.behind++
		if !slices.ContainsFunc(s.Previous, func(r *journal.Rules) bool { return same(file, r) }) {
			k.t.Fatalf("the rules file says %s, and the log neither that before nor now: %+v", describe(file), s)
		}
	}
	for _, p := range reading.Processes {
		if ratio := p.Method(methodGet).Ratio; ratio > most+tiny {
			k.t.Fatalf("%s makes %g of the calls inline, and the log says %g", p.Name, ratio, most)
		}
	}
	if len(reading.Failures) > 0 {
		k.t.Fatalf("not read: %v", reading.Failures)
	}
}
