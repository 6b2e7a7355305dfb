package policy

import (
	"math"
	"testing"
)

func TestParseFraction(t *testing.T) {
	tests := []struct {
		text string
		want fraction
		back string
	}{
		{"on", 1_000_000, "on"},
		{"off", 0, "off"},
		{"100%", 1_000_000, "on"},
		{"0%", 0, "off"},
		{"25%", 250_000, "25%"},
		{"0.01%", 100, "0.01%"},
		{"33.3333%", 333_333, "33.3333%"},
		{"0.0001%", 1, "0.0001%"},
	}
	for _, tt := range tests {
		got, err := parseFraction(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("parseFraction(%q) = %d, %v, want %d", tt.text, got, err, tt.want)
		}
		if got.String() != tt.back {
			t.Errorf("%q prints as %q, want %q", tt.text, got, tt.back)
		}
	}
}

func TestParseFractionErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `"" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"25", `"25" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"-1%", `"-1%" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"%", `"%" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"1.2.3%", `"1.2.3%" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"NaN%", `"NaN%" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"ON", `"ON" is not on, off, a percentage such as 25%, strict or cooperative`},
		{"100.1%", `"100.1%" is more than 100%`},
		{"0.00001%", `"0.00001%" has more than four decimals`},
	}
	for _, tt := range tests {
		if _, err := parseFraction(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("parseFraction(%q): %v, want %s", tt.text, err, tt.want)
		}
	}
}

// TestGateAdmits allows six standard deviations, which one run in five hundred
// million exceeds.
func TestGateAdmits(t *testing.T) {
	const calls = 1_000_000
	for _, text := range []string{"off", "0.01%", "25%", "99.99%", "on"} {
		s, err := parseFraction(text)
		if err != nil {
			t.Fatal(err)
		}
		var g Gate
		g.set(ruling{inline: s})
		inline := 0
		for range calls {
			if g.Admits() {
				inline++
			}
		}
		p := float64(s) / float64(allCalls)
		off := math.Abs(float64(inline) - p*calls)
		if off > 6*math.Sqrt(calls*p*(1-p)) {
			t.Errorf("%s: %d of %d calls inline", text, inline, calls)
		}
	}
}

func TestZeroGateIsOn(t *testing.T) {
	var g Gate
	if state, _, _ := g.State(); !g.Admits() || state != "on" {
		t.Error("the zero gate keeps calls back")
	}
	if g.set(ruling{inline: allCalls}) || !g.set(ruling{inline: 0}) {
		t.Error("set does not report what changes")
	}
}

func BenchmarkGate(b *testing.B) {
	for _, text := range []string{"on", "off", "25%"} {
		b.Run(text, func(b *testing.B) {
			var g Gate
			s, _ := parseFraction(text)
			g.set(ruling{inline: s})
			inline := 0
			for b.Loop() {
				if g.Admits() {
					inline++
				}
			}
			b.ReportMetric(float64(inline)/float64(b.N), "inline/op")
		})
	}
}
