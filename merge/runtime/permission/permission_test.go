package permission

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func getenv(name string) string { return map[string]string{"TMPDIR": "/tmp/x"}[name] }

// newSet returns a set with rules of one class, and what it has logged.
func newSet(t *testing.T, mode Mode, class Class, rules ...string) (*Set, *[]string) {
	t.Helper()
	var log []string
	s, err := New("stock", mode, map[Class][]string{class: rules}, Folder{}, getenv, func(format string, args ...any) {
		log = append(log, fmt.Sprintf(format, args...))
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, &log
}

func TestPaths(t *testing.T) {
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		rule            string
		allowed, denied []string
	}{
		{"/etc/stock.json", []string{"/etc/stock.json", "/etc/x/../stock.json", "//etc/stock.json"}, []string{"/etc/stock.json/x", "/etc/stock", "/etc"}},
		{"/etc/*.json", []string{"/etc/a.json", "/etc/.json"}, []string{"/etc/a/b.json", "/etc/a.js", "/x/a.json"}},
		{"/a*b*c/x", []string{"/abc/x", "/a1b2b3c/x"}, []string{"/acb/x", "/abcd/x"}},
		{"/var/lib/**", []string{"/var/lib", "/var/lib/a", "/var/lib/a/b"}, []string{"/var/library", "/var", "/var/lib/../x"}},
		{"/srv/**/data", []string{"/srv/data", "/srv/a/b/data"}, []string{"/srv/a/data/b"}},
		{"$TMPDIR/stock-*", []string{"/tmp/x/stock-1"}, []string{"/tmp/x/other", "/tmp/stock-1"}},
		{"testdata/**", []string{"testdata/a", filepath.Join(cwd, "testdata/a/b")}, []string{"/testdata/a", "../testdata/a"}},
		{"git", []string{"/usr/bin/git", "git"}, []string{"/usr/bin/gitk"}},
	}
	for _, test := range tests {
		s, _ := newSet(t, Enforce, Read, test.rule)
		for _, path := range test.allowed {
			if err := s.UsePath(Read, path); err != nil {
				t.Errorf("rule %s: %v", test.rule, err)
			}
		}
		for _, path := range test.denied {
			if s.UsePath(Read, path) == nil {
				t.Errorf("rule %s allows %s", test.rule, path)
			}
		}
	}
}

// TestFolder has a working directory that a symbolic link leads to. Rules and paths
// may have either name of it.
func TestFolder(t *testing.T) {
	for _, rule := range []string{"data/**", "/state/stock/data/**", "/mnt/7/data/**", "/state/**", "/mnt/7/**"} {
		rules := map[Class][]string{Read: {rule}, Listen: {"unix:" + rule}}
		s, err := New("stock", Enforce, rules, Folder{Name: "/state/stock", Resolved: "/mnt/7"}, getenv, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/state/stock/data/a", "/mnt/7/data/a", "/mnt/7/x/../data/a"} {
			if err := errors.Join(s.UsePath(Read, path), s.UseAddress(Listen, "unix", path)); err != nil {
				t.Errorf("rule %s: %v", rule, err)
			}
		}
		for _, path := range []string{"/state/other", "/mnt/77/data/a", "/mnt/7/../data/a"} {
			if s.UsePath(Read, path) == nil && rule != "/state/**" {
				t.Errorf("rule %s allows %s", rule, path)
			}
		}
	}
	s, err := New("stock", Record, nil, Folder{Name: "/state/stock", Resolved: "/mnt/7"}, getenv, t.Errorf)
	if err != nil {
		t.Fatal(err)
	}
	s.UsePath(Read, "/mnt/7/a")
	s.UsePath(Read, "/state/stock/a")
	s.UseAddress(Listen, "unix", "/mnt/7/s")
	if used := s.Used(); !slices.Equal(used[Read], []string{"/state/stock/a"}) || !slices.Equal(used[Listen], []string{"unix:/state/stock/s"}) {
		t.Errorf("recorded %v", used)
	}
}

func TestAddresses(t *testing.T) {
	tests := []struct {
		rule            string
		allowed, denied []string // with the network, tcp by default
	}{
		{"db.internal:5432", []string{"db.internal:5432"}, []string{"db.internal:5433", "x.db.internal:5432", "10.0.0.7:5432"}},
		{"*.internal:*", []string{"db.internal:1", "a.b.internal:65535"}, []string{"internal:1", "db.internal.org:1"}},
		{"10.0.0.0/8:443", []string{"10.1.2.3:443", "10.1.2.3:https"}, []string{"11.0.0.1:443", "db.internal:443"}},
		{"127.0.0.1:80", []string{"127.0.0.1:80", "[::ffff:127.0.0.1]:80"}, []string{":80", "localhost:80"}},
		{"[::1]:80", []string{"[::1]:80"}, []string{"[::2]:80", "127.0.0.1:80"}},
		{"[fd00::/8]:*", []string{"[fd00::1]:80", "[fd00::1%lo]:80"}, []string{"[fe80::1]:80"}},
		{":8080", []string{":8080", "0.0.0.0:8080", "[::]:8080"}, []string{"127.0.0.1:8080", ":8081"}},
		{"*:*", []string{":1", "x:2", "[::1]:3", "ip4:icmp 127.0.0.1"}, []string{"unix /run/x.sock"}},
		{"unix:/run/*.sock", []string{"unix /run/x.sock", "unixgram /run/y.sock"}, []string{"unix /run/x", "/run/x.sock:80", "unix @x.sock"}},
		{"unix:@stock*", []string{"unix @stock1"}, []string{"unix @x", "unix /stock1"}},
	}
	for _, test := range tests {
		s, _ := newSet(t, Enforce, Dial, test.rule)
		use := func(text string) error {
			network, address, ok := strings.Cut(text, " ")
			if !ok {
				network, address = "tcp", text
			}
			return s.UseAddress(Dial, network, address)
		}
		for _, address := range test.allowed {
			if err := use(address); err != nil {
				t.Errorf("rule %s: %v", test.rule, err)
			}
		}
		for _, address := range test.denied {
			if use(address) == nil {
				t.Errorf("rule %s allows %s", test.rule, address)
			}
		}
	}
}

func TestAddressesThatANameStandsFor(t *testing.T) {
	s, _ := newSet(t, Enforce, Dial, "db.internal:5432")
	s.Found("db.internal", "10.0.0.7", "10.0.0.8")
	s.Found("other.internal", "10.0.0.9")
	for address, allowed := range map[string]bool{"10.0.0.7:5432": true, "10.0.0.8:5432": true, "10.0.0.8:1": false, "10.0.0.9:5432": false} {
		if err := s.UseAddress(Dial, "tcp", address); (err == nil) != allowed {
			t.Errorf("%s: error %v, want allowed = %v", address, err, allowed)
		}
	}
}

func TestNames(t *testing.T) {
	env, _ := newSet(t, Enforce, Env, "LOG_LEVEL", "DB_*")
	for name, allowed := range map[string]bool{"LOG_LEVEL": true, "LOG_LEVELS": false, "DB_": true, "DB_USER": true, "DB": false} {
		if env.Env(name) != allowed || (env.UseEnv(name) == nil) != allowed {
			t.Errorf("variable %s: allowed = %v, want %v", name, !allowed, allowed)
		}
	}
	call, _ := newSet(t, Enforce, Call, "item", "pay/Pay*")
	for link, allowed := range map[[2]string]bool{{"item", "A"}: true, {"items", "A"}: false, {"pay", "PayService"}: true, {"pay", "Refunds"}: false} {
		if err := call.UseLink(link[0], link[1]); (err == nil) != allowed {
			t.Errorf("link %v: error %v, want allowed = %v", link, err, allowed)
		}
	}
}

func TestDeniedNamesServiceAndRules(t *testing.T) {
	s, log := newSet(t, Enforce, Read, "/etc/stock/**", "/srv")
	const want = `permission denied: service stock may not read /etc/passwd: its permissions of class "read" allow /etc/stock/**, /srv`
	for range 2 {
		if err := s.UsePath(Read, "/etc/passwd"); err == nil || err.Error() != want || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if !slices.Equal(*log, []string{want}) {
		t.Errorf("log %q, want %q once", *log, want)
	}
	none, _ := newSet(t, Enforce, Exec)
	const wantNone = `permission denied: service stock may not start /bin/sh: its permissions of class "exec" allow none`
	if err := none.UsePath(Exec, "/bin/sh"); err == nil || err.Error() != wantNone {
		t.Errorf("error %v, want %s", err, wantNone)
	}
	if err := none.UsePath(Read, "/etc/passwd"); err != nil {
		t.Errorf("a class without rules: %v", err)
	}
	if err := s.UsePath(Read, os.DevNull); err != nil {
		t.Errorf("the null device: %v", err)
	}
}

func TestRecord(t *testing.T) {
	s, log := newSet(t, Record, Read, "/etc/stock.json")
	s.Found("db.internal", "10.0.0.7")
	for _, err := range []error{
		s.UsePath(Read, "/etc/stock.json"),
		s.UsePath(Read, "/etc/other.json"),
		s.UsePath(Read, "/etc/other.json"),
		s.UsePath(Write, "/tmp/stock-*"),
		s.UseAddress(Dial, "tcp", "10.0.0.7:5432"),
		s.UseAddress(Listen, "tcp", "0.0.0.0:80"),
		s.UseEnv("LOG_LEVEL"),
		s.UseLink("item", "ItemService"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	for i := range mostFiles + 1 {
		s.UsePath(Read, fmt.Sprint("/srv/", i))
	}
	const want = `permissions = {
    "call": ["item/ItemService"],
    "dial": ["db.internal:5432"],
    "env": ["LOG_LEVEL"],
    "exec": [],
    "listen": [":80"],
    "read": [
        "/etc/other.json",
        "/etc/stock.json",
        "/srv/*",
    ],
    "write": ["/tmp/stock-*"],
},
`
	if got := s.Used().String(); got != want {
		t.Errorf("used\n%swant\n%s", got, want)
	}
	if len(*log) != 1+mostFiles+1 || !strings.HasPrefix((*log)[0], "recorded, not denied: permission denied: service stock may not read /etc/other.json") {
		t.Errorf("log %q", *log)
	}

	// What was recorded is enough.
	again, err := New("stock", Enforce, s.Used(), Folder{}, getenv, t.Errorf)
	if err != nil {
		t.Fatal(err)
	}
	again.UsePath(Read, "/srv/0")
	again.UsePath(Write, "/tmp/stock-123")
	again.UseAddress(Listen, "tcp", ":80")
	again.UseAddress(Dial, "tcp", "db.internal:5432")
	again.UseLink("item", "ItemService")
	again.UseEnv("LOG_LEVEL")
}

func TestNothingToCheck(t *testing.T) {
	s, err := New("stock", Enforce, nil, Folder{}, getenv, t.Errorf)
	if s != nil || err != nil {
		t.Fatalf("got %v, %v, want no set", s, err)
	}
	s.Found("a", "b")
	if err := errors.Join(s.UseEnv("A"), s.UsePath(Read, "/a"), s.UseAddress(Dial, "tcp", "a:1"), s.UseLink("a", "b")); err != nil || s.Used() != nil || !s.Env("A") {
		t.Errorf("no set: %v", err)
	}
}

func TestWrongRules(t *testing.T) {
	for want, rules := range map[string]map[Class][]string{
		`permissions of service stock: there is no class "net"; write one of [call dial env exec listen read write]`: {"net": {}},
		`permissions of service stock: class dial: address "db": write HOST:PORT or unix:PATH`:                       {Dial: {"db"}},
		`permissions of service stock: class listen: address ":http": the port "http" is neither a number nor *`:     {Listen: {":http"}},
	} {
		if _, err := New("stock", Enforce, rules, Folder{}, getenv, t.Errorf); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
