package process

import (
	"io/fs"
	"net"
	"os"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// Denied is the cause of the errors below.
type Denied = permission.Denied

// Permissions returns what the service may use, nil for everything.
func (p *Process) Permissions() *permission.Set { return p.may }

// Access is what a service does to a file. The constants can be combined.
type Access uint8

// Look only looks at a file, for which no permission is needed.
const Look Access = 0

const (
	// Read reads a file, or lists a folder.
	Read Access = 1 << iota
	// Write makes, changes or removes a file or folder.
	Write
	// Exec starts a program.
	Exec
)

// classes are the permissions that accesses need.
var classes = [...]struct {
	access Access
	class  permission.Class
}{{Read, permission.Read}, {Write, permission.Write}, {Exec, permission.Exec}}

// Use returns the path by which the process finds what the service calls name, as
// [Process.Path] does, or an [fs.PathError] if the service may not access it. What
// is judged is what the path leads to, even if another goroutine changes the
// service's working directory.
func (p *Process) Use(access Access, op, name string) (path string, err error) {
	path = p.Path(name)
	if denied := p.judge(access, path); denied != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: denied}
	}
	return path, nil
}

// UseBoth is Use for a function of two names, which begin in one folder. Its error
// is an [os.LinkError].
func (p *Process) UseBoth(op string, access Access, name string, otherAccess Access, otherName string) (path, otherPath string, err error) {
	path, otherPath = p.Paths(name, otherName)
	denied := p.judge(access, path)
	if other := p.judge(otherAccess, otherPath); denied == nil {
		denied = other
	}
	if denied != nil {
		return "", "", &os.LinkError{Op: op, Old: name, New: otherName, Err: denied}
	}
	return path, otherPath, nil
}

// judge returns the first error of the permissions that an access needs. All are
// asked, so that the log has every rule that is missing.
func (p *Process) judge(access Access, path string) (denied error) {
	for _, c := range classes {
		if access&c.access == 0 {
			continue
		}
		if err := p.may.UsePath(c.class, path); err != nil && denied == nil {
			denied = err
		}
	}
	return denied
}

// UseToDial returns the address by which the process finds what the service calls
// address, or a [net.OpError] if the service may not connect to it.
func (p *Process) UseToDial(network, address string) (found string, err error) {
	return p.useAddress(permission.Dial, "dial", network, address)
}

// UseToListen is UseToDial for an address that the service serves at.
func (p *Process) UseToListen(network, address string) (found string, err error) {
	return p.useAddress(permission.Listen, "listen", network, address)
}

func (p *Process) useAddress(class permission.Class, op, network, address string) (string, error) {
	found := p.address(network, address)
	if err := p.may.UseAddress(class, network, found); err != nil {
		return "", &net.OpError{Op: op, Net: network, Addr: namedAddress{network, address}, Err: err}
	}
	return found, nil
}

// namedAddress is an address as it was given.
type namedAddress struct{ network, address string }

func (a namedAddress) Network() string { return a.network }
func (a namedAddress) String() string  { return a.address }
