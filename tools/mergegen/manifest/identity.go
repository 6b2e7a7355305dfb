package manifest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// addDigests adds digests to their services.
func addDigests(digests []string, base string, services map[string]Object) error {
	for _, value := range digests {
		name, file, ok := strings.Cut(value, "=")
		if !ok {
			return fmt.Errorf("manifest: digest %q is not of the form NAME=FILE", value)
		}
		service := services[name]
		if service == nil {
			return fmt.Errorf("digest %s is of service %q, which is not a service of manifest base %s", file, name, base)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		service["digest"] = strings.TrimSpace(string(data))
	}
	return nil
}

var stampKey = regexp.MustCompile(`\{.+?\}`)

// stampRevisions replaces what revisions name in braces. As in variables that the
// linker sets, one of which a key has no value is empty.
func stampRevisions(statuses []string, services map[string]Object) error {
	values := make(map[string]string)
	for _, file := range statuses {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		for line := range strings.Lines(string(data)) {
			key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
			values[key] = value
		}
	}
	for _, service := range services {
		text, ok := service["revision"].(string)
		if !ok {
			continue
		}
		missing := false
		stamped := stampKey.ReplaceAllStringFunc(text, func(key string) string {
			value, ok := values[key[1:len(key)-1]]
			missing = missing || !ok
			return value
		})
		if missing {
			stamped = ""
		}
		service["revision"] = stamped
	}
	return nil
}
