package policy

import (
	"fmt"
	"testing"
)

// newUnboundShop has stock without an address, and mail with one.
func newUnboundShop() *shop {
	s := newShop(itemGets, itemNotifies, "item->stock/StockService/Watch", apiGets, "item->mail/MailService/Send")
	s.SetListens(func(service string) bool { return service != "stock" })
	return s
}

// TestUnbound asks what rules would do, beside those that are there and in their place.
func TestUnbound(t *testing.T) {
	tests := []struct {
		name, before, rules string
		beside, instead     string
	}{
		{"off", "", "item->stock off", "[item->stock]", "[item->stock]"},
		{"a percentage of a method", "", "*->*/*/Get 99%", "[api->stock item->stock]", "[api->stock item->stock]"},
		{"on", "item->stock off", "item->stock on", "[]", "[]"},
		{"more than before", "item->stock 25%", "item->stock 50%", "[]", "[]"},
		{"as many as before", "* off", "item->stock off", "[]", "[]"},
		{"fewer than before", "item->stock 50%", "item->stock 25%", "[item->stock]", "[item->stock]"},
		{"fewer of one link", "item->stock off", "* 50%", "[api->stock]", "[api->stock]"},
		{"a callee that listens", "", "item->mail off", "[]", "[]"},
		{"a method that is never inline", "", "item->stock/*/Watch off", "[]", "[]"},
		{"what a more specific rule decides", "item->stock on\napi->stock on", "* off", "[]", "[api->stock item->stock]"},
		{"another's rule", "item->stock off", "item->mail off", "[]", "[]"},
		{"deadlines", "item->stock 50%\n* cooperative", "item->stock strict", "[]", "[]"},
		{"kill", "", "kill on", "[]", "[]"},
		{"with the kill switch on", "kill on", "api->stock off", "[api->stock]", "[api->stock]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newUnboundShop()
			s.Set(AdminLayer, "admin socket", mustParse(t, tt.before))
			before := fmt.Sprint(s.Report())
			beside := fmt.Sprint(s.Unbound(AdminLayer, mustParse(t, tt.rules), false))
			instead := fmt.Sprint(s.Unbound(AdminLayer, mustParse(t, tt.rules), true))
			if beside != tt.beside || instead != tt.instead {
				t.Errorf("beside the others %s, in their place %s; want %s and %s", beside, instead, tt.beside, tt.instead)
			}
			if after := fmt.Sprint(s.Report()); after != before {
				t.Errorf("the rules are %s, were %s", after, before)
			}
		})
	}
}

// TestUnboundOpenLink has a link of which no method is known.
func TestUnboundOpenLink(t *testing.T) {
	s := newShop("item->stock/StockService/Watch")
	s.SetListens(func(string) bool { return false })
	s.AddOpen(Link{"item", "stock", "StockService"}, new(Gate))
	for rules, want := range map[string]string{
		"item->stock off":         "[item->stock]",
		"item->stock/*/Get 1%":    "[item->stock]",
		"item->stock/*/Get on":    "[]",
		"item->stock/*/Watch off": "[]",
	} {
		if got := fmt.Sprint(s.Unbound(FileLayer, mustParse(t, rules), false)); got != want {
			t.Errorf("%s: %s, want %s", rules, got, want)
		}
	}
}

// TestUnboundIsLoggedOnce changes rules until no call fails, and then again.
func TestUnboundIsLoggedOnce(t *testing.T) {
	s := newUnboundShop()
	s.Set(AdminLayer, "admin socket", mustParse(t, "item->stock 25%"))
	s.Set(AdminLayer, "admin socket", mustParse(t, "item->stock off"))
	s.Set(AdminLayer, "admin socket", mustParse(t, "kill on"))
	if got := fmt.Sprint(s.Report().Unbound); got != "[api->stock item->stock]" {
		t.Errorf("with the kill switch on: %s", got)
	}
	s.Replace(AdminLayer, "admin socket", nil)
	if got := fmt.Sprint(s.Report().Unbound); got != "[]" {
		t.Errorf("without rules: %s", got)
	}
	s.Replace(FileLayer, "rules.txt", mustParse(t, "item->stock off"))
	want := `links: admin socket: item->stock 25%; 2 methods changed
links: admin socket: RPCs of item->stock fail unless another process serves them: listen is False for stock
links: admin socket: item->stock off (was 25%); 2 methods changed
links: admin socket: kill on; 2 methods changed
links: admin socket: RPCs of api->stock fail unless another process serves them: listen is False for stock
links: admin socket: kill unset (was on), item->stock unset (was off); 4 methods changed
links: rules.txt: item->stock off; 2 methods changed
links: rules.txt: RPCs of item->stock fail unless another process serves them: listen is False for stock
`
	if s.log.String() != want {
		t.Errorf("logged\n%swant\n%s", &s.log, want)
	}
}
