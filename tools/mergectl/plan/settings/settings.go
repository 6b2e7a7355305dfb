// Package settings reads merge_plan.yaml: what people know of a fleet and its
// metrics do not.
package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/exports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/strictyaml"
)

// Name is the name of the file.
const Name = "merge_plan.yaml"

// Settings are what the file says. Files are relative to its folder.
type Settings struct {
	// Traffic are exports of who calls whom. A link is counted from the first that
	// has it.
	Traffic []Traffic `yaml:"traffic"`
	// Kubernetes are files with workloads and autoscalers.
	Kubernetes []string `yaml:"kubernetes"`
	// Profiles are CPU profiles.
	Profiles []Profile `yaml:"profiles"`
	// Repository is the folder of the repository with the services.
	Repository string `yaml:"repository"`

	Limits Limits `yaml:"limits"`
	Owners Owners `yaml:"owners"`
	// Always and Never are pairs that have to be together or apart, as links such
	// as item->stock. Never takes * for any service.
	Always []Pair `yaml:"always"`
	Never  []Pair `yaml:"never"`
	// Standalone is keep or drop for services that do not say: whether one that
	// joins a group keeps a deployment for its other callers.
	Standalone Standalone         `yaml:"standalone"`
	Costs      Costs              `yaml:"costs"`
	Services   map[string]Service `yaml:"services"`
}

// Traffic is an export.
type Traffic struct {
	File     string         `yaml:"file"`
	Format   exports.Format `yaml:"format"`
	Period   Duration       `yaml:"period"`
	Sampling float64        `yaml:"sampling"`
}

// Profile is a CPU profile of one replica of a service.
type Profile struct {
	File    string `yaml:"file"`
	Service string `yaml:"service"`
}

// Limits are what no group exceeds.
type Limits struct {
	// Services is the largest group, 8 if it is left out.
	Services *int `yaml:"services"`
	// Memory is the most that a replica of a group may need. There is no limit if it,
	// or one of those below, is left out.
	Memory *Quantity `yaml:"memory"`
	// Affinity is the share of a callee's calls that its caller has to send more
	// than, 0.5 if it is left out.
	Affinity *float64 `yaml:"affinity"`
	// QuotaRatio is how many times the cores of its host a service may have.
	QuotaRatio *float64 `yaml:"quota_ratio"`
	// RestartsPerWeek is how many restarts of a host's replicas the releases of one
	// callee may cause.
	RestartsPerWeek *float64 `yaml:"restarts_per_week"`
}

// Owners say whose services may be in one process.
type Owners struct {
	// MustAgree is set if owners have to agree to be in one process.
	MustAgree *bool `yaml:"must_agree"`
	// Agreements are lists of owners who do.
	Agreements [][]string `yaml:"agreements"`
}

// Costs replace the defaults of the cost model.
type Costs struct {
	RPC    CallCost `yaml:"rpc"`
	Inline CallCost `yaml:"inline"`
	// CallBytes is the size of request and response where it is not known.
	CallBytes *float64 `yaml:"call_bytes"`
	// GiBPerCore is how much memory costs as much as a core.
	GiBPerCore *float64 `yaml:"gib_per_core"`
	// ConnectionBytes is the memory that a pooled connection takes at both ends.
	ConnectionBytes *float64 `yaml:"connection_bytes"`
	// RestartCPUSeconds is the CPU time that the restart of a replica takes.
	RestartCPUSeconds *float64 `yaml:"restart_cpu_seconds"`
}

// CallCost is what a call costs at both ends.
type CallCost struct {
	Microseconds      *float64 `yaml:"cpu_us"`
	MicrosecondsPerKB *float64 `yaml:"cpu_us_per_kb"`
	Latency           *float64 `yaml:"latency_us"`
	LatencyPerKB      *float64 `yaml:"latency_us_per_kb"`
}

// Service is what is known of a service. What is left out is taken from elsewhere,
// or not known.
type Service struct {
	Owner string `yaml:"owner"`
	// Zone is the only one whose services may be in its process.
	Zone        string   `yaml:"zone"`
	Replicas    *float64 `yaml:"replicas"`
	MinReplicas *float64 `yaml:"min_replicas"`
	// Cores and Memory are of a replica.
	Cores  Quantity `yaml:"cores"`
	Memory Quantity `yaml:"memory"`
	// Connections are those of the pools of a replica.
	Connections     *float64   `yaml:"connections"`
	ReleasesPerWeek *float64   `yaml:"releases_per_week"`
	Standalone      Standalone `yaml:"standalone"`
	// CallsPerSecond is how many calls it gets from all, if more than the traffic has.
	CallsPerSecond *float64 `yaml:"calls_per_second"`
	// Aliases are its names in exports and in Kubernetes.
	Aliases []string `yaml:"aliases"`
	// Serves are RPC services, for metrics that name only these.
	Serves []string `yaml:"serves"`
}

// Standalone is whether a service that joins a group keeps its own deployment.
type Standalone string

// Keep and Drop are the values of [Standalone].
const (
	Keep Standalone = "keep"
	Drop Standalone = "drop"
)

// Duration is a time such as 1h.
type Duration time.Duration

// UnmarshalYAML reads the duration.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	if err != nil || parsed <= 0 {
		return fmt.Errorf("line %d: %q is not a period; write one such as 90s, 1h or 168h", node.Line, node.Value)
	}
	*d = Duration(parsed)
	return nil
}

// Quantity is a number in the notation of Kubernetes, such as 500m or 2Gi, 0 if it
// is left out.
type Quantity float64

// UnmarshalYAML reads the quantity.
func (q *Quantity) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := resource.ParseQuantity(node.Value)
	if err != nil || parsed.Sign() < 0 {
		return fmt.Errorf("line %d: %q is not a quantity; write one such as 2, 500m or 2Gi", node.Line, node.Value)
	}
	*q = Quantity(parsed.AsApproximateFloat64())
	return nil
}

// Pair is two services, as a link between them.
type Pair struct {
	Caller, Callee string
	// Line is where it is written.
	Line int
}

func (p Pair) String() string { return p.Caller + "->" + p.Callee }

// UnmarshalYAML reads the pair.
func (p *Pair) UnmarshalYAML(node *yaml.Node) error {
	pattern, err := linkpattern.Parse(node.Value)
	if err != nil || pattern != linkpattern.Between(pattern.Caller, pattern.Callee) {
		return fmt.Errorf("line %d: %q does not name two services; write them as item->stock", node.Line, node.Value)
	}
	*p = Pair{cmp.Or(pattern.Caller, "*"), cmp.Or(pattern.Callee, "*"), node.Line}
	return nil
}

// Parse reads settings. Errors begin with the name and, where there is one, the
// line.
func Parse(name string, data []byte) (*Settings, error) {
	s := &Settings{}
	if _, err := strictyaml.Parse(name, data, s, strictyaml.Options{}); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

func (s *Settings) check() error {
	if a := s.Limits.Affinity; a != nil && !(*a >= 0 && *a < 1) {
		return fmt.Errorf("limits.affinity is %g, and has to be at least 0 and less than 1", *a)
	}
	if n := s.Limits.Services; n != nil && (*n < 1 || *n > MaxServices) {
		return fmt.Errorf("limits.services is %d, and has to be between 1 and %d", *n, MaxServices)
	}
	for key, n := range map[string]*float64{"memory": (*float64)(s.Limits.Memory), "quota_ratio": s.Limits.QuotaRatio, "restarts_per_week": s.Limits.RestartsPerWeek} {
		if n != nil && *n == 0 {
			return fmt.Errorf("limits.%s is 0; give a number above 0, or leave it out if there is no limit", key)
		}
	}
	if s.Owners.MustAgree == nil && len(s.Owners.Agreements) > 0 {
		return errors.New("owners.agreements have no effect without owners.must_agree; set it to true, or to false if owners need not agree")
	}
	for _, pair := range s.Always {
		if pair.Caller == "*" || pair.Callee == "*" {
			return fmt.Errorf("line %d: always takes the names of two services, not %s", pair.Line, pair)
		}
	}
	for i, t := range s.Traffic {
		if t.File == "" {
			return fmt.Errorf("traffic[%d] names no file", i)
		}
		if t.Sampling < 0 || t.Sampling > 1 {
			return fmt.Errorf("traffic[%d].sampling is %g, and has to be between 0 and 1", i, t.Sampling)
		}
	}
	for i, p := range s.Profiles {
		if p.File == "" || p.Service == "" {
			return fmt.Errorf("profiles[%d] has to name a file and a service", i)
		}
	}
	if err := s.Standalone.check("standalone"); err != nil {
		return err
	}
	numbers := map[string]*float64{
		"limits.quota_ratio": s.Limits.QuotaRatio, "limits.restarts_per_week": s.Limits.RestartsPerWeek,
		"costs.rpc.cpu_us": s.Costs.RPC.Microseconds, "costs.rpc.cpu_us_per_kb": s.Costs.RPC.MicrosecondsPerKB,
		"costs.inline.cpu_us": s.Costs.Inline.Microseconds, "costs.inline.cpu_us_per_kb": s.Costs.Inline.MicrosecondsPerKB,
		"costs.rpc.latency_us": s.Costs.RPC.Latency, "costs.rpc.latency_us_per_kb": s.Costs.RPC.LatencyPerKB,
		"costs.inline.latency_us": s.Costs.Inline.Latency, "costs.inline.latency_us_per_kb": s.Costs.Inline.LatencyPerKB,
		"costs.call_bytes": s.Costs.CallBytes, "costs.gib_per_core": s.Costs.GiBPerCore,
		"costs.connection_bytes": s.Costs.ConnectionBytes, "costs.restart_cpu_seconds": s.Costs.RestartCPUSeconds,
	}
	taken, servers := make(map[string]string), make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(s.Services)) {
		service := s.Services[name]
		if err := service.Standalone.check("services." + name + ".standalone"); err != nil {
			return err
		}
		for key, n := range map[string]*float64{
			"replicas": service.Replicas, "min_replicas": service.MinReplicas, "connections": service.Connections,
			"releases_per_week": service.ReleasesPerWeek, "calls_per_second": service.CallsPerSecond,
		} {
			numbers["services."+name+"."+key] = n
		}
		for _, alias := range append(slices.Clone(service.Aliases), name) {
			if other, ok := taken[alias]; ok && other != name {
				return fmt.Errorf("services %s and %s both have the name %s", other, name, alias)
			}
			taken[alias] = name
		}
		for _, rpcService := range service.Serves {
			if other, ok := servers[rpcService]; ok && other != name {
				return fmt.Errorf("services %s and %s both serve %s; metrics do not say which of them is called", other, name, rpcService)
			}
			servers[rpcService] = name
		}
	}
	for _, key := range slices.Sorted(maps.Keys(numbers)) {
		if n := numbers[key]; n != nil && !(*n >= 0 && *n <= maxNumber) {
			return fmt.Errorf("%s is %g, and has to be a number from 0 to %g", key, *n, float64(maxNumber))
		}
	}
	if g := s.Costs.GiBPerCore; g != nil && *g == 0 {
		return errors.New("costs.gib_per_core is 0, which makes memory infinitely expensive; give a number above 0")
	}
	return nil
}

const (
	// MaxServices is the largest limit of a group.
	MaxServices = 64
	maxNumber   = 1e15
)

func (s Standalone) check(key string) error {
	if s != "" && s != Keep && s != Drop {
		return fmt.Errorf("%s is %q, and has to be %s or %s", key, s, Keep, Drop)
	}
	return nil
}

// Canonical returns a function from names in exports to names of services.
func (s *Settings) Canonical() func(string) string {
	names := make(map[string]string)
	for name, service := range s.Services {
		for _, alias := range service.Aliases {
			names[alias] = name
		}
	}
	return func(name string) string {
		if service, ok := names[name]; ok {
			return service
		}
		return name
	}
}
