package change

import "testing"

// SetRename replaces os.Rename for a test.
func SetRename(t *testing.T, f func(from, to string) error) {
	old := rename
	rename = f
	t.Cleanup(func() { rename = old })
}
