package process

import (
	"io/fs"
	"net"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// Denied is the cause of the errors below.
type Denied = permission.Denied

// Permissions returns what the service may use, nil for everything.
func (p *Process) Permissions() *permission.Set { return p.may }

// MayRead returns an [fs.PathError] if the service may not read a file or
// folder.
func (p *Process) MayRead(op, path string) error { return p.mayUse(permission.Read, op, path) }

// MayWrite returns an [fs.PathError] if the service may not make, change or
// remove a file or folder.
func (p *Process) MayWrite(op, path string) error { return p.mayUse(permission.Write, op, path) }

// MayExec returns an [fs.PathError] if the service may not start a program.
func (p *Process) MayExec(op, path string) error { return p.mayUse(permission.Exec, op, path) }

func (p *Process) mayUse(class permission.Class, op, path string) error {
	if err := p.may.UsePath(class, p.Path(path)); err != nil {
		return &fs.PathError{Op: op, Path: path, Err: err}
	}
	return nil
}

// MayDial returns a [net.OpError] if the service may not connect to an address.
func (p *Process) MayDial(network, address string) error {
	return p.mayMeet(permission.Dial, "dial", network, address)
}

// MayListen returns a [net.OpError] if the service may not serve at an address.
func (p *Process) MayListen(network, address string) error {
	return p.mayMeet(permission.Listen, "listen", network, address)
}

func (p *Process) mayMeet(class permission.Class, op, network, address string) error {
	if err := p.may.UseAddress(class, network, p.Address(network, address)); err != nil {
		return &net.OpError{Op: op, Net: network, Addr: namedAddress{network, address}, Err: err}
	}
	return nil
}

// namedAddress is an address as it was given.
type namedAddress struct{ network, address string }

func (a namedAddress) Network() string { return a.network }
func (a namedAddress) String() string  { return a.address }
