package mainpkg

import (
	"fmt"
	"os"
	"strings"
)

// SetRevisions names the variables that have the revisions of services, in the form
// NAME=VARIABLE.
func (b *Binary) SetRevisions(values []string) error {
	return b.setEach("revision", values, func(s *Service, variable string) error {
		s.Revision = variable
		return nil
	})
}

// SetDigests reads the digests of services from files, in the form NAME=FILE.
func (b *Binary) SetDigests(values []string) error {
	return b.setEach("digest", values, func(s *Service, file string) error {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("digest of service %s: %w", s.Name, err)
		}
		s.Digest = strings.TrimSpace(string(data))
		return nil
	})
}

// setEach calls set with the service and the rest of each value.
func (b *Binary) setEach(what string, values []string, set func(*Service, string) error) error {
	byName := make(map[string]*Service)
	for i := range b.Services {
		byName[b.Services[i].Name] = &b.Services[i]
	}
	for _, value := range values {
		name, rest, ok := strings.Cut(value, "=")
		if !ok || name == "" || rest == "" {
			return fmt.Errorf("%s %q is not of the form NAME=VALUE", what, value)
		}
		s := byName[name]
		if s == nil {
			return fmt.Errorf("%s %q is of no service of the merged binary", what, value)
		}
		if err := set(s, rest); err != nil {
			return err
		}
	}
	return nil
}
