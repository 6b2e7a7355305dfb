package switching

import (
	"slices"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestSetFor(t *testing.T) {
	p := &process{rules: []string{"*->stock/*/Get verify 1%", "item->stock strict", "kill off"}}
	for _, tt := range []struct {
		link reports.Link
		want string
	}{
		{reports.Link{Caller: "item", Callee: "stock", Method: "Get"}, "*->stock/*/Get verify 1%"},
		{reports.Link{Caller: "item", Callee: "stock", Method: "Put"}, ""},
		{reports.Link{Caller: "item", Callee: "stock", Method: "Put", Rule: "* on", Source: adminSource}, "* on"},
		{reports.Link{Caller: "item", Callee: "stock", Method: "Put", Rule: "* on", Source: "GO_MERGE_LINKS"}, ""},
	} {
		if got := p.setFor(tt.link); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.link, got, tt.want)
		}
	}
}

func TestOffRules(t *testing.T) {
	method := func(caller, name, state, rule string) reports.Link {
		return reports.Link{Caller: caller, Callee: "stock", RPCService: "Stock", Method: name, State: state, Rule: rule}
	}
	p := &process{
		found: &reports.Links{Links: []reports.Link{
			method("api", "Get", "on", ""), method("api", "Put", "on", "api->stock on"),
			method("item", "Get", "25%", "*->*/*/Get 25%"), method("item", "Put", "on", ""), method("item", "Watch", "never", ""),
		}},
		verified: verified(&reports.Rules{Rules: []reports.Rule{
			{Link: "kill", Value: "off"}, {Link: "*->*/*/Put", Value: "verify 1% ignore updated_at"}, {Link: "api->stock", Value: "strict"},
		}}),
	}
	for _, tt := range []struct {
		off  string
		want []string
	}{
		{"api->stock/Stock", []string{"api->stock/Stock off", "api->stock/Stock/Put verify off"}},
		{"item->stock/Stock", []string{"item->stock/Stock off", "item->stock/Stock/Get off", "item->stock/Stock/Put verify off"}},
		{"item->stock/Stock/Get", []string{"item->stock/Stock/Get off"}},
		{"item->stock/Stock/Put", []string{"item->stock/Stock/Put off", "item->stock/Stock/Put verify off"}},
		{"item->stock/Stock/Watch", nil},
		{"mail->stock/Stock", nil}, // of another process
	} {
		off, err := linkpattern.Parse(tt.off)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.offRules([]linkpattern.Pattern{off}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.off, got, tt.want)
		}
	}
}

func TestHalfRules(t *testing.T) {
	p := &process{found: &reports.Links{}}
	want := map[string]string{"on": half, "75.5%": half, "50%": "50%", "0.01%": "0.01%", "off": "off", never: never}
	var methods []linkpattern.Pattern
	for state, halved := range want {
		l := reports.Link{Caller: "item", Callee: "stock", RPCService: "Stock", Method: state[:2], State: state}
		p.found.Links = append(p.found.Links, l)
		methods = append(methods, patternOf(l))
		if got := halfOf(state); got != halved {
			t.Errorf("%s: got %s, want %s", state, got, halved)
		}
	}
	p.found.Links = append(p.found.Links, reports.Link{Caller: "item", Callee: "stock", RPCService: "Stock", State: "on"}) // others of the link
	rules := p.halfRules(append(methods, linkpattern.Between("mail", "stock")))
	slices.Sort(rules)
	if want := []string{"item->stock/Stock/75 50%", "item->stock/Stock/on 50%"}; !slices.Equal(rules, want) {
		t.Errorf("got %q, want %q", rules, want)
	}
}

// TestDrawable refuses a rules file that would make more calls inline than were.
func TestDrawable(t *testing.T) {
	method := reports.Link{Caller: "item", Callee: "stock", RPCService: "Stock", Method: "Get"}
	name := patternOf(method)
	at := func(socket, state string) *process {
		l := method
		l.State = state
		return &process{socket: socket, found: &reports.Links{Links: []reports.Link{l}}, states: map[linkpattern.Pattern]string{name: state}}
	}
	for _, tt := range []struct {
		first, second string
		file, refused bool
	}{
		{"on", "25%", true, true}, {"off", "75%", true, true}, {"on", "75%", true, false}, {"25%", "off", true, false},
		{"on", never, true, false}, {"on", "25%", false, false},
	} {
		s := &Switching{options: Options{Draw: true}, processes: []*process{at("1", tt.first), at("2", tt.second)}, links: []Link{{linkOf(name), []string{"Get"}}}}
		if tt.file {
			s.file = new(file)
		}
		if err := s.drawable(); (err != nil) != tt.refused {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
