//go:build go_merge_added

package filepath

import "github.com/gomerge/rules_go_merge/merge/runtime/process"

// Package text/template, of which most services have no copy, returns the
// standard library's.
func init() { ErrBadPattern = process.ErrBadPattern }
