package exports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// columns of a CSV file. Its first line names them, in any order.
const (
	colCaller    = "caller"
	colCallee    = "callee"
	colMethod    = "method"
	colPerSecond = "calls_per_second"
	colCalls     = "calls"
	colBytes     = "bytes_per_call"
)

func readCSV(r *reader) error {
	lines := csv.NewReader(bytes.NewReader(r.data))
	lines.ReuseRecord = true
	lines.TrimLeadingSpace = true
	lines.Comment = '#'
	header, err := lines.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("is empty")
		}
		return err
	}
	at := make(map[string]int)
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{colCaller, colCallee, colMethod, colPerSecond, colCalls, colBytes}, name) {
			r.Ignore("column "+name, "it has no meaning here", 1)
			continue
		}
		at[name] = i
	}
	_, rates := at[colPerSecond]
	_, counts := at[colCalls]
	for _, name := range []string{colCaller, colCallee} {
		if _, ok := at[name]; !ok {
			return fmt.Errorf("the first line names no column %s", name)
		}
	}
	switch {
	case rates == counts:
		return fmt.Errorf("the first line has to name one of the columns %s and %s", colPerSecond, colCalls)
	case counts && r.Period <= 0:
		return ErrPeriod
	}
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		field := func(name string) string {
			if i, ok := at[name]; ok {
				return strings.Clone(strings.TrimSpace(fields[i]))
			}
			return ""
		}
		number := func(name string) (float64, error) {
			text := field(name)
			if text == "" && name == colBytes {
				return 0, nil
			}
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				line, _ := lines.FieldPos(at[name])
				return 0, fmt.Errorf("line %d: %s is %q and not a number", line, name, text)
			}
			return n, nil
		}
		c := traffic.Calls{Caller: field(colCaller), Callee: field(colCallee), Method: field(colMethod)}
		if rates {
			c.PerSecond, err = number(colPerSecond)
			c.PerSecond = r.perSecond(c.PerSecond, time.Second)
		} else {
			c.PerSecond, err = number(colCalls)
			c.PerSecond = r.perSecond(c.PerSecond, r.Period)
		}
		if err != nil {
			return err
		}
		size, err := number(colBytes)
		if err != nil {
			return err
		}
		if size > 0 {
			c.BytesPerSecond, c.Sized = size*c.PerSecond, c.PerSecond
		}
		r.Add(c)
	}
}
