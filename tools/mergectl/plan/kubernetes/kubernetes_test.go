package kubernetes

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
)

const example = `
kind: Deployment
metadata: {name: stock-v1, labels: {owner: shop}}
spec:
  template:
    spec:
      initContainers: [{name: wait}, {name: proxy, restartPolicy: Always, resources: {requests: {cpu: 100m}}}]
      containers:
        - {name: stock, resources: {requests: {cpu: "1"}, limits: {memory: 1Gi}}}
        - {name: logs, resources: {requests: {cpu: 200m}}}
---
kind: List
items:
  - {kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {name: stock-v1}, minReplicas: 2, maxReplicas: 9}}
  - {kind: Service, metadata: {name: stock}}
  - {kind: StatefulSet, metadata: {name: store}, spec: {replicas: 3, template: {spec: {containers: [{name: s}]}}}}
`

func TestRead(t *testing.T) {
	f := make(fleet.Fleet)
	ignored, err := Read([]File{{"k.yaml", []byte(example)}}, func(name string) string { return strings.TrimSuffix(name, "-v1") }, f)
	if err != nil {
		t.Fatal(err)
	}
	s := f["stock"]
	if s.Cores.Value != 1.3 || s.Memory.Value != 1<<30 || s.Replicas.Value != 9 || s.MinReplicas.Value != 2 || s.Owner.Value != "shop" {
		t.Errorf("stock: %+v", s)
	}
	if s.Memory.Source != "k.yaml: Deployment stock-v1, limits" {
		t.Errorf("source %q", s.Memory.Source)
	}
	if store := f["store"]; store.Replicas.Value != 3 || store.Memory.Known() {
		t.Errorf("store: %+v", store)
	}
	if len(f) != 2 || len(ignored) != 2 {
		t.Errorf("%d services, ignored %v", len(f), ignored)
	}
}

// TestFilesInAnyOrder has an autoscaler in another file than its workload, and a
// workload of the same name in another namespace.
func TestFilesInAnyOrder(t *testing.T) {
	const workload = `
kind: Deployment
metadata: {name: stock, namespace: %s}
spec: {template: {spec: {containers: [{name: c, resources: {requests: {cpu: %q}}}]}}}
---
kind: HorizontalPodAutoscaler
metadata: {name: %[1]s, namespace: %[1]s}
spec: {scaleTargetRef: {name: stock}, maxReplicas: %[3]d}
`
	staging := fmt.Sprintf(workload, "staging", "100m", 2)
	prod, scaler, _ := strings.Cut(fmt.Sprintf(workload, "prod", "4", 40), "---")
	canonical := func(name string) string { return strings.TrimPrefix(name, "prod/") }
	files := []File{{"staging.yaml", []byte(staging)}, {"prod.yaml", []byte(prod)}, {"scalers.yaml", []byte(scaler)}}
	for range 6 {
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		f := make(fleet.Fleet)
		ignored, err := Read(files, canonical, f)
		if err != nil {
			t.Fatal(err)
		}
		if s := f["stock"]; len(f) != 1 || s.Cores.Value != 4 || s.Replicas.Value != 40 {
			t.Errorf("%v: stock is %+v", files, s)
		}
		if len(ignored) != 2 || ignored[0].What != "autoscalers" || !strings.HasPrefix(ignored[1].Why, "Deployment prod/stock is taken for the service stock") {
			t.Errorf("ignored %v", ignored)
		}
	}
}

// TestScaledDown has workloads without replicas, one of which has an autoscaler: the
// number of replicas of the other is not known.
func TestScaledDown(t *testing.T) {
	const text = `
kind: Deployment
metadata: {name: stock}
spec: {replicas: 0}
---
kind: Deployment
metadata: {name: item}
spec: {replicas: 0}
---
kind: HorizontalPodAutoscaler
metadata: {name: item}
spec: {scaleTargetRef: {name: item}, minReplicas: 0, maxReplicas: 4}
status: {currentReplicas: 0}
`
	f := make(fleet.Fleet)
	ignored, err := Read([]File{{"k.yaml", []byte(text)}}, strings.Clone, f)
	if err != nil {
		t.Fatal(err)
	}
	if f["stock"].Replicas.Known() || f["item"].Replicas.Value != 4 || f["item"].MinReplicas.Value != 0 {
		t.Errorf("stock %+v, item %+v", f["stock"], f["item"])
	}
	if len(ignored) != 1 || ignored[0].What != "numbers of replicas" || ignored[0].Count != 1 {
		t.Errorf("ignored %v", ignored)
	}
}

func TestReadRefuses(t *testing.T) {
	const text = "kind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: c, resources: {requests: {cpu: lots}}}]}}}\n"
	_, err := Read([]File{{"k.yaml", []byte(text)}}, strings.Clone, make(fleet.Fleet))
	if err == nil || err.Error() != `k.yaml: Deployment a: container c has cpu "lots", which is not a quantity` {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(example))
	f.Fuzz(func(t *testing.T, data []byte) {
		found := make(fleet.Fleet)
		if _, err := Read([]File{{"k.yaml", data}}, strings.Clone, found); err != nil {
			return
		}
		for _, s := range found {
			if s.Cores.Value < 0 || s.Memory.Value < 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}
