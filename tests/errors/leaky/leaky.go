// Package leaky imports a package that tests do not always share.
package leaky

import "github.com/gomerge/rules_go_merge/tests/errors/platform"

// Log writes the platform's name.
func Log() { println(platform.Name) }
