// Package show prints what a service finds.
package show

import (
	"fmt"
	"os"
)

// Line prints a line that begins with the service's name.
func Line(what string, values ...any) {
	line := os.Getenv("SERVICE") + " " + what + ":"
	for _, v := range values {
		line += fmt.Sprintf(" %v", v)
	}
	// One call, so that lines of two services do not mix.
	os.Stdout.WriteString(line + "\n")
}

// Must ends the program if err is not nil.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// MustGet returns v, or ends the program if err is not nil.
func MustGet[T any](v T, err error) T {
	Must(err)
	return v
}
