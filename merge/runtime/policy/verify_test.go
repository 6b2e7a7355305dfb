package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseVerification(t *testing.T) {
	tests := []struct{ rule, want string }{
		{"a->b/S/M verify 1%", "a->b/S/M verify 1%"},
		{"a->b/S/M verify 100%", "a->b/S/M verify 100%"},
		{"a->b/S/M verify off", "a->b/S/M verify off"},
		{"*->*/*/M verify 0%", "*->*/*/M verify off"},
		{"a->b/S/M verify 0.01% ignore b,a.c,b", "a->b/S/M verify 0.01% ignore a.c,b"},
		{"a->b/S/M verify 2% redact x ignore y redact w", "a->b/S/M verify 2% ignore y redact w,x"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			r, err := parseRule(tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			if r.String() != tt.want {
				t.Errorf("%s, want %s", r, tt.want)
			}
			again, err := parseRule(r.String())
			if err != nil || again != r {
				t.Errorf("%q is read as %+v, error %v", r, again, err)
			}
		})
	}
}

func TestParseVerificationErrors(t *testing.T) {
	tests := []struct{ rule, want string }{
		{"a->b verify 1%", "a->b: verify needs a method"},
		{"* verify 1%", "*: verify needs a method"},
		{"kill verify 1%", "kill is on or off"},
		{"a->b/S/M verify", "verify has no percentage"},
		{"a->b/S/M verify on", `"on" is not off or a percentage such as 1%`},
		{"a->b/S/M verify 101%", `"101%" is more than 100%`},
		{"a->b/S/M verify 1% without x", `"without" is not ignore or redact`},
		{"a->b/S/M verify 1% ignore", "ignore names no field"},
		{"a->b/S/M verify 1% ignore a,,b", `"" is not a field`},
		{"a->b/S/M verify 1% redact a..b", `"a..b" is not a field`},
		{"a->b/S/M verify 1% ignore " + manyFields(51), "it names 51 fields; at most 50 are allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.rule[:min(len(tt.rule), 40)], func(t *testing.T) {
			if r, err := parseRule(tt.rule); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("rule %v, error %v, want %q", r, err, tt.want)
			}
		})
	}
}

func manyFields(n int) string {
	var fields []string
	for i := range n {
		fields = append(fields, fmt.Sprintf("f%02d", i))
	}
	return strings.Join(fields, ",")
}

// verification returns how calls of a method are verified, and the rule that says so.
func (s *shop) verification(method string) string {
	v, rule, source := s.gates[method].Verification()
	if v == nil {
		return strings.TrimSpace("none " + rule)
	}
	return v.Share() + " by " + source + ": " + rule
}

func TestWhichVerifyRuleDecides(t *testing.T) {
	tests := []struct {
		name             string
		env, file, admin string
		want             string // for StockService/Get from item to stock
	}{
		{"no rule", "", "", "", "none"},
		{"a rule for others", "api->stock/StockService/Get verify 1%", "", "", "none"},
		{"rules of other kinds", "item->stock off", "* cooperative", "", "none"},
		{"a rule", "", "item->stock/StockService/Get verify 1%", "", "1% by line 1: item->stock/StockService/Get verify 1%"},
		{"the more specific", "", "*->*/*/Get verify 1%\nitem->stock/*/Get verify 2%", "", "2% by line 2: item->stock/*/Get verify 2%"},
		{"the layer above", "item->stock/StockService/Get verify 1%", "", "*->*/*/Get verify 2%", "2% by line 1: *->*/*/Get verify 2%"},
		{"off above", "item->stock/StockService/Get verify 1%", "", "*->*/*/Get verify off", "none *->*/*/Get verify off"},
		{"beside others", "item->stock/StockService/Get off", "", "item->stock/StockService/Get verify 3%", "3% by line 1: item->stock/StockService/Get verify 3%"},
		{"kill switch", "", "item->stock/StockService/Get verify 1%", "kill on", "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShopOfTwo()
			s.Replace(EnvLayer, "env", mustParse(t, tt.env))
			s.Replace(FileLayer, "file", mustParse(t, tt.file))
			s.Replace(AdminLayer, "admin", mustParse(t, tt.admin))
			if got := s.verification(itemGets); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestVerifyRulesComeAndGo(t *testing.T) {
	s := newShopOfTwo()
	s.Set(AdminLayer, "admin", mustParse(t, itemGets+" 50%"))
	if n := s.Set(AdminLayer, "admin", mustParse(t, itemGets+" verify 1%")); n != 1 {
		t.Errorf("%d methods changed, want 1", n)
	}
	if n := s.Set(AdminLayer, "admin", mustParse(t, itemGets+" verify 1%")); n != 0 {
		t.Errorf("%d methods changed by the same rule, want 0", n)
	}
	if n := s.Set(AdminLayer, "admin", mustParse(t, itemGets+" verify 1% ignore at")); n != 1 {
		t.Errorf("%d methods changed by another list, want 1", n)
	}
	if state, _, _ := s.gates[itemGets].State(); state != "50%" {
		t.Errorf("the rule for inline calls has become %s", state)
	}
	p, err := ParsePattern(itemGets)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Unset(AdminLayer, "admin", []Pattern{p}); n != 1 || err != nil {
		t.Errorf("unset changed %d methods, error %v", n, err)
	}
	if got := s.verification(itemGets); got != "none" {
		t.Errorf("after unset: %s", got)
	}
}

func TestVerifyIsRefusedForSomeMethods(t *testing.T) {
	s := newShop(itemGets, apiGets)
	s.gates[itemNotifies] = &Gate{Unverifiable: "it is oneway"}
	s.Add(Link{"item", "stock", "StockService"}, "Notify", s.gates[itemNotifies], true)
	err := s.Check(mustParse(t, "*->*/*/Notify verify 1%"))
	if want := "line 1: *->*/*/Notify: StockService/Notify cannot be verified: it is oneway"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	for _, rule := range []string{"*->*/*/Notify verify off", "*->*/*/Get verify 1%"} {
		if err := s.Check(mustParse(t, rule)); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

func TestGateDrawsVerifiedCalls(t *testing.T) {
	const calls = 20_000
	for share, within := range map[string][2]int{"off": {0, 0}, "1%": {100, 400}, "100%": {calls, calls}} {
		t.Run(share, func(t *testing.T) {
			s := newShopOfTwo()
			s.Replace(FileLayer, "file", mustParse(t, itemGets+" verify "+share+" ignore a redact b,c.d"))
			n := 0
			for range calls {
				if v := s.gates[itemGets].Verified(); v != nil {
					n++
					if !slices.Equal(v.Ignored(), []string{"a"}) || !slices.Equal(v.Redacted(), []string{"b", "c.d"}) {
						t.Fatalf("ignored %q, redacted %q", v.Ignored(), v.Redacted())
					}
				}
			}
			if n < within[0] || n > within[1] {
				t.Errorf("%d of %d calls, want %v", n, calls, within)
			}
			if s.gates[apiGets].Verified() != nil {
				t.Error("a call of another method is verified")
			}
		})
	}
}
