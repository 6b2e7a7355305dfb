// Package kubernetes reads resources of services from the YAML or JSON of
// Kubernetes: Deployments, StatefulSets, ReplicaSets and autoscalers, alone, in
// several documents or in a List.
package kubernetes

import (
	"bytes"
	"errors"
	"fmt"
	"io"

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
}

type container struct {
	Name          string `yaml:"name"`
	RestartPolicy string `yaml:"restartPolicy"`
	Resources     struct {
		Requests map[string]string `yaml:"requests"`
		Limits   map[string]string `yaml:"limits"`
	} `yaml:"resources"`
}

// Read adds what a file says of services. Canonical returns the name of the service
// that a workload's name means. What is ignored is returned.
func Read(name string, data []byte, canonical func(string) string, f fleet.Fleet) ([]traffic.Ignored, error) {
	r := &reader{name: name, canonical: canonical, fleet: f, Builder: traffic.NewBuilder(name)}
	documents := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var node yaml.Node
		if err := documents.Decode(&node); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := r.read(&node); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	// An autoscaler's bounds count whatever the order of the documents.
	for _, o := range r.scalers {
		r.scaler(o)
	}
	for _, o := range r.workloads {
		if err := r.workload(o); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.Graph().Ignored, nil
}

type reader struct {
	name               string
	canonical          func(string) string
	fleet              fleet.Fleet
	workloads, scalers []*object
	*traffic.Builder
}

func (r *reader) read(node *yaml.Node) error {
	o := &object{}
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
		r.Ignore("autoscalers", "they name no target", 1)
		return
	}
	s := r.fleet.Get(r.canonical(target.Name))
	source := fmt.Sprintf("%s: HorizontalPodAutoscaler %s", r.name, o.Metadata.Name)
	low := 1.0 // Kubernetes' default
	if o.Spec.MinReplicas != nil {
		low = *o.Spec.MinReplicas
	}
	s.MinReplicas.Set(low, fleet.Replicas, source)
	if o.Status.CurrentReplicas != nil {
		s.Replicas.Set(*o.Status.CurrentReplicas, fleet.Replicas, source+", current")
		return
	}
	// Peaks of caller and callee need not coincide: the most that it may have is
	// what its quota is for.
	if o.Spec.MaxReplicas != nil {
		s.Replicas.Set(*o.Spec.MaxReplicas, fleet.Replicas, source+", maximum")
	}
}

func (r *reader) workload(o *object) error {
	s := r.fleet.Get(r.canonical(o.Metadata.Name))
	source := fmt.Sprintf("%s: %s %s", r.name, o.Kind, o.Metadata.Name)
	if s.Cores.Known() && s.Memory.Known() && s.Replicas.Known() {
		r.Ignore("workloads", "their resources are known from elsewhere", 1)
		return nil
	}
	replicas := 1.0 // Kubernetes' default
	if o.Spec.Replicas != nil {
		replicas = *o.Spec.Replicas
	}
	s.Replicas.Set(replicas, fleet.Replicas, source)
	containers := o.Spec.Template.Spec.Containers
	for _, c := range o.Spec.Template.Spec.InitContainers {
		if c.RestartPolicy == "Always" { // a sidecar
			containers = append(containers, c)
			continue
		}
		r.Ignore("init containers", "they have ended when the service runs", 1)
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
				return fmt.Errorf("%s %s: container %s has %s %q, which is not a quantity", o.Kind, o.Metadata.Name, c.Name, kind.name, text)
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
