// Package resolver sets the default resolver of package net.
package resolver

import (
	"context"
	"errors"
	"net"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

// Run looks names up with a resolver that names its service in errors.
func Run() {
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("resolver of " + os.Getenv("SERVICE"))
		},
	}
	_, err := net.LookupTXT("shop.invalid")
	show.Line("looks up", cause(err))
	_, err = net.Dial("tcp", "shop.invalid:80")
	show.Line("dials", cause(err))
}

// cause returns what the resolver says. The name server that it was to ask is
// the machine's.
func cause(err error) string {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return "no error of the resolver"
	}
	return dns.Err
}
