// Package kubernetes reads resources of services from the YAML or JSON of
// Kubernetes: Deployments, StatefulSets, ReplicaSets and autoscalers, alone, in
// several documents or in a List.
package kubernetes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// object has the fields that are read of any object.
type object struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name            string            `yaml:"name"`
		Namespace       string            `yaml:"namespace"`
		Labels          map[string]string `yaml:"labels"`
		OwnerReferences []struct{}        `yaml:"ownerReferences"`
	} `yaml:"metadata"`
	Spec struct {
		Replicas       *float64 `yaml:"replicas"`
		MinReplicas    *float64 `yaml:"minReplicas"`
		MaxReplicas    *float64 `yaml:"maxReplicas"`
		ScaleTargetRef struct {
			Kind string `yaml:"kind"`
			Name string `yaml:"name"`
		} `yaml:"scaleTargetRef"`
		Template struct {
			Spec struct {
				Containers     []container `yaml:"containers"`
				InitContainers []container `yaml:"initContainers"`
			} `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
	Status struct {
		CurrentReplicas *float64 `yaml:"currentReplicas"`
	} `yaml:"status"`
	Items []yaml.Node `yaml:"items"`

	file             string
	*traffic.Builder `yaml:"-"`
}

type container struct {
	Name          string `yaml:"name"`
	RestartPolicy string `yaml:"restartPolicy"`
	Resources     struct {
		Requests map[string]string `yaml:"requests"`
		Limits   map[string]string `yaml:"limits"`
	} `yaml:"resources"`
}

// File is a file with its name for messages.
type File struct {
	Name string
	Data []byte
}

// Read adds what files say of services. Canonical returns the name of the service
// that a workload's name means, alone or after its namespace, and the same name if it
// means none. What is ignored is returned.
func Read(files []File, canonical func(string) string, f fleet.Fleet) ([]traffic.Ignored, error) {
	r := &reader{canonical: canonical, fleet: f, taken: make(map[string]*object)}
	var builders []*traffic.Builder
	for _, file := range files {
		r.file, r.Builder = file.Name, traffic.NewBuilder(file.Name)
		builders = append(builders, r.Builder)
		if err := r.documents(file.Data); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
	}
	r.take(true)
	r.take(false)
	// An autoscaler's bounds count whatever the order of the documents and files.
	for _, o := range r.scalers {
		r.scaler(o)
	}
	for _, service := range slices.Sorted(maps.Keys(r.taken)) {
		if err := r.workload(service, r.taken[service]); err != nil {
			return nil, err
		}
	}
	var ignored []traffic.Ignored
	for _, b := range builders {
		ignored = append(ignored, b.Graph().Ignored...)
	}
	return ignored, nil
}

type reader struct {
	canonical          func(string) string
	fleet              fleet.Fleet
	workloads, scalers []*object
	// taken is the workload of each service.
	taken map[string]*object
	// file and Builder are those of the file that is read.
	file string
	*traffic.Builder
}

// documents reads the documents of one file.
func (r *reader) documents(data []byte) error {
	documents := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var node yaml.Node
		if err := documents.Decode(&node); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := r.read(&node); err != nil {
			return err
		}
	}
}

// service returns the service that a workload is of, and whether its name with the
// namespace says so.
func (r *reader) service(namespace, name string) (service string, full bool) {
	if namespace != "" {
		if service := r.canonical(namespace + "/" + name); service != namespace+"/"+name {
			return service, true
		}
	}
	return r.canonical(name), false
}

// take decides which workload each service has: those come first of which the names
// with their namespaces say so.
func (r *reader) take(full bool) {
	for _, o := range r.workloads {
		service, isFull := r.service(o.Metadata.Namespace, o.Metadata.Name)
		if isFull != full {
			continue
		}
		if other := r.taken[service]; other != nil {
			o.Ignore("workloads", fmt.Sprintf("%s is taken for the service %s; if that is wrong, give it the alias NAMESPACE/NAME of another one", other, service), 1)
			continue
		}
		r.taken[service] = o
	}
}

// String returns what a user calls the object.
func (o *object) String() string {
	name := o.Metadata.Name
	if o.Metadata.Namespace != "" {
		name = o.Metadata.Namespace + "/" + name
	}
	return o.Kind + " " + name
}

func (r *reader) read(node *yaml.Node) error {
	o := &object{file: r.file, Builder: r.Builder}
	if err := node.Decode(o); err != nil {
		return err
	}
	switch o.Kind {
	case "":
		r.Ignore("documents", "they have no kind", 1)
	case "Deployment", "StatefulSet", "ReplicaSet", "Rollout":
		if o.Kind == "ReplicaSet" && len(o.Metadata.OwnerReferences) > 0 {
			r.Ignore("objects of kind ReplicaSet", "they belong to a Deployment", 1)
			return nil
		}
		r.workloads = append(r.workloads, o)
	case "HorizontalPodAutoscaler":
		r.scalers = append(r.scalers, o)
	case "List", "DeploymentList", "StatefulSetList", "ReplicaSetList", "HorizontalPodAutoscalerList":
		for i := range o.Items {
			if err := r.read(&o.Items[i]); err != nil {
				return err
			}
		}
	default:
		r.Ignore("objects of kind "+o.Kind, "they say nothing of the resources of services", 1)
	}
	return nil
}

func (r *reader) scaler(o *object) {
	target := o.Spec.ScaleTargetRef
	if target.Name == "" {
		o.Ignore("autoscalers", "they name no target", 1)
		return
	}
	service, _ := r.service(o.Metadata.Namespace, target.Name)
	if w := r.taken[service]; w != nil && (w.Metadata.Name != target.Name || w.Metadata.Namespace != "" && o.Metadata.Namespace != "" && w.Metadata.Namespace != o.Metadata.Namespace) {
		o.Ignore("autoscalers", "they are of a workload that is not used", 1)
		return
	}
	s := r.fleet.Get(service)
	source := fmt.Sprintf("%s: %s", o.file, o)
	low := 1.0 // Kubernetes' default
	if n := o.Spec.MinReplicas; n != nil && *n >= 0 && *n <= mostReplicas {
		low = *n
	}
	s.MinReplicas.Set(low, fleet.Replicas, source)
	if some(o.Status.CurrentReplicas) {
		s.Replicas.Set(*o.Status.CurrentReplicas, fleet.Replicas, source+", current")
		return
	}
	// Peaks of caller and callee need not coincide: the most that it may have is
	// what its quota is for.
	if some(o.Spec.MaxReplicas) {
		s.Replicas.Set(*o.Spec.MaxReplicas, fleet.Replicas, source+", maximum")
	}
}

// mostReplicas is more than any workload has.
const mostReplicas = 1e9

// some reports whether a number of replicas is known and plausible. A workload that is
// called and has none is scaled down for the moment.
func some(replicas *float64) bool {
	return replicas != nil && *replicas > 0 && *replicas <= mostReplicas
}

func (r *reader) workload(service string, o *object) error {
	s := r.fleet.Get(service)
	source := fmt.Sprintf("%s: %s", o.file, o)
	switch {
	case o.Spec.Replicas == nil:
		s.Replicas.Set(1, fleet.Replicas, source) // Kubernetes' default
	case some(o.Spec.Replicas):
		s.Replicas.Set(*o.Spec.Replicas, fleet.Replicas, source)
	case !s.Replicas.Known():
		o.Ignore("numbers of replicas", "a workload that is called has some; give replicas in the settings", 1)
	}
	containers := o.Spec.Template.Spec.Containers
	for _, c := range o.Spec.Template.Spec.InitContainers {
		if c.RestartPolicy == "Always" { // a sidecar
			containers = append(containers, c)
			continue
		}
		o.Ignore("init containers", "they have ended when the service runs", 1)
	}
	for _, kind := range []struct {
		name, unit string
		to         *fleet.Number
	}{{"cpu", fleet.Cores, &s.Cores}, {"memory", fleet.Bytes, &s.Memory}} {
		sum, known := 0.0, false
		from := "requests"
		for _, c := range containers {
			text, ok := c.Resources.Requests[kind.name]
			if !ok {
				// Kubernetes takes the limit for a request that is left out.
				text, ok = c.Resources.Limits[kind.name]
				if ok {
					from = "limits"
				}
			}
			if !ok {
				continue
			}
			q, err := resource.ParseQuantity(text)
			if err != nil || q.Sign() < 0 {
				return fmt.Errorf("%s: %s: container %s has %s %q, which is not a quantity", o.file, o, c.Name, kind.name, text)
			}
			sum, known = sum+q.AsApproximateFloat64(), true
		}
		if known {
			kind.to.Set(sum, kind.unit, source+", "+from)
		}
	}
	s.Owner.Set(o.Metadata.Labels["owner"], source+", label owner")
	return nil
}
