package policy_test

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/policy"
)

const example = `# What releases may have.
max_behind:
  commits: 50
  days: 14
services:
  stock:
    version: v1.4.0
    max_behind: {days: 7}
exceptions:
  - service: stock
    binary: //:cart
    version: v1.3.0
    reason: waits for the new seeds
    until: 2026-12-31
`

func TestParse(t *testing.T) {
	p, err := policy.Parse("merge_versions.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if *p.MaxBehind.Commits != 50 || p.Services["stock"].Version != "v1.4.0" || *p.Services["stock"].MaxBehind.Days != 7 || p.Exceptions[0].Reason != "waits for the new seeds" {
		t.Errorf("got %+v", p)
	}
	for path, want := range map[string]int{"max_behind.days": 4, "services.stock.version": 7, "services.stock.max_behind.days": 8, "exceptions.0": 10, "exceptions.0.until": 14, "nothing": 0} {
		if got := p.Line(path); got != want {
			t.Errorf("%s is on line %d, want %d", path, got, want)
		}
	}
	if _, err := policy.Parse("empty.yaml", nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

func TestParseErrors(t *testing.T) {
	for want, text := range map[string]string{
		"f: unmarshal errors:  line 1: field max_behinds not found": "max_behinds: {}\n",
		"line 2: cannot unmarshal !!str `many` into int":            "max_behind:\n  days: many\n",
		"f:2: days is -1; write a number from 0 on":                 "max_behind:\n  days: -1\n",
		"f:4: commits is -2":                                              "services:\n  stock:\n    max_behind:\n      commits: -2\n",
		"f:2: the exception has no reason":                                "exceptions:\n  - {service: stock, binary: //:shop, until: 2026-12-31}\n",
		"f:2: the exception has no until":                                 "exceptions:\n  - {service: stock, binary: //:shop, reason: x}\n",
		`f:3: until is "soon"; write a date`:                              "exceptions:\n  - {service: stock, binary: //:shop, reason: x,\n     until: soon}\n",
		"f:3: there is another exception for stock in //:shop, at line 2": "exceptions:\n  - {service: stock, binary: //:shop, reason: x, until: 2026-12-31}\n  - {service: stock, binary: //:shop, reason: y, until: 2026-12-31}\n",
		"there is a second document":                                      "max_behind: {}\n---\nmax_behind: {}\n",
		"f: line 1: did not find expected node content":                   "a: [\n",
	} {
		if _, err := policy.Parse("f", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want one with %q", text, err, want)
		}
	}
}

// FuzzParse looks for files that stop the reader.
func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte("exceptions:\n- &a {service: x, binary: y, reason: z, until: 2026-01-01}\n- *a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := policy.Parse("f", data)
		if err != nil {
			return
		}
		for _, e := range p.Exceptions {
			if e.Reason == "" || e.Until == "" {
				t.Errorf("an exception without a reason or an end: %+v", e)
			}
		}
	})
}
