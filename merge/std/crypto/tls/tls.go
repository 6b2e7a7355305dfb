//go:build go_merge_added

// Package tls is a service's view of package crypto/tls: it dials, listens and
// reads files where the service's permissions allow.
package tls

import (
	"context"
	"crypto/tls"
	"net" // the service's view

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

// Dialer is a new type, since it has a dialer of the service's net.
type Dialer struct {
	NetDialer *net.Dialer
	Config    *tls.Config
}

func (d *Dialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, addr)
}

func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	found, err := self.UseToDial(network, addr)
	if err != nil {
		return nil, err
	}
	dialer := d.NetDialer
	if dialer == nil {
		dialer = new(net.Dialer)
	}
	conn, err := (&tls.Dialer{NetDialer: dialer.GoMergeOriginal(), Config: d.Config}).DialContext(ctx, network, found)
	return conn, process.AsNamedAddress(err, addr, found)
}

func Dial(network, addr string, config *tls.Config) (*tls.Conn, error) {
	return DialWithDialer(new(net.Dialer), network, addr, config)
}

func DialWithDialer(dialer *net.Dialer, network, addr string, config *tls.Config) (*tls.Conn, error) {
	found, err := self.UseToDial(network, addr)
	if err != nil {
		return nil, err
	}
	conn, err := tls.DialWithDialer(dialer.GoMergeOriginal(), network, found, config)
	return conn, process.AsNamedAddress(err, addr, found)
}

// Listen calls the service's net.
//
//mergegen:keep Listen

func LoadX509KeyPair(certFile, keyFile string) (tls.Certificate, error) {
	cert, err := self.Use(process.Read, "open", certFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := self.Use(process.Read, "open", keyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	err = process.AsNamed(err, certFile, cert)
	return pair, process.AsNamed(err, keyFile, key)
}
