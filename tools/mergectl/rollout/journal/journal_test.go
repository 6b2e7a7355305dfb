package journal

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

var entries = []Entry{
	{Time: time.Unix(1, 0).UTC(), Event: Begin, Settings: "abc", Before: &Rules{Rules: []string{}}},
	{Time: time.Unix(2, 0).UTC(), Event: Stage, Step: 1, Rules: &Rules{Generation: 1, Expires: time.Unix(600, 0).UTC(), Processes: "10%", Rules: []string{"item->stock 1%"}}},
	{Time: time.Unix(3, 0).UTC(), Event: Poll, Read: 3, Obey: 2, Counts: []Counts{{
		Link: "item->stock", Method: "item->stock/StockService/Get", Inline: 10, RPC: 990,
		Errors: sequential.Sample{InlineFailed: 1, InlineCalls: 10, RPCCalls: 990}, Panics: sequential.Rate{Of: 10},
	}}},
	{Time: time.Unix(4, 0).UTC(), Event: RolledBack, Why: "errors", Rules: &Rules{Generation: 2, Processes: "100%", Rules: []string{"item->stock off"}}},
}

// written writes a log and returns its content.
func written(t *testing.T, name string) []byte {
	t.Helper()
	j, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if _, err := j.Read(Place{}); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := j.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// opened opens a log and reads it from a place on.
func opened(name string, from Place) (*Journal, []Entry, error) {
	j, err := Open(name)
	if err != nil {
		return nil, nil, err
	}
	read, err := j.Read(from)
	if err != nil {
		j.Close()
		return nil, nil, err
	}
	return j, read, nil
}

// TestCut opens what is left of a log when it is cut at each byte, and goes on.
func TestCut(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	data := written(t, name)
	for cut := range len(data) + 1 {
		if err := os.WriteFile(name, data[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		whole := strings.Count(string(data[:cut]), "\n")
		seen, end, err := ReadFile(name, Place{})
		if err != nil || len(seen) != whole || end.Lines != whole {
			t.Fatalf("cut at %d: %d entries up to %+v are read, %v; want %d", cut, len(seen), end, err, whole)
		}
		j, got, err := opened(name, Place{})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if len(got) != whole || whole > 0 && !reflect.DeepEqual(got, entries[:whole]) || j.End() != end {
			t.Fatalf("cut at %d: got %+v up to %+v, want %d entries up to %+v", cut, got, j.End(), whole, end)
		}
		if err := j.Append(entries[0]); err != nil {
			t.Fatal(err)
		}
		after := j.End()
		j.Close()
		j, got, err = opened(name, end)
		if err != nil || len(got) != 1 || j.End() != after {
			t.Fatalf("cut at %d and gone on: %+v up to %+v, %v", cut, got, j.End(), err)
		}
		j.Close()
		if seen, _, err := ReadFile(name, Place{}); err != nil || len(seen) != whole+1 {
			t.Fatalf("cut at %d and gone on: %d entries are read, %v", cut, len(seen), err)
		}
	}
}

// TestPlaces reads from each place of a log on, and not from those of others.
func TestPlaces(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	data := written(t, name)
	offset := int64(0)
	for n, line := range strings.SplitAfter(string(data), "\n") {
		_, place, err := ReadFile(name, Place{})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data[:offset], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadFile(name, place); n < len(entries) && !errors.Is(err, ErrPlace) {
			t.Errorf("an older copy of %d lines is read from the end on: %v", n, err)
		}
		_, place, err = ReadFile(name, Place{})
		if err != nil || place.Offset != offset || place.Lines != n {
			t.Fatalf("the end of %d lines is at %+v, %v", n, place, err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, _, err := ReadFile(name, place); err != nil || len(got) != len(entries)-n || n < len(entries) && !reflect.DeepEqual(got, entries[n:]) {
			t.Errorf("from line %d on: %+v, %v", n, got, err)
		}
		if n > 0 {
			other := slices.Clone(data)
			other[offset-2] ^= 1
			if err := os.WriteFile(name, other, 0o600); err != nil {
				t.Fatal(err)
			}
			if j, _, err := opened(name, place); !errors.Is(err, ErrPlace) {
				t.Errorf("another log is read from line %d on: %v, %v", n, j, err)
			}
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		offset += int64(len(line))
	}
	for _, place := range []Place{{Offset: -1}, {Offset: 1 << 40}, {Offset: 5}} {
		if _, _, err := ReadFile(name, place); !errors.Is(err, ErrPlace) {
			t.Errorf("from %+v on: %v", place, err)
		}
	}
	if _, _, err := ReadFile(name, Place{}); err != nil {
		t.Error(err)
	}
}

// TestZeros opens a log after a crash that has left zeros at its end.
func TestZeros(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	data := written(t, name)
	if err := os.WriteFile(name, append(data, "{\"ti\x00\x00\x00"...), 0o600); err != nil {
		t.Fatal(err)
	}
	j, got, err := opened(name, Place{})
	if err != nil || len(got) != len(entries) {
		t.Fatalf("got %v, want %d entries", err, len(entries))
	}
	j.Close()
}

func TestTwoAtATime(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	j, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(name); !errors.Is(err, ErrBusy) || !strings.HasPrefix(err.Error(), name+": ") {
		t.Errorf("opened twice: %v", err)
	}
	j.Close()
	if j, err = Open(name); err != nil {
		t.Fatalf("closed and opened again: %v", err)
	}
	j.Close()
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"hello\n":                       "line 1: it is not an entry of a rollout's log",
		`{"event": "poll"}{}` + "\n":    "line 1: it has more than one entry",
		"hello":                         "its end is not that of a rollout's log, so it is left as it is",
		"{}\n" + `{"evnt": "x"}` + "\n": `line 2: it is not an entry of a rollout's log: json: unknown field "evnt"`,
	} {
		name := filepath.Join(dir, "log")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := opened(name, Place{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != text {
			t.Errorf("%q is %q afterwards, %v", text, data, err)
		}
	}
	if _, err := Open(dir); err == nil {
		t.Error("a folder is opened")
	}
	if _, _, err := ReadFile("/dev/null", Place{}); err == nil || err.Error() != "/dev/null: it is not a regular file" {
		t.Errorf("a device is read: %v", err)
	}
	if _, err := Open("/dev/null"); err == nil || err.Error() != "/dev/null: it is not a regular file" {
		t.Errorf("a device: %v", err)
	}
}

func TestCountsAdd(t *testing.T) {
	sample := func(n uint64) sequential.Sample {
		return sequential.Sample{InlineFailed: n, InlineCalls: n + 10, RPCFailed: n + 20, RPCCalls: n + 30}
	}
	one := Counts{
		Link: "item->stock", Method: "item->stock/Stock/Get", Inline: 1, RPC: 2, Errors: sample(3), Slow: sample(4),
		Panics: sequential.Rate{Happened: 5, Of: 50}, Fallbacks: sequential.Rate{Happened: 6, Of: 60}, Verify: sequential.Rate{Happened: 7, Of: 70},
	}
	sum := Counts{Link: one.Link, Method: one.Method}
	sum.Add(one)
	if sum != one {
		t.Errorf("got %+v, want %+v", sum, one)
	}
	sum.Add(one)
	if sum.Inline != 2 || sum.Errors.RPCCalls != 66 || sum.Verify.Of != 140 {
		t.Errorf("twice is %+v", sum)
	}
}
