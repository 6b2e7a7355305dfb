//go:build go_merge_added && unix

package exec

import "github.com/gomerge/rules_go_merge/merge/runtime/process"

var goMergeSelf = process.Of("@SERVICE@")

// findExecutable looks for a file from the service's working directory.
func findExecutable(file string) error {
	path := goMergeSelf.Path(file)
	return process.AsNamed(goMergeFindExecutable(path), file, path)
}
