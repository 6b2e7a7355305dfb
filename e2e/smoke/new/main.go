// Command new uses what the other service's version of a module does not have,
// and reports whether the random bytes are its own. It goes on to serve that, if
// it has an address.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/google/uuid"
)

func main() {
	own := uuid.New().String() != "00000000-0000-4000-8000-000000000000"
	text := fmt.Sprintln("new:", uuid.Max, own)
	fmt.Print(text)
	if addr := os.Getenv("ADDR"); addr != "" {
		log.Fatal(http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, text)
		})))
	}
}
