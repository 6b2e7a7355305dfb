//go:build go_merge_added

// Package textproto is a service's view of package net/textproto: it dials where
// the service's permissions allow.
package textproto

import (
	"net/textproto"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

func Dial(network, addr string) (*textproto.Conn, error) {
	found, err := self.UseToDial(network, addr)
	if err != nil {
		return nil, err
	}
	conn, err := textproto.Dial(network, found)
	return conn, process.AsNamedAddress(err, addr, found)
}
