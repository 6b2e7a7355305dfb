package naming

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/bazelbuild/buildtools/build"
)

// TestNamespace compares what this package repeats of the rules with the rules.
func TestNamespace(t *testing.T) {
	const name = "../../merge/private/namespace.bzl"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := build.ParseBzl(name, data)
	if err != nil {
		t.Fatal(err)
	}
	if got := build.Strings(constant(file, "_RESERVED")); !slices.Equal(got, reserved) {
		t.Errorf("the rules reserve %q, and this package %q", got, reserved)
	}
	if got := build.Strings(constant(file, "_STANDARD")); !slices.Equal(got, standard) {
		t.Errorf("the rules have %q of the standard library, and this package %q", got, standard)
	}
	table, err := os.ReadFile("../../merge/private/std_packages.bzl")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^    _(?:view|copy)\(\s*"([a-z]+)`).FindAllSubmatch(table, -1) {
		if first := string(m[1]); !Reserved(first) {
			t.Errorf("a service can have the name %s of packages of the standard library", first)
		}
	}
	if got, ok := constant(file, "_SUFFIX").(*build.StringExpr); !ok || got.Value != Suffix {
		t.Errorf("the rules take %v from a target's name, and this package %q", got, Suffix)
	}
}

// constant returns what a file assigns to a name.
func constant(file *build.File, name string) build.Expr {
	for _, stmt := range file.Stmt {
		if assign, ok := stmt.(*build.AssignExpr); ok {
			if id, ok := assign.LHS.(*build.Ident); ok && id.Name == name {
				return assign.RHS
			}
		}
	}
	return nil
}

func TestTarget(t *testing.T) {
	tests := []struct{ binary, rel, want string }{
		{"stock", "services/stock", "stock_service"},
		{"cmd", "stock/cmd", "stock_service"},
		{"main", "stock/cmd/main", "stock_service"},
		{"server", "stock/cmd/server", "server_service"},
		{"image", "media/image", "media_service"},
		{"cmd", "cmd", "cmd_service"}, // the rules say what to do
	}
	for _, test := range tests {
		if got := Target(test.binary, test.rel); got != test.want {
			t.Errorf("Target(%q, %q) = %q, want %q", test.binary, test.rel, got, test.want)
		}
	}
}

func TestService(t *testing.T) {
	tests := map[string]string{"stock_service": "stock", "stock": "stock", "_service": "_service"}
	for target, want := range tests {
		if got := Service(target); got != want {
			t.Errorf("Service(%q) = %q, want %q", target, got, want)
		}
	}
}

func TestHosts(t *testing.T) {
	for _, test := range []struct {
		target, binary string
		want           []string
	}{
		{"stock_service", "stock", []string{"stock"}},
		{"stock_service", "cmd", []string{"cmd", "stock"}},
		{"gift_card_service", "gift_card", []string{"gift-card", "gift_card"}},
	} {
		if got := Hosts(test.target, test.binary); !slices.Equal(got, test.want) {
			t.Errorf("Hosts(%q, %q) = %q, want %q", test.target, test.binary, got, test.want)
		}
	}
}
