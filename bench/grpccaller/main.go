// Command grpccaller measures the rows of gRPC that are merged.
package main

import (
	"time"

	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/bench/grpc_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/grpccall"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

func main() {
	rows := map[string]measure.Open{}
	for _, m := range grpccall.Modes {
		rows[grpccall.Row("merged", m)] = func() (measure.Row, error) { return open(m) }
	}
	measure.Main("grpc-go "+grpc.Version, rows)
}

// nowhere is a target that refuses connections, so that a call which is not inline
// fails. The callee declares it.
const nowhere = "127.0.0.1:1"

const readyTimeout = 10 * time.Second

func open(m grpccall.Mode) (row measure.Row, err error) {
	conn, err := grpc.NewClient(nowhere, grpccall.DialOptions(m)...)
	if err != nil {
		return row, err
	}
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		calls, end, err := grpccall.Calls(m, bench.NewBenchServiceClient(conn))
		if err == nil {
			row.Calls = calls
			row.Close = func() {
				end()
				conn.Close()
			}
			return row, nil
		}
		if time.Since(start) > readyTimeout {
			conn.Close()
			return row, err
		}
		row.Waited++
	}
}
