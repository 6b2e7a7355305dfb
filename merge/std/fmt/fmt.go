//go:build go_merge_added

// Package fmt is a service's view of package fmt: it prints to and scans from
// the standard files of the service's package os.
package fmt

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

func Print(a ...any) (n int, err error) { return fmt.Fprint(self.Stdout(), a...) }

func Printf(format string, a ...any) (n int, err error) {
	return fmt.Fprintf(self.Stdout(), format, a...)
}

func Println(a ...any) (n int, err error) { return fmt.Fprintln(self.Stdout(), a...) }

func Scan(a ...any) (n int, err error) { return fmt.Fscan(self.Stdin(), a...) }

func Scanf(format string, a ...any) (n int, err error) {
	return fmt.Fscanf(self.Stdin(), format, a...)
}

func Scanln(a ...any) (n int, err error) { return fmt.Fscanln(self.Stdin(), a...) }
