// Command old makes a UUID of random bytes that are all zero. It goes on to serve
// that, if it has an address.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/google/uuid"
)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// The main functions of all services run after this.
func init() {
	uuid.SetRand(zeros{})
}

func main() {
	text := fmt.Sprintln("old:", uuid.New())
	fmt.Print(text)
	if addr := os.Getenv("ADDR"); addr != "" {
		log.Fatal(http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, text)
		})))
	}
}
