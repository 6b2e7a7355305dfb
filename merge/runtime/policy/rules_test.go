package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// mustParse parses rules, one a line.
func mustParse(t testing.TB, text string) []Rule {
	t.Helper()
	rules, err := ParseRules(strings.Split(text, "\n"), func(n int) string { return fmt.Sprint("line ", n) })
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestParseRule(t *testing.T) {
	tests := []struct{ text, want string }{
		{"item->stock on", "item->stock on"},
		{"  item->stock\t25% ", "item->stock 25%"},
		{"item->* off", "item->* off"},
		{"*->stock off", "*->stock off"},
		{"* off", "* off"},
		{"*->* off", "* off"},
		{"*->*/*/* off", "* off"},
		{"*->*/*/Get off", "*->*/*/Get off"},
		{"item->stock/* off", "item->stock off"},
		{"item->stock/*/Get off", "item->stock/*/Get off"},
		{"item->stock/StockService off", "item->stock/StockService off"},
		{"item->stock/StockService/* off", "item->stock/StockService off"},
		{"item->stock/StockService/Get off", "item->stock/StockService/Get off"},
		{"item->stock-v2/shop.v1.StockService/Get off", "item->stock-v2/shop.v1.StockService/Get off"},
		{"kill on", "kill on"},
		{"kill off", "kill off"},
		{"item->stock strict", "item->stock strict"},
		{"*->*/*/Get  cooperative", "*->*/*/Get cooperative"},
	}
	for _, tt := range tests {
		r, err := parseRule(tt.text)
		if err != nil || r.String() != tt.want {
			t.Errorf("parseRule(%q) = %q, %v, want %q", tt.text, r, err, tt.want)
			continue
		}
		if again, err := parseRule(r.String()); err != nil || again != r {
			t.Errorf("%q reads back as %q, %v", r, again, err)
		}
	}
}

func TestParseRuleErrors(t *testing.T) {
	const form = "write CALLER->CALLEE, CALLER->CALLEE/RPC-SERVICE or CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any"
	tests := []struct{ text, want string }{
		{"item->stock", `"item->stock" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on`},
		{"item -> stock on", `"item -> stock on" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on`},
		{"item->stock/ on", `"item->stock/" is not a link; ` + form},
		{"item->stock/StockService/Get/x on", `"item->stock/StockService/Get/x" is not a link; ` + form},
		{"->stock on", `"->stock" is not a link; ` + form},
		{"stock on", `"stock" is not a link; ` + form},
		{"item->st* on", `"item->st*": * stands for a whole name only, not within "st*"`},
		{"item->stock/*/Get* on", `"item->stock/*/Get*": * stands for a whole name only, not within "Get*"`},
		{"item->stock 120%", `item->stock: "120%" is more than 100%`},
		{"kill 50%", `kill 50%: "50%" is not on or off`},
		{"kill cooperative", `kill cooperative: "cooperative" is not on or off`},
	}
	for _, tt := range tests {
		if _, err := parseRule(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("parseRule(%q):\n%v, want\n%s", tt.text, err, tt.want)
		}
	}
}

func TestParseRules(t *testing.T) {
	rules, err := ParseRules([]string{
		"# what a rollout begins with",
		"",
		"item->stock 25%  # since Monday",
		"kill off",
	}, func(n int) string { return fmt.Sprintf("rules:%d", n) })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rules {
		got = append(got, r.Source+" "+r.String())
	}
	if want := "rules:3 item->stock 25%, rules:4 kill off"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseRulesNamesEveryBadLine(t *testing.T) {
	_, err := ParseRules([]string{
		"item->stock 25%",
		"item->stock half",
		"item stock on",
		"item->stock off",
		"item->stock strict",
		"item->stock cooperative",
	}, func(n int) string { return fmt.Sprintf("rules:%d", n) })
	want := `rules:2: item->stock: "half" is not on, off, a percentage such as 25%, strict or cooperative
rules:3: "item stock on" is not a rule; write LINK VALUE, such as item->stock 25%, or kill on
rules:4: item->stock is already set in rules:1
rules:6: item->stock is already set in rules:5`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v, want\n%s", err, want)
	}
}

func TestParseRulesOfRubbish(t *testing.T) {
	items := slices.Repeat([]string{strings.Repeat("x", 1000), strings.Repeat("y", 1001)}, 500)
	_, err := ParseRules(items, func(n int) string { return fmt.Sprintf("rules:%d", n) })
	if err == nil || len(err.Error()) > 10_000 || !strings.HasSuffix(err.Error(), "\nrules:10: the rule has 1001 bytes; at most 1000 are allowed\nand 990 more") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add("item->stock/StockService/Get 0.01%")
	f.Add("kill on")
	f.Add("* cooperative")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRule(text)
		if err != nil {
			return
		}
		if again, err := parseRule(r.String()); err != nil || again != r {
			t.Errorf("%q is %q, which reads back as %q, %v", text, r, again, err)
		}
	})
}
