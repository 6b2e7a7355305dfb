// Package permissions tests what services may do that have permissions.
package permissions

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// run runs both services, with more variables, in folders with files, and
// returns what they print to standard output, by lines, and to standard error.
func run(t *testing.T, env ...string) (lines []string, stderr string) {
	t.Helper()
	if os.Getenv("MERGED") == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	dir := t.TempDir()
	cmd := exec.Command(filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("MERGED")))
	cmd.Env = append(os.Environ(), env...)
	for _, service := range []string{"free", "restricted"} {
		prefix := strings.ToUpper(service) + "__"
		cmd.Env = append(cmd.Env, prefix+"SERVICE="+service, prefix+"DIR="+dir, prefix+"ALLOWED=x", prefix+"OTHER=x")
		for _, place := range []string{"allowed", "other"} {
			prepare(t, filepath.Join(dir, service, place))
		}
	}
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, errors.String())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), strings.ReplaceAll(errors.String(), dir, "$DIR")
}

func prepare(t *testing.T, dir string) {
	if err := os.MkdirAll(filepath.Join(dir, "empty"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Split("abcdegh", "") {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// needsNone is a way that no permission is asked for.
var needsNone = regexp.MustCompile("which needs no permission")

func TestServiceHasItsPermissions(t *testing.T) {
	lines, stderr := run(t)
	denied := 0
	for _, line := range lines {
		what, outcome, _ := strings.Cut(line, ": ")
		want := "done"
		switch {
		case !strings.HasPrefix(what, "restricted ") || !strings.HasSuffix(what, " other") || needsNone.MatchString(what):
		case strings.HasPrefix(what, "restricted syscall.") || what == "restricted os.Getenv other" || what == "restricted http.ServeFile other":
			want = "denied by number"
			denied++
		default:
			want = "denied"
			denied++
		}
		if outcome != want {
			t.Errorf("%s: %s, want %s", what, outcome, want)
		}
	}
	if denied < 60 {
		t.Errorf("only %d ways were denied", denied)
	}
	for _, want := range []string{
		`permission denied: service restricted may not read $DIR/restricted/other/a: its permissions of class "read" allow $DIR/restricted/allowed/**`,
		`permission denied: service restricted may not start /bin/echo: its permissions of class "exec" allow true`,
		`permission denied: service restricted may not use the variable OTHER: its permissions of class "env" allow ALLOWED, DIR, SERVICE`,
	} {
		if n := strings.Count(stderr, want); n != 1 {
			t.Errorf("the log has %d times %s", n, want)
		}
	}
	if t.Failed() {
		t.Log(stderr)
	}
}

func TestNothingIsDeniedWhilePermissionsAreOff(t *testing.T) {
	lines, stderr := run(t, "GO_MERGE_PERMISSIONS=off")
	for _, line := range lines {
		if !strings.HasSuffix(line, ": done") {
			t.Error(line)
		}
	}
	if strings.Contains(stderr, "permission") {
		t.Errorf("standard error has %s", stderr)
	}
}

func TestRecorded(t *testing.T) {
	lines, stderr := run(t, "GO_MERGE_PERMISSIONS=record")
	for _, line := range lines {
		if !strings.HasSuffix(line, ": done") {
			t.Error(line)
		}
	}
	_, recorded, ok := strings.Cut(stderr, "\n# restricted\npermissions = {\n")
	if !ok {
		t.Fatalf("standard error has %s", stderr)
	}
	for _, class := range []string{
		`    "exec": [
        "/bin/echo",
        "/bin/true",
    ],`,
		`    "env": [
        "ALLOWED",
        "DIR",
        "OTHER",
        "SERVICE",
        "TZ",
    ],`,
		`    "listen": [
        "127.0.0.2:0",
        ":0",
        "localhost:0",
        "unix:$DIR/restricted/allowed/s.sock",
        "unix:$DIR/restricted/other/s.sock",
    ],`,
		`        "$DIR/restricted/other/copy/f",` + "\n",
	} {
		if !strings.Contains(recorded, class) {
			t.Errorf("recorded\n%s\nlacks\n%s", recorded, class)
		}
	}
	if !slices.Contains(strings.Split(stderr, "\n"), "# free") {
		t.Errorf("nothing is recorded of service free")
	}
}
