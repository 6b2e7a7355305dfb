package describe

import (
	"fmt"
	"strings"
	"testing"
)

var (
	acme  = Framework{Adapter: "//:acme", Format: "json", Client: true, Server: true}
	other = Framework{Adapter: "//:other", Format: "xml", Client: true}
)

// described is a service for which a describer has found A, B and another B.
func described() *Description {
	return &Description{Service: "api", RPCServices: []RPCService{
		{Name: "A", ImportPath: "a", Served: true, Called: true},
		{Name: "B", ImportPath: "b", Called: true},
		{Name: "B", ImportPath: "b2"},
	}}
}

// uses lists what a service serves and calls.
func uses(d *Description) string {
	var list []string
	for _, s := range d.RPCServices {
		use := s.Name
		if s.AnyMethod {
			use = s.Adapter + " " + s.Format + " " + s.Codec + " " + use
		}
		if s.Served {
			use += " served"
		}
		if s.Called {
			use += " called"
		}
		list = append(list, use)
	}
	return strings.Join(list, "; ")
}

func TestNames(t *testing.T) {
	for _, test := range []struct {
		serves, calls []string
		frameworks    []Framework
		want          string
	}{
		{nil, nil, nil, "A served called; B called; B"},
		{[]string{"B"}, nil, nil, "A called; B served called; B served"},
		{[]string{""}, []string{"A"}, nil, "A called; B; B"},
		{[]string{"Stock"}, nil, []Framework{acme, other}, "A served called; B called; B; //:acme json bytes Stock served"},
		{[]string{"json:Stock", "A"}, []string{"xml:Stock", "json:Stock"}, []Framework{acme, other}, "A served called; B called; B; //:acme json bytes Stock served called; //:other xml bytes Stock called"},
		{nil, []string{"json:A"}, []Framework{acme}, "//:acme json bytes A called; A served called; B called; B"},
	} {
		d := described()
		if err := d.Serve(test.serves, test.frameworks); err != nil {
			t.Error(err)
		}
		if err := d.Call(test.calls, test.frameworks); err != nil {
			t.Error(err)
		}
		if got := uses(d); got != test.want {
			t.Errorf("serves %q, calls %q: %s\nwant %s", test.serves, test.calls, got, test.want)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	unlinked := Framework{Adapter: "//:acme", Format: "json"}
	for _, test := range []struct {
		names      []string
		frameworks []Framework
		want       string
	}{
		{[]string{"A", "C"}, nil, `service "api": calls names RPC service "C", for which none of its packages has generated code; known are "A", "B"`},
		{[]string{"C"}, []Framework{unlinked}, `service "api": calls names RPC service "C", for which none of its packages has generated code; known are "A", "B"`},
		{[]string{"json:C"}, []Framework{unlinked}, `service "api": calls names "json:C", but the service links no package with which adapter //:acme makes a client`},
		{[]string{"yaml:C"}, []Framework{acme, other}, `service "api": calls names "yaml:C", and no adapter without a describer has the format "yaml"; the formats are "json", "xml"`},
		{[]string{"C"}, []Framework{acme, other}, `service "api": calls names RPC service "C", which may be of adapter //:acme or of //:other; write one of "json:C", "xml:C"`},
	} {
		if err := described().Call(test.names, test.frameworks); fmt.Sprint(err) != test.want {
			t.Errorf("got  %v\nwant %s", err, test.want)
		}
	}
}
