package settings

import (
	"strings"
	"testing"
)

const example = `
traffic: [{file: a.csv, period: 1h, sampling: 0.5}]
limits: {services: 4, memory: 2Gi, affinity: 0.9}
always: [item->stock]
never: ["*->bank"]
services:
  stock: {memory: 500Mi, cores: 500m, aliases: [stock-v1], standalone: drop}
`

func TestParse(t *testing.T) {
	s, err := Parse("merge_plan.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	stock := s.Services["stock"]
	if *s.Limits.Memory != 2<<30 || *s.Limits.Services != 4 || stock.Memory != 500<<20 || stock.Cores != 0.5 || s.Always[0].String() != "item->stock" {
		t.Errorf("got %+v", s)
	}
	if name := s.Canonical(); name("stock-v1") != "stock" || name("item") != "item" {
		t.Error("aliases do not count")
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"limit: {}":                                      "field limit not found",
		"limits: {memory: much}":                         `line 1: "much" is not a quantity`,
		"limits: {affinity: 2}":                          "limits.affinity is 2",
		"limits: {services: 0}":                          "limits.services is 0",
		"traffic: [{period: 1h}]":                        "traffic[0] names no file",
		"traffic: [{file: a, period: 1}]":                `"1" is not a period`,
		"always: [item]":                                 "does not name two services",
		"always: ['*->a']":                               "always takes the names",
		"always: ['a->b/C']":                             "does not name two services",
		"standalone: maybe":                              "has to be keep or drop",
		"services: {a: {replicas: -1}}":                  "services.a.replicas is -1",
		"services: {a: {aliases: [b]}, b: {}}":           "both have the name b",
		"costs: {gib_per_core: 0}":                       "gib_per_core is 0",
		"profiles: [{file: a}]":                          "has to name a file and a service",
		"limits: {memory: 0}":                            "limits.memory is 0; give a number above 0",
		"limits: {quota_ratio: 0}":                       "limits.quota_ratio is 0; give a number above 0",
		"limits: {restarts_per_week: 0}":                 "limits.restarts_per_week is 0; give a number above 0",
		"owners: {agreements: [[a, b]]}":                 "owners.agreements have no effect",
		"services: {a: {serves: [S]}, b: {serves: [S]}}": "services a and b both serve S",
		"services: {a: {replicas: 0}}":                   "services.a.replicas is 0, and a service that is called has some",
		"services: {a->b: {}}":                           `services has "a->b", and -> stands between`,
		"limits: {}\n---\nlimits: {}":                    "second document",
	} {
		if _, err := Parse("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "p.yaml: ") {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := Parse("p.yaml", data); err == nil && s.Limits.Services != nil && *s.Limits.Services < 1 {
			t.Errorf("took %d services", *s.Limits.Services)
		}
	})
}
