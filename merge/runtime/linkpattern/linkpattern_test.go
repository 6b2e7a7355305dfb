package linkpattern

import "testing"

func TestForms(t *testing.T) {
	for want, p := range map[string]Pattern{
		"item->stock":          Between("item", "stock"),
		"item->*/StockService": Over("item", "StockService"),
	} {
		if got := p.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCovers(t *testing.T) {
	tests := []struct {
		text         string
		link, method bool // item->stock/StockService, and Get of it
	}{
		{"*", true, true},
		{"item->stock", true, true},
		{"item->*", true, true},
		{"*->stock", true, true},
		{"item->*/*/Get", true, true},
		{"item->stock/StockService", true, true},
		{"item->stock/StockService/Get", true, true},
		{"item->stock/StockService/*", true, true},
		{"item->stock/StockService/Put", true, false},
		{"*->*/*/Put", true, false},
		{"item->stock/OrderService", false, false},
		{"item->mail", false, false},
		{"api->stock", false, false},
	}
	for _, tt := range tests {
		p, err := Parse(tt.text)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := p.CoversLink("item", "stock", "StockService"); got != tt.link {
			t.Errorf("%s covers the link: %v", tt.text, got)
		}
		if got := p.Covers("item", "stock", "StockService", "Get"); got != tt.method {
			t.Errorf("%s covers the method: %v", tt.text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("item->stock/StockService/Get")
	f.Add("*")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(p.String()); err != nil || again != p {
			t.Errorf("%q is %q, which reads back as %q, %v", text, p, again, err)
		}
	})
}
