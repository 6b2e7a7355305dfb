package adapter

import (
	"io"
	"net/http"
	"os"
	"testing"
)

func TestAnswers(t *testing.T) {
	for path, want := range map[string]string{
		"/count/lamp": "4\n",
		"/fail/lamp":  "status: no such article: lamp\n",
	} {
		resp, err := http.Get("http://127.0.0.1:" + os.Getenv("GO_MERGE_PORT_ITEM") + path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", path, got, err, want)
		}
	}
}
