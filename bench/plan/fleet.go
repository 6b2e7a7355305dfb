package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// quantile is a point of a published distribution: a part of the services has at
// most a value.
type quantile struct{ part, value float64 }

// Of the table of Meta's services in the study of its microservices (ATC 2023): how
// many others call a service, how many it calls, and how many instances it has.
var (
	fanIn     = []quantile{{0, 1}, {0.5, 1}, {0.9, 19}, {0.99, 200}, {1, 14084}}
	fanOut    = []quantile{{0, 1}, {0.5, 4}, {0.9, 23}, {0.99, 251}, {1, 5865}}
	instances = []quantile{{0, 2}, {0.5, 64}, {0.9, 650}, {0.99, 5000}, {1, 50000}}
)

// draw returns a value of a distribution that is linear in logarithms between the
// points.
func draw(rng *rand.Rand, points []quantile) float64 {
	x := rng.Float64()
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if x <= b.part {
			t := (x - a.part) / (b.part - a.part)
			return math.Exp(math.Log(a.value)*(1-t) + math.Log(b.value)*t)
		}
	}
	return points[len(points)-1].value
}

// spread is that of the logarithm of calls per second, at which 3 % of the links
// carry 57 % of the calls, and 10 % carry 82 %.
const spread = 2.1

// meanCalls per second of a link save 37 cores, as links of a large fleet do on
// average.
const meanCalls = 200_000

type service struct {
	replicas, memory, cores float64
}

type link struct {
	caller, callee int
	calls, bytes   float64
}

// fleet is services and links like those of large fleets.
type fleet struct {
	services []service
	links    []link
}

func generate(seed uint64, services, links int) *fleet {
	rng := rand.New(rand.NewPCG(seed, 18))
	f := &fleet{}
	var in, out []float64 // running sums of weights
	sumIn, sumOut := 0.0, 0.0
	for range services {
		sumIn += draw(rng, fanIn)
		sumOut += draw(rng, fanOut)
		in, out = append(in, sumIn), append(out, sumOut)
		f.services = append(f.services, service{
			replicas: math.Round(draw(rng, instances)), memory: math.Exp2(29 + 3*rng.Float64()), cores: 1 + float64(rng.IntN(8)),
		})
	}
	pick := func(sums []float64) int {
		i, _ := slices.BinarySearch(sums, rng.Float64()*sums[len(sums)-1])
		return min(i, len(sums)-1)
	}
	seen := make(map[[2]int]bool)
	called := make([]bool, services)
	for tries := 0; len(f.links) < links && tries < 100*links; tries++ {
		l := link{caller: pick(out), callee: pick(in), bytes: math.Exp(math.Log(1500) + 1.5*rng.NormFloat64())}
		if len(f.links) < services/2 {
			l.callee = rng.IntN(services) // half of the services have at least one caller
		}
		pair := [2]int{l.caller, l.callee}
		if l.caller == l.callee || seen[pair] || len(f.links) < services/2 && called[l.callee] {
			continue
		}
		seen[pair], called[l.callee] = true, true
		l.calls = meanCalls * math.Exp(spread*rng.NormFloat64()-spread*spread/2)
		f.links = append(f.links, l)
	}
	return f
}

// shape says how like a large fleet the generated one is.
type shape struct {
	top3, top10, oneSided float64
	calls                 float64 // of one-sided links
}

// shape returns the shares of the calls that the busiest 3 and 10 % of the links
// carry, and of links that send at least 90 % of their callee's calls, and of the
// calls over these.
func (f *fleet) shape() shape {
	calls := make([]float64, 0, len(f.links))
	got := make([]float64, len(f.services))
	total := 0.0
	for _, l := range f.links {
		calls = append(calls, l.calls)
		got[l.callee] += l.calls
		total += l.calls
	}
	slices.SortFunc(calls, func(a, b float64) int { return cmp.Compare(b, a) })
	top := func(part float64) float64 {
		sum := 0.0
		for _, c := range calls[:int(part*float64(len(calls)))] {
			sum += c
		}
		return sum / total
	}
	s := shape{top3: top(0.03), top10: top(0.1)}
	for _, l := range f.links {
		if l.calls >= 0.9*got[l.callee] {
			s.oneSided += 1 / float64(len(f.links))
			s.calls += l.calls / total
		}
	}
	return s
}

// csv returns the links as CSV.
func (f *fleet) csv() []byte {
	var b bytes.Buffer
	b.WriteString("caller,callee,calls_per_second,bytes_per_call\n")
	for _, l := range f.links {
		fmt.Fprintf(&b, "s%d,s%d,%.6g,%.0f\n", l.caller, l.callee, l.calls, l.bytes)
	}
	return b.Bytes()
}

// settings returns merge_plan.yaml, with a limit of the services of a group.
func settings(limit int) []byte {
	return fmt.Appendf(nil, "traffic: [{file: traffic.csv}]\nkubernetes: [deployments.yaml]\nlimits: {services: %d, memory: 24Gi}\n", limit)
}

// deployments returns the services as Kubernetes has them.
func (f *fleet) deployments() []byte {
	var b bytes.Buffer
	for i, s := range f.services {
		fmt.Fprintf(&b, "kind: Deployment\nmetadata: {name: s%d}\nspec: {replicas: %.0f, template: {spec: {containers: [{name: s, resources: {requests: {cpu: %.0f, memory: %.0f}}}]}}}\n---\n",
			i, s.replicas, s.cores, s.memory)
	}
	return b.Bytes()
}
