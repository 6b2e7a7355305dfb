package report

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Machine describes the machine and the tools of a measurement. It has no
// names of hosts or users. workspace is the root of the source tree, and
// versions are the versions of what was measured.
func Machine(workspace string, versions ...string) string {
	parts := []string{
		fmt.Sprintf("%d cores", runtime.NumCPU()),
		field("/proc/cpuinfo", "model name"),
		memory(),
		kernel(),
		strings.Replace(runtime.Version(), "go", "Go ", 1),
	}
	parts = append(parts, versions...)
	parts = append(parts, line("Bazel ", filepath.Join(workspace, ".bazelversion")))
	return strings.Join(withoutEmpty(parts), ", ")
}

// kernel returns the kernel's version without what a builder appends to it.
func kernel() string {
	version, _, _ := strings.Cut(line("Linux ", "/proc/sys/kernel/osrelease"), "-")
	return version
}

func memory() string {
	kb, err := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.0f GB of memory", kb/(1<<20))
}

// field returns the value of the first "key: value" line of a file.
func field(path, key string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// line returns prefix and the first line of a file, or nothing.
func line(prefix, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return prefix + strings.TrimSpace(first)
}

func withoutEmpty(parts []string) []string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
