package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// deadline returns the deadline of one method and the rule it comes from.
func (s *shop) deadline(method string) string {
	deadline, rule, source := s.gates[method].Deadline()
	if cooperative := deadline == "cooperative"; s.gates[method].Cooperative() != cooperative {
		return "a gate that says another deadline than " + deadline
	}
	if rule == "" {
		return deadline
	}
	return deadline + " by " + source + ": " + rule
}

func TestZeroGateIsStrict(t *testing.T) {
	var g Gate
	if deadline, rule, source := g.Deadline(); deadline != "strict" || rule+source != "" || g.Cooperative() {
		t.Errorf("the zero gate is %s by %q of %q", deadline, rule, source)
	}
}

func TestWhichDeadlineRuleDecides(t *testing.T) {
	tests := []struct {
		name                    string
		build, env, file, admin string
		want                    string // for StockService/Get from item to stock
	}{
		{"no rule", "", "", "", "", "strict"},
		{"a rule for others", "api->stock cooperative", "", "", "", "strict"},
		{"build", "item->stock cooperative", "", "", "", "cooperative by line 1: item->stock cooperative"},
		{"method over link", "item->stock cooperative\nitem->stock/*/Get strict", "", "", "", "strict by line 2: item->stock/*/Get strict"},
		{"environment over build", "item->stock/*/Get cooperative", "* strict", "", "", "strict by line 1: * strict"},
		{"file over environment", "", "item->stock/*/Get strict", "* cooperative", "", "cooperative by line 1: * cooperative"},
		{"admin over file", "", "", "item->stock/*/Get cooperative", "* strict", "strict by line 1: * strict"},
		{"rules of the other kind", "* cooperative", "item->stock 25%", "item->stock/*/Get off", "kill on", "cooperative by line 1: * cooperative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShopOfTwo()
			s.Replace(BuildLayer, "build", mustParse(t, tt.build))
			s.Replace(EnvLayer, "env", mustParse(t, tt.env))
			s.Replace(FileLayer, "file", mustParse(t, tt.file))
			s.Replace(AdminLayer, "admin", mustParse(t, tt.admin))
			if got := s.deadline(itemGets); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestDeadlinesAndGatesAreApart has rules of both kinds for one link.
func TestDeadlinesAndGatesAreApart(t *testing.T) {
	s := newShopOfTwo()
	for _, step := range []struct {
		rules, state, deadline string
		changed                int
	}{
		{"item->stock 25%", "25%", "strict", 3},
		{"item->stock cooperative", "25%", "cooperative", 3},
		{"item->stock on\nitem->stock strict", "on", "strict", 3},
		{"item->stock strict", "on", "strict", 0},
	} {
		changed := s.Set(AdminLayer, "admin socket", mustParse(t, step.rules))
		state, _, _ := s.gates[itemGets].State()
		deadline, _, _ := s.gates[itemGets].Deadline()
		if state != step.state || deadline != step.deadline || changed != step.changed {
			t.Errorf("%q: %s and %s, %d methods changed, want %s and %s, %d", step.rules, state, deadline, changed, step.state, step.deadline, step.changed)
		}
	}
	if got, want := fmt.Sprint(s.Report().Rules), "[{item->stock on line 1} {item->stock strict line 1}]"; got != want {
		t.Errorf("rules %s, want %s", got, want)
	}
	if _, err := s.Unset(AdminLayer, "admin socket", []Pattern{mustParse(t, "item->stock on")[0].link}); err != nil {
		t.Error(err)
	}
	if got := s.Report().Rules; len(got) > 0 {
		t.Errorf("rules after unset: %v", got)
	}
	want := `links: admin socket: item->stock 25%; 3 methods changed
links: admin socket: item->stock cooperative; 3 methods changed
links: admin socket: item->stock on (was 25%), item->stock strict (was cooperative); 3 methods changed
links: admin socket: item->stock unset (was on), item->stock unset (was strict); 0 methods changed
`
	if s.log.String() != want {
		t.Errorf("logged\n%swant\n%s", &s.log, want)
	}
}

// TestUnsetOneKind unsets a pattern that has one of the rules.
func TestUnsetOneKind(t *testing.T) {
	s := newShopOfTwo()
	s.Set(AdminLayer, "admin socket", mustParse(t, "* cooperative"))
	if _, err := s.Unset(AdminLayer, "admin socket", []Pattern{everything}); err != nil || s.deadline(itemGets) != "strict" {
		t.Errorf("%v, and %s", err, s.deadline(itemGets))
	}
}

// TestStartWithDeadlines has deadlines of the build, and in the file.
func TestStartWithDeadlines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(file, []byte("item->stock/*/Notify strict"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newShop(itemGets, itemNotifies)
	stop, err := s.Start([]string{"item->stock cooperative"}, env("GO_MERGE_LINKS_FILE="+file))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for method, want := range map[string]string{
		itemGets:     "cooperative by deadlines in the BUILD file: item->stock cooperative",
		itemNotifies: "strict by " + file + ":1: item->stock/*/Notify strict",
	} {
		if got := s.deadline(method); got != want {
			t.Errorf("%s: %s, want %s", method, got, want)
		}
	}
}

func TestStartRefusesDeadlines(t *testing.T) {
	const want = "deadlines in the BUILD file: item->mail: this binary has no such link; it has item->stock"
	s := newShop(itemGets)
	if _, err := s.Start([]string{"item->mail cooperative"}, env()); err == nil || err.Error() != want {
		t.Errorf("%v, want\n%s", err, want)
	}
}

// TestDeadlinesOfLaterMethods adds methods when there are rules already.
func TestDeadlinesOfLaterMethods(t *testing.T) {
	s := newShop(itemGets)
	open, later := new(Gate), new(Gate)
	s.AddOpen(Link{"item", "stock", "StockService"}, open)
	s.Set(AdminLayer, "admin socket", mustParse(t, "* cooperative\nitem->stock/*/Put strict"))
	s.Add(Link{"item", "stock", "StockService"}, "Put", later, true)
	if !open.Cooperative() || later.Cooperative() {
		t.Errorf("cooperative: of methods without a name %v, of Put %v", open.Cooperative(), later.Cooperative())
	}
}
