//go:build go_merge_added

// Package x509 is a service's view of package crypto/x509. The process has one
// set of fallback roots, those of the first service that sets any.
package x509

import (
	"crypto/x509"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

func SetFallbackRoots(roots *x509.CertPool) {
	if self.Owns(&process.FallbackRoots) {
		x509.SetFallbackRoots(roots)
	}
}
