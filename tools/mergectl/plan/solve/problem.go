// Package solve chooses which services are merged: a partition of the services
// into groups, each with the service that hosts it, that saves most within limits.
package solve

import (
	"math"
	"slices"
)

// Problem is what to choose from. Services are indexes of Services.
type Problem struct {
	Services []Service
	// Links are sorted by caller and callee, with at most one for each pair, and
	// none from a service to itself.
	Links  []Link
	Limits Limits
	Prices Prices
	// Never are pairs that may not be in one group.
	Never [][2]int
	// out and in are the indexes of each service's links.
	out, in [][]int32
	never   map[[2]int32]bool
}

// Service is a service with its resources. What is not known is 0.
type Service struct {
	Name string
	// Calls is how many calls per second it gets from all callers.
	Calls float64
	// Replicas is how many processes it has, 0 if that is not known, and MinReplicas
	// how many it keeps while anybody else calls it.
	Replicas, MinReplicas float64
	// Memory is what a replica needs, in bytes. Cores is the quota of all replicas.
	Memory, Cores float64
	// Connections is how many connections of pools a replica holds.
	Connections float64
	// Releases is how often it is released, per week.
	Releases float64
	// Moved is set if its deployment goes away when it joins a group, so that other
	// callers reach it there. Others keep a deployment for their other callers.
	Moved bool
	// Apart is set if it may be with no other service.
	Apart bool
	// Zone is 0 for a service that may be with those of any zone.
	Zone int
	// Owners are the agreements that the owner is part of, sorted: the owners of a
	// group have to have one in common. It is nil where owners need not agree.
	Owners []int
}

// Link is what one service calls of another.
type Link struct {
	Caller, Callee int
	// Calls is per second.
	Calls float64
	// Save is how many cores it saves if all its calls are inline.
	Save float64
	// Barred is set if calls cannot be inline or the services may not be together.
	Barred bool
	// Always is set if the callee has to join the caller.
	Always bool
}

// Limits are what no group exceeds. 0 stands for no limit.
type Limits struct {
	// Services and Memory, in bytes per replica, are of a group.
	Services int
	Memory   float64
	// Affinity is the share of a callee's calls that the caller has to send more
	// than.
	Affinity float64
	// Quota is how many times the cores of the host a service may have.
	Quota float64
	// Restarts is how many restarts per week a service may cause in the host's
	// replicas.
	Restarts float64
}

// Prices make cores of what else is saved or paid.
type Prices struct {
	// Byte and Connection are the cores that a byte of memory and a connection
	// cost, and Restart the CPU-seconds that the restart of a replica costs.
	Byte, Connection, Restart float64
}

const (
	week = 7 * 24 * 3600
	// unlimited is the size of groups without a limit.
	unlimited = 64
	// tolerance is for sums of floating-point numbers, in relation to them.
	tolerance = 1e-9
)

// index prepares the problem.
func (p *Problem) index() {
	p.out, p.in = make([][]int32, len(p.Services)), make([][]int32, len(p.Services))
	for i, l := range p.Links {
		p.out[l.Caller] = append(p.out[l.Caller], int32(i))
		p.in[l.Callee] = append(p.in[l.Callee], int32(i))
	}
	p.never = make(map[[2]int32]bool)
	for _, pair := range p.Never {
		p.never[pairOf(int32(pair[0]), int32(pair[1]))] = true
	}
}

func pairOf(a, b int32) [2]int32 { return [2]int32{min(a, b), max(a, b)} }

// link returns the link from one service to another, or nil.
func (p *Problem) link(caller, callee int32) *Link {
	list := p.out[caller]
	i, ok := slices.BinarySearchFunc(list, callee, func(i, callee int32) int { return p.Links[i].Callee - int(callee) })
	if !ok {
		return nil
	}
	return &p.Links[list[i]]
}

// Between returns the link from one service to another, or nil, once the problem has
// been solved.
func (p *Problem) Between(caller, callee int) *Link { return p.link(int32(caller), int32(callee)) }

// share returns the part of the callee's calls that a link sends.
func (p *Problem) share(l *Link) float64 {
	if calls := p.Services[l.Callee].Calls; calls > 0 {
		return min(1, l.Calls/calls)
	}
	return 0
}

// size returns the limit of the services of a group.
func (p *Problem) size() int {
	if p.Limits.Services == 0 {
		return unlimited
	}
	return p.Limits.Services
}

// Reason names a rule that keeps two services apart, or "".
type Reason string

const (
	// OverQuota is for a service with too many times the host's cores.
	OverQuota Reason = "quota-ratio"
	// OverRestarts is for one that restarts the host's replicas too often.
	OverRestarts Reason = "cadence"
	// OtherZone, OtherOwner and NeverTogether are for what people have ruled out.
	OtherZone     Reason = "zone"
	OtherOwner    Reason = "owner"
	NeverTogether Reason = "never"
	// OverMemory and OverServices are for groups that are too large.
	OverMemory   Reason = "memory"
	OverServices Reason = "group-size"
)

// Hosted returns the rule by which a service may not be in a group of a host,
// whoever else is in it.
func (p *Problem) Hosted(service, host int) Reason {
	s, h := &p.Services[service], &p.Services[host]
	switch {
	case p.Limits.Quota > 0 && s.Cores > 0 && h.Cores > 0 && s.Cores > p.Limits.Quota*h.Cores:
		return OverQuota
	case p.Limits.Restarts > 0 && s.Releases*h.Replicas > p.Limits.Restarts:
		return OverRestarts
	}
	return ""
}

// Together returns the rule by which two services may not be in one group, and ""
// if they may.
func (p *Problem) Together(a, b int) Reason {
	x, y := &p.Services[a], &p.Services[b]
	switch {
	case x.Apart || y.Apart || p.never[pairOf(int32(a), int32(b))]:
		return NeverTogether
	case x.Zone != 0 && y.Zone != 0 && x.Zone != y.Zone:
		return OtherZone
	case x.Owners != nil && y.Owners != nil && len(common(x.Owners, y.Owners)) == 0:
		return OtherOwner
	case p.Limits.Services == 1:
		return OverServices
	case p.Limits.Memory > 0 && x.Memory+y.Memory > p.Limits.Memory:
		return OverMemory
	}
	return ""
}

// common returns the elements that two sorted lists have in common.
func common(a, b []int) []int {
	both := []int{}
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); ok {
			both = append(both, x)
		}
	}
	return both
}

// Costs are what a service costs in a group, apart from what its links save.
// Negative ones are gains.
type Costs struct {
	// Memory is in bytes, and Connections and Restarts, per week, count.
	Memory, Connections, Restarts float64
	// MemoryCores, ConnectionCores and RestartCores are their prices.
	MemoryCores, ConnectionCores, RestartCores float64
	// Released is how many of the service's own replicas go away.
	Released float64
}

// Cores returns the sum of the prices.
func (c Costs) Cores() float64 { return c.MemoryCores + c.ConnectionCores + c.RestartCores }

// Costs returns what a service costs in the group of a host, if a share of its
// calls is made there. With a host whose replicas are not known nothing is paid or
// gained.
func (p *Problem) Costs(service, host int, share float64) Costs {
	s, h := &p.Services[service], &p.Services[host]
	var c Costs
	switch {
	case s.Moved || share >= 1-tolerance:
		c.Released = s.Replicas
	default:
		c.Released = max(0, s.Replicas-max(s.MinReplicas, math.Ceil(s.Replicas*(1-share)-tolerance)))
	}
	if h.Replicas == 0 {
		return c
	}
	c.Memory = (h.Replicas - c.Released) * s.Memory
	c.Connections = (h.Replicas - c.Released) * s.Connections
	c.Restarts = s.Releases * h.Replicas
	c.MemoryCores = c.Memory * p.Prices.Byte
	c.ConnectionCores = c.Connections * p.Prices.Connection
	c.RestartCores = c.Restarts * p.Prices.Restart / week
	return c
}
