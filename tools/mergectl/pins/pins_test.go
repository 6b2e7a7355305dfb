package pins_test

import (
	"cmp"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/tools/mergectl/pins"
)

const kitexModule = "github.com/cloudwego/kitex"

// requirements are what versions of Kitex require: at the ends of the ranges in
// docs/kitex.md, and the modules that the table is about.
var requirements = map[string]map[string]string{
	"v0.10.3": {"bytedance/sonic": "v1.11.8", "cloudwego/dynamicgo": "v0.2.9", "cloudwego/frugal": "v0.1.15"},
	"v0.11.0": {"bytedance/sonic": "v1.12.2", "cloudwego/dynamicgo": "v0.4.0", "cloudwego/frugal": "v0.2.0"},
	"v0.11.3": {"bytedance/sonic": "v1.12.2", "cloudwego/dynamicgo": "v0.4.0", "cloudwego/frugal": "v0.2.0"},
	"v0.12.0": {"bytedance/sonic": "v1.12.5", "cloudwego/dynamicgo": "v0.4.6", "cloudwego/frugal": "v0.2.3"},
	"v0.12.1": {"bytedance/sonic": "v1.12.5", "cloudwego/dynamicgo": "v0.4.7-0.20241220085612-55704ea4ca8f", "cloudwego/frugal": "v0.2.3"},
	"v0.12.2": {"bytedance/sonic": "v1.12.7", "cloudwego/dynamicgo": "v0.5.2", "cloudwego/frugal": "v0.2.3"},
	"v0.12.4": {"bytedance/sonic": "v1.12.7", "cloudwego/dynamicgo": "v0.5.2", "cloudwego/frugal": "v0.2.3"},
	"v0.13.0": {"bytedance/sonic": "v1.13.2", "cloudwego/dynamicgo": "v0.6.2", "cloudwego/frugal": "v0.2.5"},
	"v0.13.1": {"bytedance/sonic": "v1.13.2", "cloudwego/dynamicgo": "v0.6.2", "cloudwego/frugal": "v0.2.5"},
	"v0.14.1": {"bytedance/sonic": "v1.13.3", "cloudwego/dynamicgo": "v0.6.4", "cloudwego/frugal": "v0.2.5"},
	"v0.15.0": {"bytedance/sonic": "v1.14.1", "cloudwego/dynamicgo": "v0.7.0", "cloudwego/frugal": "v0.3.0"},
	"v0.15.4": {"bytedance/sonic": "v1.14.2", "cloudwego/dynamicgo": "v0.7.1", "cloudwego/frugal": "v0.3.0"},
	"v0.16.0": {"bytedance/sonic": "v1.15.0", "cloudwego/dynamicgo": "v0.8.0", "cloudwego/frugal": "v0.3.1"},
	"v0.16.3": {"bytedance/sonic": "v1.15.0", "cloudwego/dynamicgo": "v0.8.0", "cloudwego/frugal": "v0.3.1"},
}

func requires(kitex string) map[string]pins.Selected {
	modules := map[string]pins.Selected{kitexModule: {Version: kitex, Direct: true}}
	for name, version := range requirements[kitex] {
		modules["github.com/"+name] = pins.Selected{Version: version}
	}
	return modules
}

// command returns the command that gets all pins.
func command(problems []pins.Problem) string {
	args := ""
	for _, p := range problems {
		args += " " + p.Module + "@" + p.Pin
	}
	if args == "" {
		return "-"
	}
	return "go get" + args + " && go mod tidy"
}

// TestPage compares the commands of docs/kitex.md with the table's pins.
func TestPage(t *testing.T) {
	data, err := os.ReadFile("../../../docs/kitex.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]string{"-": "-"}
	for _, match := range regexp.MustCompile(`(?m)^([A-Z])[:,].*\n\n    (go get .*)$`).FindAllStringSubmatch(string(data), -1) {
		commands[match[1]] = match[2]
	}
	seen := make(map[string]bool)
	rows := regexp.MustCompile(`(?m)^\| (v\S+) to (v\S+) \| (\S) \| (\S) \| (\S) \|$`).FindAllStringSubmatch(string(data), -1)
	for _, row := range rows {
		for kitex := range requirements {
			if semver.Compare(kitex, row[1]) < 0 || semver.Compare(kitex, row[2]) > 0 {
				continue
			}
			seen[kitex] = true
			for i, goVersion := range []string{"1.25.14", "1.26.8", "1.27.3"} {
				if got, want := command(pins.Check([]string{goVersion}, requires(kitex))), commands[row[3+i]]; got != want {
					t.Errorf("Kitex %s, Go %s: %q, and the page has %s: %q", kitex, goVersion, got, row[3+i], want)
				}
			}
		}
	}
	if len(seen) != len(requirements) {
		t.Errorf("the page has %v", seen)
	}
	if first, last := rows[len(rows)-1][1], rows[0][2]; first != pins.Frameworks[0].Oldest || last != pins.Frameworks[0].Newest {
		t.Errorf("the page has Kitex %s to %s", first, last)
	}
}

// TestBounds compares the versions with those that the build judges by.
func TestBounds(t *testing.T) {
	adapter, err := bzl.Read("../../../merge/adapter/kitex/BUILD.bazel")
	if err != nil {
		t.Fatal(err)
	}
	table, err := bzl.Read("../../../merge/private/std_packages.bzl")
	if err != nil {
		t.Fatal(err)
	}
	if first, last := adapter.Text("OLDEST"), adapter.Text("NEWEST"); first != pins.Frameworks[0].Oldest || last != pins.Frameworks[0].Newest {
		t.Errorf("the adapter has Kitex %s to %s, and this package %s to %s", first, last, pins.Frameworks[0].Oldest, pins.Frameworks[0].Newest)
	}
	grpc, err := bzl.Read("../../../merge/adapter/grpc/BUILD.bazel")
	if err != nil {
		t.Fatal(err)
	}
	hook := grpc.Inner(":package")
	if first, last := hook.Text("oldest_version"), hook.Text("newest_version"); first != pins.Frameworks[1].Oldest || last != pins.Frameworks[1].Newest {
		t.Errorf("the adapter has grpc-go %s to %s, and this package %s to %s", first, last, pins.Frameworks[1].Oldest, pins.Frameworks[1].Newest)
	}
	versions := table.Texts("GO_VERSIONS")
	if len(versions) < 2 || versions[0] != pins.OldestGo || versions[len(versions)-1] != pins.NewestGo {
		t.Errorf("the rules have Go %q, and this package %s to %s", versions, pins.OldestGo, pins.NewestGo)
	}
}

// TestTable takes care that pins are none of what rows are about.
func TestTable(t *testing.T) {
	for _, row := range pins.Table {
		if row.Before != "" && semver.Compare(cmp.Or(row.From, "v0.0.0"), row.Before) >= 0 || row.Before != "" && !semver.IsValid(row.Before) || row.From != "" && !semver.IsValid(row.From) {
			t.Errorf("%s: versions %q to %q", row.Module, row.From, row.Before)
		}
		if row.Pin != "" && semver.Compare(row.Pin, row.Before) < 0 {
			t.Errorf("%s: pin %s is below %s", row.Module, row.Pin, row.Before)
		}
		for _, goVersion := range []string{"1.25.0", "1.26.0", "1.27.0"} {
			version := cmp.Or(row.From, "v0.0.1")
			for _, p := range pins.Check([]string{goVersion}, map[string]pins.Selected{row.Module: {Version: version, Direct: true}}) {
				if p.Pin == "" {
					continue
				}
				if left := pins.Check([]string{goVersion}, map[string]pins.Selected{row.Module: {Version: p.Pin, Direct: true}}); len(left) > 0 {
					t.Errorf("%s %s, Go %s: the pin %s has a problem itself: %+v", row.Module, version, goVersion, p.Pin, left)
				}
			}
		}
	}
}

func TestCheck(t *testing.T) {
	type problem struct{ module, version, goVersion, pin string }
	tests := []struct {
		name       string
		goVersions []string
		modules    map[string]pins.Selected
		want       []problem
	}{
		{"before the first Go", []string{"1.24.3"}, requires("v0.13.1"), nil},
		{"release candidate", []string{"1.27rc2"}, map[string]pins.Selected{"github.com/bytedance/sonic": {Version: "v1.15.2"}}, []problem{{"bytedance/sonic", "v1.15.2", "1.27rc2", "v1.15.3"}}},
		{"later Go", []string{"1.28.0"}, requires("v0.16.3"), []problem{{"bytedance/sonic", "v1.15.0", "1.28.0", "v1.15.3"}}},
		{"two SDKs", []string{"1.26.8", "1.27.3"}, requires("v0.13.1"), []problem{{"bytedance/sonic", "v1.13.2", "1.26.8", "v1.15.3"}, {"cloudwego/dynamicgo", "v0.6.2", "1.26.8", "v0.8.0"}}},
		{"no good version", []string{"1.25.1"}, map[string]pins.Selected{"github.com/choleraehyq/pid": {Version: "v0.0.20", Direct: true}}, []problem{{"choleraehyq/pid", "v0.0.20", "1.25.1", ""}}},
		{"Kitex itself", []string{"1.25.1"}, map[string]pins.Selected{kitexModule: {Version: "v0.9.1"}, "github.com/choleraehyq/pid": {Version: "v0.0.18"}}, []problem{{"cloudwego/kitex", "v0.9.1", "1.25.1", pins.Frameworks[0].Newest}}},
		{"linked by Kitex", []string{"1.26.8"}, map[string]pins.Selected{kitexModule: {Version: "v0.10.3"}, "github.com/cloudwego/frugal": {Version: "v0.1.15"}}, []problem{{"cloudwego/frugal", "v0.1.15", "1.26.8", "v0.3.1"}}},
		{"linked by nothing", []string{"1.26.8"}, map[string]pins.Selected{"github.com/cloudwego/frugal": {Version: "v0.1.15"}}, nil},
		{"too new for Kitex", []string{"1.26.8"}, map[string]pins.Selected{kitexModule: {Version: "v0.10.3"}, "github.com/cloudwego/dynamicgo": {Version: "v0.7.1"}}, []problem{{"cloudwego/dynamicgo", "v0.7.1", "1.26.8", "v0.3.0"}}},
		{"linked by the service", []string{"1.26.8"}, map[string]pins.Selected{"github.com/cloudwego/frugal": {Version: "v0.1.15", Direct: true}}, []problem{{"cloudwego/frugal", "v0.1.15", "1.26.8", "v0.3.1"}}},
		{"sonic without Kitex", []string{"1.25.14"}, map[string]pins.Selected{"github.com/bytedance/sonic": {Version: "v1.12.2"}}, []problem{{"bytedance/sonic", "v1.12.2", "1.25.14", "v1.15.0"}}},
	}
	for _, test := range tests {
		var got []problem
		for _, p := range pins.Check(test.goVersions, test.modules) {
			got = append(got, problem{strings.TrimPrefix(p.Module, "github.com/"), p.Version, p.GoVersion, p.Pin})
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestRulesGoFits(t *testing.T) {
	for _, test := range []struct {
		rulesGo, goVersion string
		want               bool
	}{
		{"0.65.0", "1.25.14", false}, {"0.65.0", "1.26", true}, {"0.65.0", "1.27.4", true}, {"0.65.0", "", true},
		{"0.64.0", "1.25.14", true}, {"0.65.0-rc1", "1.25.14", false}, {"0.66.0.bcr.1", "1.25.14", false}, {"0.63.0.bcr.1", "1.25.14", true},
	} {
		if got := pins.RulesGoFits(test.rulesGo, test.goVersion); got != test.want {
			t.Errorf("RulesGoFits(%q, %q) = %v", test.rulesGo, test.goVersion, got)
		}
	}
}
