package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRollOut rolls the link out, and back where inline calls fail. The page shows that.
func TestRollOut(t *testing.T) {
	path := func(variable string) string {
		path := os.Getenv(variable)
		if path == "" {
			t.Skipf("%s is not set: the binaries are built by Bazel", variable)
		}
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	address := filepath.Join(t.TempDir(), "address")
	out, err := os.Create(address)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := rollOut(t.Context(), path("SHOP_MERGED"), path("MERGECTL"), 2, out, func() error { return visit(address) }); err != nil {
		t.Fatal(err)
	}
}

// visit looks at the page of the second rollout, whose address is in a file.
func visit(file string) error {
	line, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	address := strings.TrimSpace(string(line))
	base, _, _ := strings.Cut(address, "?")
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := http.Client{Jar: jar}
	text := ""
	for _, address := range []string{address, base + "rollout"} {
		resp, err := client.Get(address)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s, %v: %s", address, resp.Status, err, body)
		}
		text = string(body)
	}
	for _, part := range []string{"rolled back", "What the guards say", ">harm<"} {
		if !strings.Contains(text, part) {
			return fmt.Errorf("the page of the rollout has no %q:\n%s", part, text)
		}
	}
	return nil
}
