//go:build !unix

package signals

// ofTerminals are signals that this system does not have.
var ofTerminals = set{}
