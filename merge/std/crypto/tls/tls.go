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

// Dialer is a type of its own, since it has a dialer of the service's net.
type Dialer struct {
	NetDialer *net.Dialer
	Config    *tls.Config
}

func (d *Dialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, addr)
}

func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if err := self.MayDial(network, addr); err != nil {
		return nil, err
	}
	dialer := d.NetDialer
	if dialer == nil {
		dialer = new(net.Dialer)
	}
	return (&tls.Dialer{NetDialer: dialer.GoMergeOriginal(), Config: d.Config}).DialContext(ctx, network, self.Address(network, addr))
}

func Dial(network, addr string, config *tls.Config) (*tls.Conn, error) {
	return DialWithDialer(new(net.Dialer), network, addr, config)
}

func DialWithDialer(dialer *net.Dialer, network, addr string, config *tls.Config) (*tls.Conn, error) {
	if err := self.MayDial(network, addr); err != nil {
		return nil, err
	}
	return tls.DialWithDialer(dialer.GoMergeOriginal(), network, self.Address(network, addr), config)
}

// Listen calls the service's net.
//
//mergegen:keep Listen

func LoadX509KeyPair(certFile, keyFile string) (tls.Certificate, error) {
	for _, path := range []string{certFile, keyFile} {
		if err := self.MayRead("open", path); err != nil {
			return tls.Certificate{}, err
		}
	}
	cert, err := tls.LoadX509KeyPair(self.Path(certFile), self.Path(keyFile))
	err = process.AsNamed(err, certFile, self.Path(certFile))
	return cert, process.AsNamed(err, keyFile, self.Path(keyFile))
}
