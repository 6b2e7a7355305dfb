// Package cost says what calls, memory, connections and restarts cost, in cores.
package cost

import (
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/settings"
)

// Call is what one call costs at both ends, in microseconds: a part for the call,
// and one for each kilobyte of request and response.
type Call struct {
	CPU, CPUPerKB         fleet.Number
	Latency, LatencyPerKB fleet.Number
}

// Model has the constants of the cost model.
type Model struct {
	RPC, Inline Call
	// Bytes is the size of request and response where it is not known.
	Bytes fleet.Number
	// GiBPerCore is how much memory costs as much as a core.
	GiBPerCore fleet.Number
	// ConnectionBytes is the memory of a pooled connection at both ends.
	ConnectionBytes fleet.Number
	// Restart is the CPU-seconds of a replica's restart.
	Restart fleet.Number
}

const (
	kilobyte = 1000
	micro    = 1e-6
	// GiB is a gibibyte in bytes.
	GiB = 1 << 30
)

// Sources of the defaults.
const (
	measured = "default, measured by //bench:affinity and //bench:calls"
	assumed  = "default, an assumption: set it under costs"
)

// New returns the model: the defaults, and what the settings replace of them.
//
// The defaults are derived from a run of each benchmark, with Go 1.26. By that of affinity, merging saved 195 CPU-s of codec, network, governance and
// scheduling per million requests and paid 29 for conversion and garbage collection,
// and 0.96 calls of a request were inline: 203 and 30 µs per call, with an order of 16
// lines, 2.7 KB, each way. The parts per kilobyte are from the rows of full calls over
// TCP and merged, with the payload copied: between 100B and nested, 32 KB of both ways
// cost 237 and 70 µs. The latency is that of these rows.
func New(c settings.Costs, source string) *Model {
	number := func(set *float64, value float64, unit, why string) fleet.Number {
		if set != nil {
			return fleet.Number{Value: *set, Unit: unit, Source: source}
		}
		return fleet.Number{Value: value, Unit: unit, Source: why}
	}
	perKB := fleet.Microseconds + "/KB"
	return &Model{
		RPC: Call{
			CPU: number(c.RPC.Microseconds, 163, fleet.Microseconds, measured), CPUPerKB: number(c.RPC.MicrosecondsPerKB, 7.4, perKB, measured),
			Latency: number(c.RPC.Latency, 136, fleet.Microseconds, measured), LatencyPerKB: number(c.RPC.LatencyPerKB, 7.4, perKB, measured),
		},
		Inline: Call{
			CPU: number(c.Inline.Microseconds, 18, fleet.Microseconds, measured), CPUPerKB: number(c.Inline.MicrosecondsPerKB, 2.2, perKB, measured),
			Latency: number(c.Inline.Latency, 12, fleet.Microseconds, measured), LatencyPerKB: number(c.Inline.LatencyPerKB, 2.2, perKB, measured),
		},
		Bytes:           number(c.CallBytes, 1000, fleet.Bytes, assumed),
		GiBPerCore:      number(c.GiBPerCore, 8, "GiB per core", assumed),
		ConnectionBytes: number(c.ConnectionBytes, 32<<10, fleet.Bytes, assumed),
		Restart:         number(c.RestartCPUSeconds, 10, "CPU-s", assumed),
	}
}

// SavedCPU returns the CPU time, in seconds, that a call of some bytes saves when
// it is inline. An RPC costs scale times what the model says.
func (m *Model) SavedCPU(bytes, scale float64) float64 {
	return (m.RPC.CPUOf(bytes)*scale - m.Inline.CPUOf(bytes)) * micro
}

// CPUOf returns the CPU time of a call of some bytes, in microseconds.
func (c *Call) CPUOf(bytes float64) float64 {
	return c.CPU.Value + c.CPUPerKB.Value*bytes/kilobyte
}

// SavedLatency returns the time, in seconds, by which a call of some bytes is
// shorter when it is inline.
func (m *Model) SavedLatency(bytes float64) float64 {
	kb := bytes / kilobyte
	return (m.RPC.Latency.Value + m.RPC.LatencyPerKB.Value*kb - m.Inline.Latency.Value - m.Inline.LatencyPerKB.Value*kb) * micro
}

// Byte returns the price of a byte of memory, in cores.
func (m *Model) Byte() float64 { return 1 / (m.GiBPerCore.Value * GiB) }

// Connection returns the price of a connection, in cores.
func (m *Model) Connection() float64 { return m.ConnectionBytes.Value * m.Byte() }
