package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestParseHeader(t *testing.T) {
	lines := strings.Split("# rollout\ngeneration 42 # of Tuesday\n\nexpires 2030-01-31T18:00:00Z\nprocesses 12.5%\n* 1%", "\n")
	h, rest, err := ParseHeader(lines, func(n int) string { return fmt.Sprint("line ", n) })
	want := Header{42, time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC), 125_000}
	if err != nil || h != want {
		t.Errorf("got %+v, %v, want %+v", h, err, want)
	}
	if got := strings.Join(rest, "|"); got != "# rollout|||||* 1%" {
		t.Errorf("the rest is %q", got)
	}
	if h, _, err := ParseHeader([]string{"* off"}, nil); err != nil || h != (Header{processes: allCalls}) {
		t.Errorf("no header: %+v, %v", h, err)
	}
}

func TestWrongHeaders(t *testing.T) {
	for text, want := range map[string]string{
		"generation":                   "1: generation: write one value after it",
		"generation 0":                 `1: generation: "0" is not a number from 1 to 18446744073709551615`,
		"generation two":               `1: generation: "two" is not a number from 1 to 18446744073709551615`,
		"generation 1\ngeneration 2":   "2: generation: it is already set in 1",
		"* off\nexpires tomorrow":      "2: expires: it has to come before all rules",
		"expires tomorrow":             `1: expires: "tomorrow" is not a time such as 2030-01-31T18:00:00Z`,
		"expires 0001-01-01T00:00:00Z": `1: expires: "0001-01-01T00:00:00Z" is not a time such as 2030-01-31T18:00:00Z`,
		"processes 10":                 `1: processes: "10" is not a percentage such as 25%`,
		"processes on":                 `1: processes: "on" is not a percentage such as 25%`,
		"processes 101%":               `1: processes: "101%" is more than 100%`,
		"expires x\nprocesses 1 of 10": "1: expires: \"x\" is not a time such as 2030-01-31T18:00:00Z\n2: processes: write one value after it",
	} {
		_, _, err := ParseHeader(strings.Split(text, "\n"), func(n int) string { return fmt.Sprint(n) })
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
	if _, err := parseRule("processes 10%"); err == nil || !strings.Contains(err.Error(), "first lines of a rules file") {
		t.Errorf("a header where there are rules only: %v", err)
	}
}

// FuzzParseHeader reads any text. What is not a header stays as it is.
func FuzzParseHeader(f *testing.F) {
	for _, text := range []string{"generation 1\nexpires 2030-01-31T18:00:00Z\nprocesses 10%\n* on", "processes 1e9%", "#", "generation"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		h, rest, err := ParseHeader(lines, func(n int) string { return fmt.Sprint(n) })
		if err != nil {
			return
		}
		if h.processes > allCalls || len(rest) != len(lines) {
			t.Fatalf("%+v, %d of %d lines", h, len(rest), len(lines))
		}
		if _, again, err := ParseHeader(rest, nil); err != nil || strings.Join(again, "\n") != strings.Join(rest, "\n") {
			t.Errorf("the rest has a header: %q, %v", rest, err)
		}
	})
}

// TestProcessPosition has positions that other programs computed, in millionths.
func TestProcessPosition(t *testing.T) {
	for id, want := range map[string]fraction{"shop-1": 473_425, "shop-3": 69_162, "shop-5": 142_001, "shop-8": 869_032} {
		if got := processPosition(id); got != want {
			t.Errorf("%s: got %d, want %d", id, got, want)
		}
	}
}

// TestProcessesAreAddedOnly widens the share of processes.
func TestProcessesAreAddedOnly(t *testing.T) {
	const processes = 10_000
	before := map[string]bool{}
	for _, percent := range []fraction{0, 1, 10, 20, 50, 100} {
		h := Header{processes: percent * allCalls / 100}
		included := map[string]bool{}
		for i := range processes {
			id := fmt.Sprint("shop-", i)
			if h.Includes(id) {
				included[id] = true
			} else if before[id] {
				t.Fatalf("%s is not among %d %% any more", id, percent)
			}
		}
		// Five standard deviations of a binomial distribution are at most 250.
		if n, want := len(included), processes*int(percent)/100; n < want-250 || n > want+250 {
			t.Errorf("%d %%: %d of %d processes", percent, n, processes)
		}
		before = included
	}
	if len(before) != processes {
		t.Errorf("%d of %d processes are among all", len(before), processes)
	}
}

// TestHeaderOfRulesFile goes through what a header does, polling the file three times after
// each step.
func TestHeaderOfRulesFile(t *testing.T) {
	s := newShopOfTwo()
	s.Replace(EnvLayer, "GO_MERGE_LINKS", mustParse(t, "* off"))
	path := filepath.Join(t.TempDir(), "rules")
	now := time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC)
	f := &rulesFile{path: path, id: "shop-5", rules: s.Switch, settle: func() {}, now: func() time.Time { return now }}
	const base = "off by line 1: * off"
	for _, step := range []struct {
		name, write string
		later       time.Duration
		state, logs string
		want        reports.RulesFile
	}{
		{name: "in the share", write: "generation 1\nexpires 2030-01-31T19:00:00Z\nprocesses 15%\n* 1%",
			state: "1% by FILE:4: * 1%", logs: "links: FILE: * 1%; 4 methods changed\n",
			want: reports.RulesFile{Generation: 1, Processes: "15%", Included: true}},
		{name: "before the end", later: time.Hour - 1,
			state: "1% by FILE:4: * 1%",
			want:  reports.RulesFile{Generation: 1, Processes: "15%", Included: true}},
		{name: "at the end", later: 1,
			state: base, logs: "links: FILE: its rules have ended at 2030-01-31T19:00:00Z\nlinks: FILE: * unset (was 1%); 4 methods changed\n",
			want: reports.RulesFile{Generation: 1, Processes: "15%", Included: true, Expired: true}},
		{name: "ended when it is written", write: "generation 2\nexpires 2030-01-31T18:30:00Z\n* 2%",
			state: base, logs: "links: FILE: its rules have ended at 2030-01-31T18:30:00Z\n",
			want: reports.RulesFile{Generation: 2, Processes: "100%", Included: true, Expired: true}},
		{name: "prolonged", write: "generation 3\nexpires 2030-01-31T20:00:00Z\n* 2%",
			state: "2% by FILE:3: * 2%", logs: "links: FILE: * 2%; 4 methods changed\n",
			want: reports.RulesFile{Generation: 3, Processes: "100%", Included: true}},
		{name: "wrong", write: "generation 4\nexpires soon\n* 2%",
			state: "2% by FILE:3: * 2%", logs: "links: FILE:2: expires: \"soon\" is not a time such as 2030-01-31T18:00:00Z\nthe rules before it stay\n",
			want: reports.RulesFile{Generation: 3, Processes: "100%", Included: true, Failure: "FILE:2: expires: \"soon\" is not a time such as 2030-01-31T18:00:00Z"}},
		{name: "wrong, and those before end", later: time.Hour,
			state: base, logs: "links: FILE: its rules have ended at 2030-01-31T20:00:00Z\nlinks: FILE: * unset (was 2%); 4 methods changed\n",
			want: reports.RulesFile{Generation: 3, Processes: "100%", Included: true, Expired: true, Failure: "FILE:2: expires: \"soon\" is not a time such as 2030-01-31T18:00:00Z"}},
		{name: "outside the share", write: "generation 5\nprocesses 14%\n* 3%",
			state: base, logs: "links: FILE: its rules are for 14% of the processes, and shop-5 is not one of them\n",
			want: reports.RulesFile{Generation: 5, Processes: "14%"}},
		{name: "an emergency stop is for all", write: "generation 6\nexpires 2030-01-31T18:00:00Z\nprocesses 0%\nkill on\n* 3%",
			state: "off by FILE:4: kill on", logs: "links: FILE: its rules have ended at 2030-01-31T18:00:00Z\nlinks: FILE: kill on; 0 methods changed\n",
			want: reports.RulesFile{Generation: 6, Processes: "0%", Expired: true}},
		{name: "no header", write: "* 4%",
			state: "4% by FILE:1: * 4%", logs: "links: FILE: * 4%, kill unset (was on); 4 methods changed\n",
			want: reports.RulesFile{Processes: "100%", Included: true}},
	} {
		s.log.Reset()
		if step.write != "" {
			if err := os.WriteFile(path, []byte(step.write), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(step.later)
		for range 3 {
			f.read()
		}
		if got := strings.ReplaceAll(s.state(itemGets), path, "FILE"); got != step.state {
			t.Errorf("%s: state %s, want %s", step.name, got, step.state)
		}
		if got := strings.ReplaceAll(s.log.String(), path, "FILE"); got != step.logs {
			t.Errorf("%s: logged\n%swant\n%s", step.name, got, step.logs)
		}
		got := *s.Report().File
		got.Expires, got.Failure = nil, strings.ReplaceAll(got.Failure, path, "FILE")
		step.want.Path, step.want.ProcessID = path, "shop-5"
		if got != step.want {
			t.Errorf("%s: reported\n%+v\nwant\n%+v", step.name, got, step.want)
		}
		if applies := got.Applies(); applies != (got.Included && !got.Expired) {
			t.Errorf("%s: applies %t", step.name, applies)
		}
	}
}

// TestRulesEndWhileTheFileIsWritten has a file change between each two readings.
func TestRulesEndWhileTheFileIsWritten(t *testing.T) {
	s := newShopOfTwo()
	s.Replace(EnvLayer, "GO_MERGE_LINKS", mustParse(t, "* off"))
	path := filepath.Join(t.TempDir(), "rules")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
	write("expires 2030-01-31T19:00:00Z\n* 1%")
	now := time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC)
	f := &rulesFile{path: path, rules: s.Switch, settle: func() {}, now: func() time.Time { return now }}
	f.read()
	writes := 0
	f.settle = func() {
		writes++
		write(fmt.Sprintf("expires 2030-01-31T20:00:00Z\n* 1%%\n# %d", writes))
	}
	for _, step := range []struct {
		hour int
		want string
	}{{18, "1% by FILE:2: * 1%"}, {19, "off by line 1: * off"}, {19, "off by line 1: * off"}} {
		now = time.Date(2030, 1, 31, step.hour, 0, 0, 0, time.UTC)
		write(fmt.Sprintf("# %d", step.hour))
		f.read()
		if got := strings.ReplaceAll(s.state(itemGets), path, "FILE"); got != step.want {
			t.Errorf("at %d:00: state %s, want %s", step.hour, got, step.want)
		}
	}
}

// TestReportOfRulesFileStays reads a file while somebody has the report of its last content.
func TestReportOfRulesFileStays(t *testing.T) {
	s := newShopOfTwo()
	path := filepath.Join(t.TempDir(), "rules")
	f := &rulesFile{path: path, rules: s.Switch, settle: func() {}, now: time.Now}
	var before *reports.RulesFile
	for _, year := range []int{2130, 2131} {
		if err := os.WriteFile(path, fmt.Appendf(nil, "expires %d-01-31T18:00:00Z\n", year), 0o600); err != nil {
			t.Fatal(err)
		}
		f.read()
		if before == nil {
			before = s.Report().File
		}
	}
	if got := before.Expires.Year(); got != 2130 {
		t.Errorf("the report of the content before expires in %d", got)
	}
}

func TestProcessID(t *testing.T) {
	s := newShopOfTwo()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if got := s.processID(env()); got != host {
		t.Errorf("got %q, want the name of the host, %q", got, host)
	}
	if got := s.processID(env("GO_MERGE_PROCESS_ID=shop-5")); got != "shop-5" {
		t.Errorf("got %q", got)
	}
}
