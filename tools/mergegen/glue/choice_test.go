package glue

import (
	"bytes"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

func TestSelfLinkCopiesUnlessShared(t *testing.T) {
	for _, share := range []bool{false, true} {
		d := caller()
		d.RPCServices[0].Served = true
		var shared []string
		if share {
			shared = []string{"api"}
		}
		source, manifest := generateShared(t, shared, d)
		if handedOver := bytes.Contains(source, []byte("return src, nil")); handedOver != share {
			t.Errorf("with share %v: arguments handed over as they are: %v", share, handedOver)
		}
		want := "copied"
		if share {
			want = "shared"
		}
		for _, m := range manifest.Links[0].Methods {
			if m.Request != want {
				t.Errorf("with share %v: request of %s is %s", share, m.Name, m.Request)
			}
		}
	}
}

func TestChosenCallee(t *testing.T) {
	other := &describe.Description{Service: "warehouse", Namespace: "ns/warehouse", RPCServices: callee().RPCServices}
	self := caller()
	self.RPCServices[0].Served = true
	_, manifest, err := Generate(Config{
		Caller: self, Callees: []*describe.Description{callee(), other}, Choices: map[string]string{"StockService": "stock"},
		Types: newSourceTypes(t), Package: "glue", RuntimeImport: runtimeImport,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Links) != 1 || manifest.Links[0].Callee != "stock" {
		t.Errorf("links %+v", manifest.Links)
	}
}
