package choose

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/cost"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// Scale returns how many times the cost of the model a service spends for its side
// of RPCs, by a profile of one of its replicas. What it spends is spread over its
// links, and the calls of callers without a name, by what the model says that they cost;
// half of that is each side's.
func Scale(service, source string, rpcCores, replicas float64, g *traffic.Graph, m *cost.Model) (fleet.Number, error) {
	model, unnamed := 0.0, 0.0
	for _, r := range g.Received {
		if r.Callee == service {
			unnamed = r.PerSecond
		}
	}
	for _, l := range g.Links {
		if l.Caller != service && l.Callee != service {
			continue
		}
		bytes := l.Bytes
		if bytes == 0 {
			bytes = m.Bytes.Value
		}
		model += l.PerSecond * m.RPC.CPUOf(bytes) / 2 / 1e6
		if l.Callee == service {
			unnamed -= l.PerSecond
		}
	}
	model += max(0, unnamed) * m.RPC.CPUOf(m.Bytes.Value) / 2 / 1e6
	if model == 0 {
		return fleet.Number{}, fmt.Errorf("%s: service %s has no link in the traffic", source, service)
	}
	value := rpcCores * replicas / model
	return fleet.Number{
		Value: value, Unit: "times the default",
		Source: fmt.Sprintf("%s: RPCs take %.3g cores of a replica, %.4g replicas, and by default would take %.3g in all", source, rpcCores, replicas, model),
	}, nil
}

// Replicas returns how many replicas a service has, 1 if that is not known.
func Replicas(in *Inputs, service string) float64 {
	if n := in.Settings.Services[service].Replicas; n != nil {
		return *n
	}
	if s := in.Fleet[service]; s != nil && s.Replicas.Known() {
		return s.Replicas.Value
	}
	return 1
}
