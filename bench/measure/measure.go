// Package measure is the main function of the benchmark binaries. Each run of
// a binary measures one row of the table, so that no row inherits the heap and
// the goroutines of another.
package measure

import (
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Environment of a benchmark binary. There are no flags: variables reach the
// services of a merged binary under the names that they have for a plain one.
const (
	RowEnv      = "BENCH_ROW"        // name of the row to measure
	PayloadsEnv = "BENCH_PAYLOADS"   // columns, comma-separated; all payloads by default
	TimeEnv     = "BENCH_TIME"       // 300ms or 1000x, as parseLength reads it
	ProfileEnv  = "BENCH_CPUPROFILE" // file for a CPU profile, or none
	FullEnv     = "BENCH_FULL"       // set when the callee of a merged binary is to be full
)

// Nested is the name of the nested payload, an order. With NestedLines lines
// it takes 16 KB on the wire.
const (
	Nested      = "nested"
	NestedLines = 94
)

// NoteSizes are the flat payloads and their bytes on the wire.
var NoteSizes = map[string]int{"100B": 100, "1KB": 1 << 10, "16KB": 16 << 10}

// Payloads lists all payloads in the order of the table.
var Payloads = []string{"100B", "1KB", "16KB", Nested}

// Calls has a call for each payload.
type Calls map[string]func() error

// Row is an opened row of the table.
type Row struct {
	Calls
	// Carried lists what the callee saw of a call other than its payload, as
	// package setup words it. It is empty where nobody looked.
	Carried string
	// Waited is the number of calls that failed before the callee was ready.
	Waited int
	// Close ends what the row started.
	Close func()
}

// Open prepares a row.
type Open func() (Row, error)

// Main measures the row that the environment names. version is that of what is
// measured, if it has one. Main prints benchmark
// results in Go's format, closes its output and waits until its input ends, so
// that the counters of the process can be read. Problems end the process.
func Main(version string, rows map[string]Open) {
	if err := run(os.Getenv(RowEnv), version, rows); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(name, version string, rows map[string]Open) error {
	open, ok := rows[name]
	if !ok {
		return fmt.Errorf("%s=%q: this binary has the rows %s", RowEnv, name, strings.Join(slices.Sorted(maps.Keys(rows)), ", "))
	}
	long, err := parseLength(os.Getenv(TimeEnv))
	if err != nil {
		return fmt.Errorf("%s: %w", TimeEnv, err)
	}
	row, err := open()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer row.Close()
	stop, err := Profile(ProfileEnv)
	if err != nil {
		return err
	}
	fmt.Printf("version: %s\ncarried: %s\nwaited: %d\n", version, row.Carried, row.Waited)
	for _, column := range columns() {
		payload, callers, err := ParseColumn(column)
		if err != nil {
			return fmt.Errorf("%s: %w", PayloadsEnv, err)
		}
		call, ok := row.Calls[payload]
		if !ok {
			continue
		}
		r, err := long.measure(callers, call)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", name, column, err)
		}
		fmt.Printf("BenchmarkCall/row=%s/payload=%s-%d\t%s\t%s\n", name, column, runtime.GOMAXPROCS(0), r, r.MemString())
	}
	if err := stop(); err != nil {
		return err
	}
	if err := os.Stdout.Close(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func columns() []string {
	if list := os.Getenv(PayloadsEnv); list != "" {
		return strings.Split(list, ",")
	}
	return Payloads
}
