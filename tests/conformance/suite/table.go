package suite

import (
	"bytes"
	"fmt"
	"strings"
)

// Result are the cases of a caller and a callee.
type Result struct {
	Pair  Runner
	Cases []Case
}

// Table returns how many cases each row of the contract has in each of the results, as
// Markdown.
func (c *Contract) Table(results []Result) string {
	var b strings.Builder
	b.WriteString("| # | cases about |")
	for _, r := range results {
		fmt.Fprintf(&b, " %s |", strings.ReplaceAll(r.Pair.Title(), "_", " "))
	}
	b.WriteString("\n| ---: | --- |" + strings.Repeat(" --- |", len(results)) + "\n")
	for row, heading := range c.Rows {
		fmt.Fprintf(&b, "| %s | %s |", c.number(row), heading)
		for _, r := range results {
			fmt.Fprintf(&b, " %s |", r.cell(row))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (c *Contract) number(row int) string {
	if row == 0 {
		return ""
	}
	return fmt.Sprint(c.Prefix, row)
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
		switch deviation := r.Pair.Deviation(c.Name()); {
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

const end = "<!-- end -->\n"

// begin is the line before the contract's table.
func (c *Contract) begin() string { return "<!-- begin: written by " + c.Report + " -->\n" }

// Replace returns the document with another table between the comments that
// mark the contract's.
func (c *Contract) Replace(document []byte, table string) ([]byte, error) {
	before, rest, ok := bytes.Cut(document, []byte(c.begin()))
	if !ok {
		return nil, fmt.Errorf("the document has no line %q", c.begin())
	}
	_, after, ok := bytes.Cut(rest, []byte(end))
	if !ok {
		return nil, fmt.Errorf("the document has no line %q after %q", end, c.begin())
	}
	return bytes.Join([][]byte{before, []byte(c.begin() + "\n" + table + "\n" + end), after}, nil), nil
}
