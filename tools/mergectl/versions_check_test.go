package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersionsCheck(t *testing.T) {
	f := newVersionsFixture(t)
	// A process runs what no manifest has, and reports no commit.
	unknown := func(line int) string {
		return fmt.Sprintf(`DIR/merge_versions.yaml:%d: how far the running stock in //:shop is behind is not known: DIR/reports/host1.json reports no commit, and is not known to run the code of DIR/built/shop.versions.json; build it with --stamp and a workspace status of STABLE_GIT_COMMIT [unknown]
    fix: roll out //:shop again, which DIR/reports/host1.json runs
`, line)
	}
	for _, tt := range []struct {
		name, policy string
		args         []string
		code         int
		want         string
	}{
		{"nothing is asked for", "{}\n", nil, 0, "0 offences of 4 embedded services\n"},
		{"within the limits", "max_behind: {commits: 2, days: 19}\n", nil, 1, unknown(1) + "1 offence of 4 embedded services\n"},
		{"beyond the limits", "max_behind:\n  commits: 1\n  days: 18\nservices:\n  stock:\n    max_behind:\n      days: 3\n", nil, 1, `DIR/merge_versions.yaml:2: stock in //:shop is 2 commits behind, of 1 that it may be [commits-behind]
    fix: build and release //:shop from C2, or add an exception for stock in it
` + unknown(2) + `DIR/merge_versions.yaml:7: stock in //:cart is 4 days behind, of 3 that it may be [days-behind]
    fix: build and release //:cart from C2, or add an exception for stock in it
DIR/merge_versions.yaml:7: stock in //:shop is 19 days behind, of 3 that it may be [days-behind]
    fix: build and release //:shop from C2, or add an exception for stock in it
4 offences of 4 embedded services
`},
		{"another default version", "services:\n  stock:\n    version: v1.5.0\n", nil, 1, `stock/BUILD.bazel:4: the stock in //:cart is v1.3.0, and DIR/merge_versions.yaml:3 asks for v1.5.0 [version]
    fix: version = "v1.5.0", or mergectl versions bump stock@v1.5.0
stock/BUILD.bazel:4: the stock in //:shop is v1.3.0, and DIR/merge_versions.yaml:3 asks for v1.5.0 [version]
    fix: version = "v1.5.0", or mergectl versions bump stock@v1.5.0
2 offences of 4 embedded services
`},
		{"an old build", "services:\n  stock:\n    version: v1.4.0\nexceptions:\n- service: stock\n  binary: cart\n  version: v1.3.0\n  reason: waits\n  until: 2026-11-25\n", nil, 1, `stock/BUILD.bazel:4: the stock in //:shop is v1.3.0, and DIR/merge_versions.yaml:3 asks for v1.4.0 [version]
    fix: the sources have it; build and release //:shop again
1 offence of 4 embedded services
`},
		{"an exception that ended", "max_behind: {commits: 1}\nexceptions:\n- service: stock\n  binary: //:shop\n  reason: waits\n  until: 2026-11-24\n", nil, 1, `DIR/merge_versions.yaml:1: stock in //:shop is 2 commits behind, of 1 that it may be [commits-behind]
    fix: build and release //:shop from C2, or add an exception for stock in it
` + unknown(1) + `DIR/merge_versions.yaml:6: the exception for stock in //:shop ended on 2026-11-24: waits [expired]
    fix: remove the exception, or give it another day and say why
3 offences of 4 embedded services
`},
		{"an exception with another version", "exceptions:\n- service: stock\n  binary: //:shop\n  version: v1.2.0\n  reason: waits\n  until: 2026-12-24\n", nil, 1, `stock/BUILD.bazel:4: the stock in //:shop is v1.3.0, and DIR/merge_versions.yaml:4 asks for v1.2.0 [version]
    fix: version = "v1.2.0", or mergectl versions bump stock@v1.2.0
1 offence of 4 embedded services
`},
		{"names of nothing", "services:\n  old: {}\nexceptions:\n- service: stock\n  binary: //:old\n  reason: waits\n  until: 2026-12-24\n", nil, 1, `DIR/merge_versions.yaml:2: no manifest has a service old [unused]
    fix: correct the name, or remove it
DIR/merge_versions.yaml:4: no manifest has stock in //:old [unused]
    fix: correct the names, or remove the exception
2 offences of 4 embedded services
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.Write(map[string]string{"merge_versions.yaml": tt.policy})
			got, code := f.run(t, append(append([]string{"check"}, f.inputs()...), tt.args...)...)
			if code != tt.code || got != tt.want {
				t.Errorf("exit code %d, want %d; got\n%s\nwant\n%s", code, tt.code, got, tt.want)
			}
		})
	}
}

// TestVersionsCheckRunning has processes that run an older commit than the manifest of
// the last build.
func TestVersionsCheckRunning(t *testing.T) {
	f := newVersionsFixture(t)
	const report = `{"binary": "cart", "services": [{"name": "stock", "version": "v1.3.0", "revision": %q, "digest": %q}, {"name": "item", "digest": "1111111111111111"}]}`
	f.Write(map[string]string{
		"merge_versions.yaml": "max_behind: {days: 18, commits: 1}\n",
		"now/old.json":        fmt.Sprintf(report, f.commits[0], "aaaaaaaaaaaaaaaa"),
		"now/same.json":       fmt.Sprintf(report, f.commits[0], "bbbbbbbbbbbbbbbb"),
		"now/head.json":       fmt.Sprintf(report, f.commits[2], "dddddddddddddddd"),
	})
	got, code := f.run(t, "check", "--manifests="+filepath.Join(f.Dir, "built/cart.versions.json"), "--running="+filepath.Join(f.Dir, "now"), "--now=2026-11-25")
	const want = `DIR/merge_versions.yaml:1: running stock in //:cart is 2 commits behind, of 1 that it may be [commits-behind]
    fix: roll out //:cart again, which DIR/now/old.json runs
DIR/merge_versions.yaml:1: running stock in //:cart is 19 days behind, of 18 that it may be [days-behind]
    fix: roll out //:cart again, which DIR/now/old.json runs
2 offences of 2 embedded services
`
	if code != 1 || got != want {
		t.Errorf("exit code %d, got\n%s\nwant\n%s", code, got, want)
	}
}

// TestVersionsCheckUnknown fails where it is not known how far a service is behind.
func TestVersionsCheckUnknown(t *testing.T) {
	f := newVersionsFixture(t)
	f.Write(map[string]string{"merge_versions.yaml": "max_behind: {days: 30}\n"})
	name := filepath.Join(f.Dir, "built/shop.versions.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(map[string]string{"built/shop.versions.json": strings.ReplaceAll(string(data), f.commits[0], "0123456789012345678901234567890123456789")})
	got, code := f.run(t, append([]string{"check", "--format=json"}, f.inputs()...)...)
	var report struct {
		Format, Checked int
		Findings        []struct{ Rule, Service, Binary, Position, Message, Fix string }
	}
	if err := json.Unmarshal([]byte(got), &report); err != nil || code != 1 {
		t.Fatalf("%v, exit code %d: %s", err, code, got)
	}
	if len(report.Findings) != 2 || report.Checked != 4 || report.Findings[0].Rule != "unknown" || !strings.Contains(report.Findings[0].Message, "is not a commit of the repository") {
		t.Errorf("got %s", got)
	}
}

// TestVersionsCheckElsewhere has a service whose sources are in another repository.
func TestVersionsCheckElsewhere(t *testing.T) {
	f := newVersionsFixture(t)
	f.Write(map[string]string{"far/far.versions.json": `{"name": "far", "label": "//:far", "services": [{"name": "user", "binary": "@far_org_example_user//cmd/user:user", "version": "v1.0.0", "digest": "0a", "folders": []}]}`})
	manifests := "--manifests=" + filepath.Join(f.Dir, "far")
	for text, want := range map[string]string{
		"max_behind: {days: 30}\n":                                      "how far user in //:far is behind is not known: user is compiled from no package of this workspace [unknown]\n    fix: give it a default version, under services.user.version\n1 offence",
		"max_behind: {days: 30}\nservices: {user: {version: v1.0.0}}\n": "0 offences",
		"services: {user: {version: v1.1.0}}\n":                         "the user in //:far is v1.0.0, and DIR/merge_versions.yaml:1 asks for v1.1.0 [version]\n    fix: set version = \"v1.1.0\" where user is made, and build //:far again\n1 offence",
	} {
		f.Write(map[string]string{"merge_versions.yaml": text})
		if got, _ := f.run(t, "check", manifests); !strings.Contains(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", text, got, want)
		}
	}
}

func TestVersionsCheckErrors(t *testing.T) {
	f := newVersionsFixture(t)
	if got, code := f.run(t, append([]string{"check"}, f.inputs()...)...); code != 2 || !strings.Contains(got, "there is no DIR/merge_versions.yaml; docs/versions.md says what to write in it") {
		t.Errorf("exit code %d: %s", code, got)
	}
	// A typo is not an offence.
	for _, arg := range []string{"--bogus", "--format=xml", "--now=today", "stock"} {
		if got, code := f.run(t, append([]string{"check", arg}, f.inputs()[:1]...)...); code != 2 {
			t.Errorf("%s: exit code %d: %s", arg, code, got)
		}
	}
	f.Write(map[string]string{"merge_versions.yaml": "max: 1\n"})
	if got, code := f.run(t, append([]string{"check"}, f.inputs()...)...); code != 2 || !strings.Contains(got, "line 1: field max not found") {
		t.Errorf("exit code %d: %s", code, got)
	}
}
