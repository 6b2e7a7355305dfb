package runtime

import (
	"bytes"
	"testing"
)

// newShop is newBinary with a second link and a second RPC service.
func newShop(t *testing.T) *bytes.Buffer {
	out := newBinary(t)
	AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": getMethod()}})
	AddLink(Link{Caller: "item", Callee: "stock", RPCService: "AuditService", Methods: map[string]Method{"Get": getMethod()}})
	return out
}

// stateOf returns the state of one method and the rule it comes from.
func stateOf(caller, rpcService, method string) string {
	for _, s := range Links() {
		if s.Caller == caller && s.RPCService == rpcService && s.Method == method {
			if s.Rule == "" {
				return s.State
			}
			return s.State + " by " + s.Source + ": " + s.Rule
		}
	}
	return "no such method"
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
			newShop(t)
			s := newLinkSwitch(links)
			s.replace(envLayer, "env", mustParse(t, tt.env))
			s.replace(fileLayer, "file", mustParse(t, tt.file))
			s.replace(adminLayer, "admin", mustParse(t, tt.admin))
			if got := stateOf("item", "StockService", "Get"); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestUnsetGivesTheLayerBelowItsSay(t *testing.T) {
	out := newShop(t)
	s := newLinkSwitch(links)
	s.replace(fileLayer, "rules.txt", mustParse(t, "item->stock/StockService/Get 10%"))
	s.set(adminLayer, "admin socket", mustParse(t, "* off\nkill on"))
	patterns := []linkPattern{everything, killPattern}
	if _, err := s.unset(adminLayer, "admin socket", patterns); err != nil {
		t.Fatal(err)
	}
	if got, want := stateOf("item", "StockService", "Get"), "10% by line 1: item->stock/StockService/Get 10%"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := s.unset(adminLayer, "admin socket", patterns[:1]); err == nil || err.Error() != "admin socket has no rule for *; it has none" {
		t.Errorf("unset twice: %v", err)
	}
	want := `links: rules.txt: item->stock/StockService/Get 10%; 1 method changed
links: admin socket: kill on, * off; 4 methods changed
links: admin socket: kill unset (was on), * unset (was off); 4 methods changed
`
	if out.String() != want {
		t.Errorf("logged\n%swant\n%s", out, want)
	}
}

func TestUnsetAllOrNothing(t *testing.T) {
	newShop(t)
	s := newLinkSwitch(links)
	s.set(adminLayer, "admin socket", mustParse(t, "* off"))
	_, err := s.unset(adminLayer, "admin socket", []linkPattern{everything, killPattern})
	if want := "admin socket has no rule for kill; it has * off"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if got := stateOf("api", "StockService", "Get"); got != "off by line 1: * off" {
		t.Errorf("state %s after an unset that failed", got)
	}
}

func TestChangesAreLoggedOnce(t *testing.T) {
	out := newShop(t)
	s := newLinkSwitch(links)
	s.set(adminLayer, "admin socket", mustParse(t, "item->stock 25%"))
	s.set(adminLayer, "admin socket", mustParse(t, "item->stock 25%"))
	s.set(adminLayer, "admin socket", mustParse(t, "item->stock off\nitem->stock/*/Notify on"))
	s.replace(adminLayer, "admin socket", nil)
	s.replace(adminLayer, "admin socket", nil)
	want := `links: admin socket: item->stock 25%; 3 methods changed
links: admin socket: item->stock/*/Notify on, item->stock off (was 25%); 3 methods changed
links: admin socket: item->stock/*/Notify unset (was on), item->stock unset (was off); 2 methods changed
`
	if out.String() != want {
		t.Errorf("logged\n%swant\n%s", out, want)
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
	newShop(t)
	for _, tt := range tests {
		if err := links.check(mustParse(t, tt.rules)); err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n%v, want\n%s", tt.rules, err, tt.want)
		}
	}
}

func TestEverythingAndKillNeedNoLink(t *testing.T) {
	if err := newTable().check(mustParse(t, "* off\nkill on")); err != nil {
		t.Error(err)
	}
}

func TestKeptBackCallsAreRPCsAndNotLogged(t *testing.T) {
	newBinary(t)
	defer Serve("stock", "StockService", "stock", greet)()
	s := newLinkSwitch(links)
	client := NewClient("item", "StockService", "stock")
	bound := func() bool {
		_, ok := client.Bind("Get")
		return ok
	}
	if !bound() {
		t.Error("no inline call without rules")
	}
	s.set(adminLayer, "admin socket", mustParse(t, "item->stock/*/Get off"))
	out := logged(t)
	if bound() || bound() {
		t.Error("an inline call with the rule off")
	}
	if got := counted(t, "Get"); got.RPC != 2 || out.Len() > 0 {
		t.Errorf("counters %+v and log %q, want 2 RPCs and no log", got, out)
	}
	s.set(adminLayer, "admin socket", mustParse(t, "item->stock/*/Get on"))
	if !bound() {
		t.Error("no inline call after the rule is on again")
	}
}
