package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestPorts(t *testing.T) {
	p, err := choosePorts([]string{"127.0.0.1:{port:stock}", "-db={port:db} -stock={port:stock}", `{"json": 1}`})
	if err != nil {
		t.Fatal(err)
	}
	if len(p) != 2 || p["stock"] == 0 || p["db"] == 0 || p["stock"] == p["db"] {
		t.Errorf("ports %v", p)
	}
	if got, want := p.expand(`{port:db} {port:stock} {"json": 1}`), fmt.Sprintf(`%d %d {"json": 1}`, p["db"], p["stock"]); got != want {
		t.Errorf("expanded to %q, want %q", got, want)
	}
	if got := (ports{"item-api.v2": 80}).variables()["GO_MERGE_PORT_ITEM_API_V2"]; got != "80" {
		t.Errorf("the variable is %q", got)
	}
}

func TestPortErrors(t *testing.T) {
	for want, texts := range map[string][]string{
		`"{port:}": a port is {port:NAME}`:                                   {"{port:}"},
		`"{port:item api}": a port is {port:NAME}`:                           {"{port:item api}"},
		"ports a-b and a.b have one variable, GO_MERGE_PORT_A_B: rename one": {"{port:a.b}", "{port:a-b}"},
	} {
		if _, err := choosePorts(texts); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v", texts, err)
		}
	}
}
