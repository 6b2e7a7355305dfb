// Command shared uses a shared package with types that would be its own.
package main

import (
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
	"github.com/gomerge/rules_go_merge/tests/isolation/shared/platform"
)

func main() {
	server := platform.Server(os.Getenv("SERVICE"))
	var handler http.Handler = server.Handler
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	show.Line("answer", answer.Body)
	server.ErrorLog.Print("printed")
}
