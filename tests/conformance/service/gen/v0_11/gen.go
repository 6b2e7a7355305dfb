// Package gen holds what Kitex v0.11.3 generates.
package gen

//go:generate ./generate.sh
