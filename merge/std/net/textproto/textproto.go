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
	if err := self.MayDial(network, addr); err != nil {
		return nil, err
	}
	return textproto.Dial(network, addr)
}
