// Command old makes a UUID of random bytes that are all zero.
package main

import (
	"fmt"

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
	fmt.Println("old:", uuid.New())
}
