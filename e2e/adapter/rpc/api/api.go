// Package api is what the framework's generated code is made with.
package api

// Service is an RPC service. The name and the methods are literals.
type Service struct {
	Name    string
	Methods []string
}
