package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRollOut rolls the link out, and back where inline calls fail.
func TestRollOut(t *testing.T) {
	path := func(variable string) string {
		path := os.Getenv(variable)
		if path == "" {
			t.Skipf("%s is not set: the binaries are built by Bazel", variable)
		}
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	if err := rollOut(t.Context(), path("SHOP_MERGED"), path("MERGECTL"), 2); err != nil {
		t.Fatal(err)
	}
}
