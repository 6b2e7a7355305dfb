package process

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestChildEnviron starts programs, of which one is the program that runs.
func TestChildEnviron(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link, other := filepath.Join(dir, "link"), filepath.Join(dir, "other")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	p := &Process{service: "stock"}
	given := []string{"A=1", "GO_MERGE_SERVICE=item"}
	// As the process was started, and services with env_inherit = ["*"] see it.
	t.Setenv("GO_MERGE_PERMISSIONS", "record")
	all := append(slices.Clone(given), "GO_MERGE_ADMIN_SOCKET=/run/shop.sock", "GO_MERGE_PERMISSIONS=record")
	if got, want := p.ChildEnviron(self, nil, all), []string{"A=1", "GO_MERGE_PERMISSIONS=record", "GO_MERGE_SERVICE=stock"}; !slices.Equal(got, want) {
		t.Errorf("the program is started with %q, want %q", got, want)
	}
	for program, want := range map[string][]string{
		self:                         {"A=1", "GO_MERGE_PERMISSIONS=record", "GO_MERGE_SERVICE=stock"},
		link:                         {"A=1", "GO_MERGE_PERMISSIONS=record", "GO_MERGE_SERVICE=stock"},
		"/proc/self/exe":             {"A=1", "GO_MERGE_PERMISSIONS=record", "GO_MERGE_SERVICE=stock"},
		other:                        given,
		filepath.Join(dir, "no one"): given,
	} {
		if got := p.ChildEnviron(program, []string{program, "-x"}, given); !slices.Equal(got, want) {
			t.Errorf("%s is started with %q, want %q", program, got, want)
		}
	}
	if given[1] != "GO_MERGE_SERVICE=item" {
		t.Error("the caller's environment was changed")
	}
	if got := p.ChildEnviron(other, nil, nil); got != nil {
		t.Errorf("a program without an environment got %q", got)
	}
}

// TestAlone parses the settings of a process that one service has started.
func TestAlone(t *testing.T) {
	all, err := views(parse(shop, []string{"shop", "-x", "stock:-v"},
		[]string{"EDITOR=vi", "STOCK__A=1", "GO_MERGE_SERVICE=stock", "GO_MERGE_SETTINGS_FILE=f"}, fileOf(`{"services": {"stock": {"permissions": {"read": []}}}}`)))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(all["stock"].Args(), " ") + "; " + strings.Join(all["stock"].Environ(), " ")
	if want := "shop -x stock:-v; EDITOR=vi STOCK__A=1"; got != want {
		t.Errorf("stock sees %s, want %s", got, want)
	}
	if _, err := all["stock"].Use(Read, "open", "/etc/passwd"); err == nil {
		t.Error("stock may read what the settings file does not allow")
	}
	_, err = parse(shop, []string{"shop"}, []string{"GO_MERGE_SERVICE=mail"}, nil)
	if want := "GO_MERGE_SERVICE=mail: there is no such service; write item-api or stock"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestChildOfAnotherProgram starts programs that are given the one that runs, or
// another one.
func TestChildOfAnotherProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{service: "stock", args: []string{"bin/shop"}}
	for _, test := range []struct {
		argv []string
		want bool
	}{
		{[]string{"nice", "-n5", self, "-x"}, true},
		{[]string{"env", "A=1", "bin/shop"}, true},
		{[]string{"sh", "-c", "sleep 1; exec '" + self + "' -x >log"}, true},
		{[]string{"sh", "-c", "exec " + self + "-batch"}, false},
		{[]string{"cat", self + ".json", "shop"}, false},
		{[]string{self}, false}, // which is only its name
		{nil, false},
	} {
		got := p.ChildEnviron("/no/program", test.argv, []string{"A=1"})
		if got := slices.Contains(got, "GO_MERGE_SERVICE=stock"); got != test.want {
			t.Errorf("%q: it runs as the service: %t, want %t", test.argv, got, test.want)
		}
	}
}

// TestChildOfAnotherFolder starts the program that runs after the working folder was
// changed.
func TestChildOfAnotherFolder(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	file := filepath.Join(dir, "settings.json")
	if err := os.WriteFile(file, []byte(`{"services": {"stock": {"permissions": {"read": []}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GO_MERGE_SETTINGS_FILE", "settings.json")
	all, err := views(parse(shop, []string{"shop"}, os.Environ(), readSettings))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if got, want := all["stock"].ChildEnviron(self, nil, nil), []string{"GO_MERGE_SETTINGS_FILE=" + file, "GO_MERGE_SERVICE=stock"}; !slices.Equal(got, want) {
		t.Errorf("the program is started with %q, want %q", got, want)
	}
}

// TestOthersInTheProcess has a service do what would end or rob the others.
func TestOthersInTheProcess(t *testing.T) {
	stderr := os.Stderr
	t.Cleanup(func() { os.Stderr = stderr })
	log := filepath.Join(t.TempDir(), "log")
	for _, test := range []struct {
		name     string
		services []string
		only     string
		may      bool
		want     string
	}{
		{"with others", []string{"item", "mail", "stock"}, "", false,
			"rules_go_merge: service stock may not have a program replace the process, which it shares with item, mail: start it as a child, or run the service in a separate process, with GO_MERGE_SERVICE=stock\n" +
				"rules_go_merge: service stock may not change the root directory of the process, which it shares with item, mail: start a child with SysProcAttr.Chroot, or run the service in a separate process, with GO_MERGE_SERVICE=stock\n" +
				"rules_go_merge: service stock waits for any child of the process, and so takes exit codes of programs that item, mail may have started: let it wait for the IDs of its own children\n"},
		{"alone in the binary", []string{"stock"}, "", true, ""},
		{"alone in the process", []string{"item", "stock"}, "stock", true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("GO_MERGE_SERVICE", test.only)
			all := map[string]*Process{}
			for _, name := range test.services {
				all[name] = &Process{service: name, binary: &parsed{services: all}}
			}
			f, err := os.Create(log)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			os.Stderr = f
			for range 2 { // which it says once
				if may := all["stock"].MayReplace(); may != test.may {
					t.Errorf("it may replace the process: %t", may)
				}
				if may := all["stock"].MayChangeRoot(); may != test.may {
					t.Errorf("it may change the root: %t", may)
				}
				all["stock"].WaitsForAny()
			}
			if got, err := os.ReadFile(log); err != nil || string(got) != test.want {
				t.Errorf("it says %q, %v; want %q", got, err, test.want)
			}
		})
	}
}
