package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkEnv makes this test binary the command that decides. Its last argument is a URL.
const checkEnv = "SHOP_BISECT_CHECK"

func TestMain(m *testing.M) {
	if os.Getenv(checkEnv) != "" {
		if check(context.Background(), os.Args[len(os.Args)-1]) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestBisect finds the link, and what differs, in both ways. That the rules file is as it
// was is asserted by what it runs.
func TestBisect(t *testing.T) {
	path := func(variable string) string {
		path := os.Getenv(variable)
		if path == "" {
			t.Skipf("%s is not set: the binaries are built by Bazel", variable)
		}
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir()) // a sandbox has no home folder to write to
	var out strings.Builder
	if err := bisect(t.Context(), path("SHOP_MERGED"), path("MERGECTL"), []string{"env", checkEnv + "=1", self}, &out); err != nil {
		t.Fatal(err)
	}
	for _, search := range strings.Split(out.String(), "== ")[1:] {
		for _, want := range []string{
			"item->stock/StockService is bad.\n  method: item->stock/StockService/", // first, and alone
			"item->stock/StockService/GetStock  ", "DENIED", "FELL BACK",            // both arms
			"SERVICE  ROLE    VERSION  REVISION  DIGEST", "GOROUTINES OFF", "HEAP OFF", "stock    callee",
			"add to ", ": item->stock/StockService/GetStock off\n",
			"The rules file is as it was, byte for byte.",
		} {
			if !strings.Contains(search, want) {
				t.Errorf("it does not say %q:\n%s", want, search)
			}
		}
		if strings.Count(search, " is bad.") != 1 {
			t.Errorf("it names more than one link:\n%s", search)
		}
	}
}
