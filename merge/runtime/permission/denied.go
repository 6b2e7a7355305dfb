package permission

import (
	"fmt"
	"io/fs"
	"strings"
)

// Denied is the error of a use that a service's permissions do not allow. It is
// an [fs.ErrPermission].
type Denied struct {
	Service string
	Class   Class
	// What the service tried to use.
	What string
	// Allowed are the rules of the class, none of which allows it.
	Allowed []string
}

func (d *Denied) Error() string {
	allowed := "allow none"
	if len(d.Allowed) > 0 {
		allowed = "allow " + strings.Join(d.Allowed, ", ")
	}
	return fmt.Sprintf("permission denied: service %s may not %s %s: its permissions of class %q %s",
		d.Service, verbs[d.Class], d.What, d.Class, allowed)
}

// Unwrap makes the error an [fs.ErrPermission].
func (d *Denied) Unwrap() error { return fs.ErrPermission }
