// Command program uses the machine in many ways, each once as the service's
// permissions allow it and once as they do not.
//
// It uses the folders "allowed" and "other" below DIR, in which the test has made
// files, and connects to the hosts localhost, which is allowed, and 127.0.0.2.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var service = os.Getenv("SERVICE")

// way is one way to use the machine. The folder and the host are those that
// are allowed, or those that are not.
type way struct {
	name string
	use  func(dir, host string) error
}

func main() {
	port := serve()
	for _, ways := range [][]way{environment, files, programs, network(port)} {
		for _, w := range ways {
			for _, place := range []struct{ dir, host string }{{"allowed", "localhost"}, {"other", "127.0.0.2"}} {
				dir := filepath.Join(os.Getenv("DIR"), service, place.dir)
				// One call, so that lines of two services do not mix.
				os.Stdout.WriteString(fmt.Sprintf("%s %s %s: %s\n", service, w.name, place.dir, outcome(w.use(dir, place.host))))
			}
		}
	}
}

// outcome reports whether an error comes from a permission.
func outcome(err error) string {
	switch {
	case err == nil:
		return "done"
	case !errors.Is(err, fs.ErrPermission):
		return "failed: " + err.Error()
	case strings.Contains(err.Error(), "service "+service+" may not"):
		return "denied"
	}
	return "denied by number"
}
