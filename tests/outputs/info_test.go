package outputs

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// info is what the output group debug_info tells about a service.
type info struct {
	Service  string
	Code     code
	Binary   code
	Packages []struct {
		ImportPath string
		Bytes      int
		Functions  []function
	}
}

type code struct{ Functions, Bytes int }

type function struct {
	Name, Original, File string
	Line                 int
	Address              string
	Bytes                int
}

// readInfos reads the files of all services, by the services' names.
func readInfos(t *testing.T) map[string]*info {
	t.Helper()
	infos := map[string]*info{}
	for _, path := range strings.Fields(os.Getenv("DEBUG_INFO")) {
		i := new(info)
		readJSON(t, path, i)
		infos[i.Service] = i
	}
	if len(infos) != 2 || infos["left"] == nil || infos["right"] == nil {
		t.Fatalf("there is debug information of %d services, not of left and right", len(infos))
	}
	return infos
}

// readJSON decodes a file that the test has as data.
func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(bazeltest.Runfile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// find returns the function with a name in the service's own binary.
func (i *info) find(t *testing.T, original string) function {
	t.Helper()
	for _, p := range i.Packages {
		for _, f := range p.Functions {
			if f.Original == original {
				return f
			}
		}
	}
	t.Fatalf("service %s has no function %s", i.Service, original)
	return function{}
}

const (
	mainPackage = "github.com/gomerge/rules_go_merge/tests/outputs/address"
	mainFile    = "tests/outputs/address/main.go"
	here        = "main.here"
	there       = mainPackage + "/place.There"
)

// namespaces by service, as in the BUILD file.
var namespaces = map[string]string{"left": "example.com/", "right": "example.com/v2.right/"}

func TestFunctions(t *testing.T) {
	for name, i := range readInfos(t) {
		f := i.find(t, here)
		want := function{Name: namespaces[name] + mainPackage + ".here", Original: here, File: mainFile, Line: 18}
		f.Address, f.Bytes = "", 0
		if f != want {
			t.Errorf("service %s: function is %+v, want %+v", name, f, want)
		}
		if f := i.find(t, there); f.Name != namespaces[name]+there {
			t.Errorf("service %s: function %s is called %s", name, there, f.Name)
		}
	}
}

func TestSums(t *testing.T) {
	for name, i := range readInfos(t) {
		var sum, packages code
		for _, p := range i.Packages {
			packages.Functions += len(p.Functions)
			packages.Bytes += p.Bytes
			for _, f := range p.Functions {
				sum.Functions++
				sum.Bytes += f.Bytes
			}
		}
		if i.Code != sum || packages != sum {
			t.Errorf("service %s: code is %v, the packages have %v, and their functions have %v", name, i.Code, packages, sum)
		}
		if i.Code.Bytes == 0 || i.Code.Bytes >= i.Binary.Bytes {
			t.Errorf("service %s: it has %d bytes of %d", name, i.Code.Bytes, i.Binary.Bytes)
		}
	}
}
