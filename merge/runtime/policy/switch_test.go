package policy

import (
	"bytes"
	"log"
	"testing"
)

// shop has gates of methods.
type shop struct {
	*Switch
	log   bytes.Buffer
	gates map[string]*Gate
}

// newShop returns a shop with some methods, of which one is named Watch and is
// never inline.
func newShop(methods ...string) *shop {
	s := &shop{gates: map[string]*Gate{}}
	s.Switch = NewSwitch(log.New(&s.log, "", 0))
	for _, m := range methods {
		p, err := ParsePattern(m)
		if err != nil {
			panic(err)
		}
		s.gates[m] = new(Gate)
		s.Add(Link{p.Caller, p.Callee, p.RPCService}, p.Method, s.gates[m], p.Method != "Watch")
	}
	return s
}

const (
	itemGets     = "item->stock/StockService/Get"
	itemNotifies = "item->stock/StockService/Notify"
	apiGets      = "api->stock/StockService/Get"
)

// newShopOfTwo has item and api call stock.
func newShopOfTwo() *shop {
	return newShop(itemGets, itemNotifies, "item->stock/StockService/Watch", apiGets, "item->stock/AuditService/Get")
}

// state returns the state of one method and the rule it comes from.
func (s *shop) state(method string) string {
	state, rule, source := s.gates[method].State()
	if rule == "" {
		return state
	}
	return state + " by " + source + ": " + rule
}

func TestWhichRuleDecides(t *testing.T) {
	tests := []struct {
		name             string
		env, file, admin string
		want             string // for StockService/Get from item to stock
	}{
		{"no rule", "", "", "", "on"},
		{"a rule for others", "api->stock off", "", "", "on"},
		{"everything", "* off", "", "", "off by line 1: * off"},

		{"caller over everything", "* off\nitem->* 10%", "", "", "10% by line 2: item->* 10%"},
		{"callee over caller", "item->* 10%\n*->stock 20%", "", "", "20% by line 2: *->stock 20%"},
		{"link over callee", "item->stock 30%\n*->stock 20%", "", "", "30% by line 1: item->stock 30%"},
		{"RPC service over link", "item->stock 30%\n*->*/StockService 40%", "", "", "40% by line 2: *->*/StockService 40%"},
		{"method over RPC service", "*->*/*/Get 50%\nitem->stock/StockService 40%", "", "", "50% by line 1: *->*/*/Get 50%"},
		{"method with RPC service over method", "item->stock/*/Get 50%\n*->*/StockService/Get 60%", "", "", "60% by line 2: *->*/StockService/Get 60%"},
		{"method of another RPC service", "item->stock/AuditService/Get off", "", "", "on"},

		{"file over environment", "item->stock/*/Get off", "* 10%", "", "10% by line 1: * 10%"},
		{"admin over file", "", "item->stock/StockService/Get off", "item->* 10%", "10% by line 1: item->* 10%"},
		{"a layer without a rule for the method", "* 10%", "item->stock 20%", "api->* off", "20% by line 1: item->stock 20%"},

		{"kill in the environment", "kill on", "", "item->stock/*/Get on", "off by line 1: kill on"},
		{"kill in the file", "", "kill on", "* on", "off by line 1: kill on"},
		{"kill in the admin layer", "* on", "* on", "kill on", "off by line 1: kill on"},
		{"kill off does not undo another kill on", "", "* 10%\nkill on", "kill off", "off by line 2: kill on"},
		{"kill off everywhere", "kill off", "* 10%\nkill off", "kill off", "10% by line 1: * 10%"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShopOfTwo()
			s.Replace(EnvLayer, "env", mustParse(t, tt.env))
			s.Replace(FileLayer, "file", mustParse(t, tt.file))
			s.Replace(AdminLayer, "admin", mustParse(t, tt.admin))
			if got := s.state(itemGets); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestUnsetGivesTheLayerBelowItsSay(t *testing.T) {
	s := newShopOfTwo()
	s.Replace(FileLayer, "rules.txt", mustParse(t, "item->stock/StockService/Get 10%"))
	s.Set(AdminLayer, "admin socket", mustParse(t, "* off\nkill on"))
	patterns := []Pattern{everything, killPattern}
	if _, err := s.Unset(AdminLayer, "admin socket", patterns); err != nil {
		t.Fatal(err)
	}
	if got, want := s.state(itemGets), "10% by line 1: item->stock/StockService/Get 10%"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := s.Unset(AdminLayer, "admin socket", patterns[:1]); err == nil || err.Error() != "admin socket has no rule for *; it has none" {
		t.Errorf("unset twice: %v", err)
	}
	want := `links: rules.txt: item->stock/StockService/Get 10%; 1 method changed
links: admin socket: kill on, * off; 4 methods changed
links: admin socket: kill unset (was on), * unset (was off); 4 methods changed
`
	if s.log.String() != want {
		t.Errorf("logged\n%swant\n%s", &s.log, want)
	}
}

func TestUnsetAllOrNothing(t *testing.T) {
	s := newShopOfTwo()
	s.Set(AdminLayer, "admin socket", mustParse(t, "* off"))
	_, err := s.Unset(AdminLayer, "admin socket", []Pattern{everything, killPattern})
	if want := "admin socket has no rule for kill; it has * off"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if got := s.state(apiGets); got != "off by line 1: * off" {
		t.Errorf("state %s after an unset that failed", got)
	}
}

func TestChangesAreLoggedOnce(t *testing.T) {
	s := newShopOfTwo()
	s.Set(AdminLayer, "admin socket", mustParse(t, "item->stock 25%"))
	s.Set(AdminLayer, "admin socket", mustParse(t, "item->stock 25%"))
	s.Set(AdminLayer, "admin socket", mustParse(t, "item->stock off\nitem->stock/*/Notify on"))
	s.Replace(AdminLayer, "admin socket", nil)
	s.Replace(AdminLayer, "admin socket", nil)
	want := `links: admin socket: item->stock 25%; 3 methods changed
links: admin socket: item->stock/*/Notify on, item->stock off (was 25%); 3 methods changed
links: admin socket: item->stock/*/Notify unset (was on), item->stock unset (was off); 2 methods changed
`
	if s.log.String() != want {
		t.Errorf("logged\n%swant\n%s", &s.log, want)
	}
}

func TestUnknownLinks(t *testing.T) {
	tests := []struct{ rules, want string }{
		{"shop->stock off", "line 1: shop->stock: this binary has no such link; it has api->stock, item->stock"},
		{"stock->* off", "line 1: stock->*: this binary has no such link; it has api->stock, item->stock"},
		{"item->stock/*/get off", "line 1: item->stock/*/get: item->stock has no such method; it has AuditService/Get, StockService/Get, StockService/Notify, StockService/Watch"},
		{"api->stock/AuditService/Get off", "line 1: api->stock/AuditService/Get: api->stock has no such method; it has StockService/Get"},
		{"*->*/*/Put off\napi->stock on\napi->item on", "line 1: *->*/*/Put: * has no such method; it has AuditService/Get, StockService/Get, StockService/Notify, StockService/Watch\n" +
			"line 3: api->item: this binary has no such link; it has api->stock, item->stock"},
	}
	s := newShopOfTwo()
	for _, tt := range tests {
		if err := s.Check(mustParse(t, tt.rules)); err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n%v, want\n%s", tt.rules, err, tt.want)
		}
	}
}

func TestEverythingAndKillNeedNoLink(t *testing.T) {
	if err := newShop().Check(mustParse(t, "* off\nkill on")); err != nil {
		t.Error(err)
	}
}
