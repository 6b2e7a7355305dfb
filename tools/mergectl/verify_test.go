package main

import (
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

const getsStock = "item->stock/StockService/Get"

func TestVerifySetsARule(t *testing.T) {
	m := start(t)
	tests := []struct{ command, want string }{
		{"links verify SOCKET", "shop verifies no calls; name a method and a percentage to begin.\n"},
		{"links verify SOCKET " + getsStock + " 1%", getsStock + " verify 1%: 1 method changed\n"},
		{"links verify SOCKET", getsStock + " verify 1%: 0 compared, 0 differ\n"},
		{"links verify SOCKET " + getsStock + " 2% --ignore=at,price.id --redact=name", getsStock + " verify 2% ignore at,price.id redact name: 1 method changed\n"},
		{"links verify SOCKET", getsStock + " verify 2%: 0 compared, 0 differ\n"},
		{"links unset SOCKET " + getsStock, getsStock + " unset: 1 method changed\n"},
		{"links verify SOCKET", "shop verifies no calls; name a method and a percentage to begin.\n"},
	}
	for _, tt := range tests {
		out, err := mergectl(strings.Fields(strings.Replace(tt.command, "SOCKET", m.socket, 1))...)
		if err != nil || out != tt.want {
			t.Errorf("%s: got %q, error %v, want %q", tt.command, out, err, tt.want)
		}
	}
	out, err := mergectl("links", m.socket)
	if err != nil || strings.Contains(out, "Verified:") {
		t.Errorf("links prints %s, error %v", out, err)
	}
}

func TestVerifyErrors(t *testing.T) {
	m := start(t)
	for command, want := range map[string]string{
		"item->stock 1%":                               "item->stock: verify needs a method",
		"item->stock/StockService/Watch 1%":            "StockService/Watch cannot be verified: its calls are never inline: streaming method",
		getsStock + " half":                            `"half" is not off or a percentage`,
		"item->stock/StockService/Gone 1%":             "has no such method",
		"item- 1%":                                     "write it in quotes",
		"--ignore=at":                                  "--ignore and --redact need a method and a percentage",
		getsStock + " 1% --redact=a..b":                `"a..b" is not a field`,
		"item->stock/StockService/Get 1% --ignore=a_ ": "",
	} {
		args := append([]string{"links", "verify", m.socket}, strings.Fields(command)...)
		if _, err := mergectl(args...); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", command, err, want)
		}
	}
}

func TestVerifiedMethods(t *testing.T) {
	at := time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC)
	report := &reports.Links{Binary: "shop", Links: []reports.Link{
		{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get", State: "50%", Verification: &reports.Verification{
			Share: "1%", Same: 5, Different: 2, Skipped: reports.Skipped{Busy: 3, Late: 1},
			Differences: []reports.Difference{
				{Time: at, Fields: []reports.DifferingField{{Path: "success.price", RPC: "5", Inline: "6"}, {Path: "success.token", RPC: "(redacted)", Inline: "(redacted)"}}},
				{Time: at.Add(time.Second), Fields: []reports.DifferingField{{Path: "error", RPC: "null", Inline: "{code: 6}"}}},
			},
		}},
		{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Put", State: "on"},
	}}
	declined := &reports.Links{Links: []reports.Link{{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get", Verification: &reports.Verification{
		Share: "100%", Same: 1, Skipped: reports.Skipped{Declined: 2}, Declined: []string{"it has credentials", "it is a stream"}, Unmatched: []string{"nmae", "prise"},
	}}}}
	const why = "item->stock/StockService/Get verify 100%: 1 compared, 0 differ, 2 skipped (2 declined)\n" +
		"  not verified: it has credentials\n  not verified: it is a stream\n  no answer has had nmae, prise: the rule may name a wrong field\n"
	var reasons strings.Builder
	if err := writeDifferences(&reasons, declined); err != nil || reasons.String() != why {
		t.Errorf("error %v, got\n%s\nwant\n%s", err, &reasons, why)
	}
	const line = getsStock + " verify 1%: 7 compared, 2 differ, 4 skipped (3 busy, 1 late), first difference: success.price is 5 by RPC and 6 inline\n"
	var table, differences strings.Builder
	if err := writeTable(&table, report); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(table.String(), "\nVerified:\n"+line) {
		t.Errorf("table\n%s", &table)
	}
	if err := writeDifferences(&differences, report); err != nil {
		t.Fatal(err)
	}
	want := line + `  2030-01-31T18:00:00Z
    success.price
      RPC     5
      inline  6
    success.token
      RPC     (redacted)
      inline  (redacted)
  2030-01-31T18:00:01Z
    error
      RPC     null
      inline  {code: 6}
`
	if got := differences.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
