package warning_test

import (
	"testing"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/tools/mergegen/warning"
)

func TestOf(t *testing.T) {
	hooked := func(version string) hook.Report {
		return hook.Report{Service: "item", Package: "example.com/rpc/client", Role: hook.Client, Module: "Kitex", Version: version, First: "v0.10.3", Last: "v0.16.3", Hooked: true}
	}
	unhooked := hooked("v0.9.1")
	unhooked.Hooked, unhooked.Reasons, unhooked.Effect = false, []string{"undefined: x", "undefined: y"}, "its calls stay RPCs"
	unknown := unhooked
	unknown.Version, unknown.Reasons = "", unhooked.Reasons[:1]

	const range_ = "than the versions that the adapter is tested with, v0.10.3 to v0.16.3. It fits, so that calls are inline; test them"
	for _, test := range []struct {
		report hook.Report
		want   string
	}{
		{hooked("v0.10.3"), ""},
		{hooked("v0.16.3"), ""},
		{hooked("v0.16.3-company.1"), ""},
		{hooked(""), ""},
		{hooked("our own"), ""},
		{hooked("v0.10.2"), "service item: Kitex v0.10.2 is older " + range_},
		{hooked("v0.17.0-rc1"), "service item: Kitex v0.17.0-rc1 is newer " + range_},
		{unhooked, "service item: the adapter does not fit the service's Kitex v0.9.1; it is tested with v0.10.3 to v0.16.3: its calls stay RPCs\n" +
			"\texample.com/rpc/client: undefined: x\n" +
			"\texample.com/rpc/client: undefined: y"},
		{unknown, "service item: the adapter does not fit the service's Kitex; it is tested with v0.10.3 to v0.16.3: its calls stay RPCs\n" +
			"\texample.com/rpc/client: undefined: x"},
	} {
		if got := warning.Of(&test.report); got != test.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", test.report, got, test.want)
		}
	}
}
