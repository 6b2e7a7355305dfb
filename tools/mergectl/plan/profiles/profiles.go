// Package profiles says from CPU profiles how much services spend on RPCs.
package profiles

import (
	"fmt"
	"strings"

	"github.com/google/pprof/profile"
)

// Usage is what a profile has.
type Usage struct {
	// RPC is the CPU time of codecs, the network and frameworks, and All of all
	// samples, in cores: CPU-seconds per second.
	RPC, All float64
	// Seconds is the duration.
	Seconds float64
	// Labelled is how many samples were of other services, by their label.
	Labelled int
}

// Read reads a CPU profile. Samples with the label service count only if it is the
// named one: merged binaries set it.
func Read(name, service string, data []byte) (Usage, error) {
	p, err := profile.ParseData(data)
	if err != nil {
		return Usage{}, fmt.Errorf("%s: %w", name, err)
	}
	at := -1
	for i, t := range p.SampleType {
		if t.Type == "cpu" && t.Unit == "nanoseconds" {
			at = i
		}
	}
	if at < 0 {
		return Usage{}, fmt.Errorf("%s: is not a CPU profile: it has no values of cpu in nanoseconds", name)
	}
	if p.DurationNanos <= 0 {
		return Usage{}, fmt.Errorf("%s: does not say how long it took", name)
	}
	u := Usage{Seconds: float64(p.DurationNanos) / 1e9}
	for _, s := range p.Sample {
		if labels := s.Label["service"]; len(labels) > 0 && labels[0] != service {
			u.Labelled++
			continue
		}
		cores := float64(s.Value[at]) / float64(p.DurationNanos)
		u.All += cores
		if isRPC(s) {
			u.RPC += cores
		}
	}
	return u, nil
}

// isRPC reports whether a sample is of an RPC: the innermost function outside of the
// standard library decides, or one of the network in the latter.
func isRPC(s *profile.Sample) bool {
	for _, location := range s.Location {
		for _, line := range location.Line {
			if line.Function == nil {
				continue
			}
			for _, in := range rpcFunctions {
				if strings.Contains(line.Function.Name, in) {
					return true
				}
			}
			if host, _, ok := strings.Cut(line.Function.Name, "/"); ok && strings.Contains(host, ".") || strings.HasPrefix(line.Function.Name, "main.") {
				return false // of the service or of a library
			}
		}
	}
	return false
}
