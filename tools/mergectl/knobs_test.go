package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestKnobs(t *testing.T) {
	m := start(t)
	out, err := mergectl("knobs", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	want := `KNOB OWNER REFUSED
debug.SetMemoryLimit stock api, item
the working directory item -
`
	if got := columns(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestKnobsJSON(t *testing.T) {
	m := start(t)
	out, err := mergectl("knobs", "--format=json", "-p", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	var got reports.Knobs
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := reports.Knobs{Binary: "shop", Knobs: []process.KnobState{
		{Name: "debug.SetMemoryLimit", Owner: "stock", Refused: []string{"api", "item"}},
		{Name: "the working directory", Owner: "item", Refused: []string{}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNoKnobs(t *testing.T) {
	var out strings.Builder
	writeKnobs(&out, &reports.Knobs{Binary: "shop"})
	if want := "No service of shop has set anything for the process.\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}
