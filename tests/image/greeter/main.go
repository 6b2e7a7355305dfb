// Command greeter says what it reads from its data file, until it is told to stop.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	path, err := runfiles.Rlocation("rules_go_merge/tests/image/greeter/greeting.txt")
	if err != nil {
		log.Fatal(err)
	}
	greeting, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(os.Args[1], strings.TrimSpace(string(greeting)), "from process", os.Getpid())
	<-ctx.Done()
	fmt.Println(os.Args[1], "ends")
}
