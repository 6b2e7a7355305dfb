// Command greeter says what it was told to.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(greet(os.Getenv("GREETING")))
}

func greet(greeting string) string {
	if greeting == "" {
		return "nothing to say"
	}
	return greeting
}
