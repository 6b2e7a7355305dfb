package suite

import (
	"bytes"
	"fmt"
	"strings"
)

// Rows are the headings of the contract's rows, by number. Row 0 has cases that
// are of several.
var Rows = []string{
	"services that call each other",
	"values and results",
	"aliasing",
	"IDL skew",
	"errors",
	"panics",
	"deadlines and cancellation",
	"context values",
	"order of middleware",
	"tracers and statistics",
	"rpcinfo",
	"governance",
	"oneway",
	"streaming and generic clients",
	"life of the callee",
	"gray release",
	"profiles",
}

// Result are the cases of a pair.
type Result struct {
	Pair  Pair
	Cases []Case
}

// Table returns how many cases each row has in each pair, as Markdown.
func Table(results []Result) string {
	var b strings.Builder
	b.WriteString("| # | cases about |")
	for _, r := range results {
		fmt.Fprintf(&b, " %s |", strings.ReplaceAll(r.Pair.Name, "_", " "))
	}
	b.WriteString("\n| ---: | --- |" + strings.Repeat(" --- |", len(results)) + "\n")
	for row, heading := range Rows {
		fmt.Fprintf(&b, "| %s | %s |", number(row), heading)
		for _, r := range results {
			fmt.Fprintf(&b, " %s |", r.cell(row))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func number(row int) string {
	if row == 0 {
		return ""
	}
	return fmt.Sprint(row)
}

// cell tells of the cases of a row how many are the same, and how many make
// their calls inline.
func (r Result) cell(row int) string {
	same, demanded, deviate := 0, 0, 0
	forms := make(map[string]int)
	for _, c := range r.Cases {
		if c.Separate.Row != row {
			continue
		}
		switch deviation := Of(r.Pair, c.Name()); {
		case deviation == nil:
			same++
		case deviation.Demanded:
			demanded++
		default:
			deviate++
		}
		forms[c.Separate.Form]++
	}
	return list(count(same, "same"), count(demanded, "as the contract demands"), count(deviate, "deviating")) + "; " +
		list(count(forms["inline"], "inline"), count(forms["rpc"]+forms["unlinked"], "by RPC"), count(forms["any"], "inline while the callee runs"), count(forms["switched"], "as switched"))
}

func count(n int, of string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, of)
}

func list(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

const (
	begin = "<!-- begin: written by bazel run //tests/conformance:report -->\n"
	end   = "<!-- end -->\n"
)

// Replace returns the document with another table between the comments that
// mark it.
func Replace(document []byte, table string) ([]byte, error) {
	before, rest, ok := bytes.Cut(document, []byte(begin))
	if !ok {
		return nil, fmt.Errorf("the document has no line %q", begin)
	}
	_, after, ok := bytes.Cut(rest, []byte(end))
	if !ok {
		return nil, fmt.Errorf("the document has no line %q after %q", end, begin)
	}
	return bytes.Join([][]byte{before, []byte(begin + "\n" + table + "\n" + end), after}, nil), nil
}
