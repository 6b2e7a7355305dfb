// Command new uses what the other service's version of a module does not have,
// and tells whether the random bytes are its own.
package main

import (
	"fmt"

	"github.com/google/uuid"
)

func main() {
	own := uuid.New().String() != "00000000-0000-4000-8000-000000000000"
	fmt.Println("new:", uuid.Max, own)
}
