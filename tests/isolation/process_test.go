package isolation

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// merged returns a command that runs services with their own variables.
func merged(binary string, variables ...string) *exec.Cmd {
	cmd := command(binary)
	cmd.Env = append(cmd.Env, variables...)
	return cmd
}

func TestServiceEndsTheProcess(t *testing.T) {
	for way, code := range map[string]int{"os": 7, "syscall": 8, "log": 1, "flag": 2} {
		t.Run(way, func(t *testing.T) {
			t.Parallel() // each waits for the service that does not end
			_, err := merged("MERGED", "RED__CLASS=exit", "RED__EXIT="+way, "BLUE__CLASS=exit", "BLUE__EXIT=never").Output()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != code {
				t.Errorf("ends with %v, want exit code %d", err, code)
			}
		})
	}
}

func TestLogNameBeginsLines(t *testing.T) {
	got := output(t, merged("TAGGED", "TAGGED__CLASS=logs", "TAGGED__SERVICE=blue"))
	want := []string{
		"tagged: blue prefix: by log",
		`tagged: blue prefix: INFO by slog color=""`,
		"tagged: blue prefix: DEBUG by slog at last",
		// The service has set another output since.
		"blue prefix: by log after a change",
		"blue prefix: WARN by slog after a change",
		"blue logger: blue prefix:  64 true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestArgumentForNobody(t *testing.T) {
	cmd := command("MERGED", "-v")
	out, err := cmd.CombinedOutput()
	const want = "rules_go_merge: argument \"-v\" is for no service: write SERVICE:ARGUMENT, where SERVICE is blue or red\n"
	if err == nil || string(out) != want {
		t.Errorf("%v, printed %q, want %q", err, out, want)
	}
}

// TestKnobsHaveOneOwner runs services that set the same. Which of them is first
// may differ from one knob to the next.
func TestKnobsHaveOneOwner(t *testing.T) {
	lines := output(t, merged("MERGED", "RED__CLASS=knobs", "BLUE__CLASS=knobs"))
	count := func(parts ...string) int {
		n := 0
		for _, line := range lines {
			missing := slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
			if !missing {
				n++
			}
		}
		return n
	}
	for _, knob := range []string{
		"x509.SetFallbackRoots", "debug.SetTraceback", "debug.SetMemoryLimit", "debug.SetGCPercent",
		"debug.SetMaxStack", "debug.SetMaxThreads", "runtime.GOMAXPROCS", "syscall.Umask", "the working directory",
	} {
		refusals := count("service red may not set "+knob+", which service blue has set for the process") +
			count("service blue may not set "+knob+", which service red has set for the process")
		if refusals != 1 {
			t.Errorf("%d services were refused %s, want 1", refusals, knob)
		}
	}
	// Both see the values that one has set.
	if n := count("values: 99 1099511627776 268435456 9999 18 3"); n != 2 {
		t.Errorf("%d services see the values, want 2", n)
	}
	if allowed, refused := count("chdir: <nil> <nil>"), count("chdir: chdir /: permission denied operation not permitted"); allowed != 2 || refused != 2 {
		t.Errorf("chdir succeeded %d times and was refused %d times, want 2 and 2", allowed, refused)
	}
	if t.Failed() {
		t.Log(strings.Join(lines, "\n"))
	}
}
