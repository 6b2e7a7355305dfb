package smoke

import (
	"io"
	"net/http"
	"os"
	"testing"
)

// Both services run in one process, which go_merged_test has started.
func TestServices(t *testing.T) {
	for variable, want := range map[string]string{
		"GO_MERGE_PORT_NEW": "new: ffffffff-ffff-ffff-ffff-ffffffffffff true\n",
		"GO_MERGE_PORT_OLD": "old: 00000000-0000-4000-8000-000000000000\n",
	} {
		resp, err := http.Get("http://127.0.0.1:" + os.Getenv(variable))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", variable, got, err, want)
		}
	}
}
