// Package usage measures what each service has of the process: its goroutines,
// its live heap and its CPU time. The namespace of the functions on a stack, or
// the profile label "service", shows whose they are.
package usage

import "strings"

// Service is a service of the process.
type Service struct {
	Name string
	// Namespace is the importpath prefix that its packages are compiled under.
	Namespace string
}

// Services are those of the process.
type Services []Service

// owner returns the name of the service that a function belongs to, "" for none.
func (all Services) owner(function string) string {
	for _, s := range all {
		if strings.HasPrefix(function, s.Namespace+"/") {
			return s.Name
		}
	}
	return ""
}
