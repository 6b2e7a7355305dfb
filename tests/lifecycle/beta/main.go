// Command beta runs until it is told to stop.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println("beta begins")
	fmt.Fprintln(os.Stderr, "beta waits")
	<-stop
	fmt.Println("beta returns")
}
