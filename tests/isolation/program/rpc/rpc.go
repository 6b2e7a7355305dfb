// Package rpc registers a receiver with the default server of net/rpc.
package rpc

import (
	"net"
	"net/http"
	"net/rpc"
	"os"

	"github.com/gomerge/rules_go_merge/tests/isolation/program/show"
)

// Greeter is what is called.
type Greeter struct{ service string }

// Greet answers in the service's name.
func (g *Greeter) Greet(name string, answer *string) error {
	*answer = g.service + " greets " + name
	return nil
}

func init() {
	show.Must(rpc.Register(&Greeter{os.Getenv("SERVICE")}))
	rpc.HandleHTTP() // panics where the default mux has its path
}

// Run calls the default server.
func Run() {
	listener := show.MustGet(net.Listen("tcp", "127.0.0.1:0"))
	go http.Serve(listener, nil)
	client := show.MustGet(rpc.DialHTTP("tcp", listener.Addr().String()))
	var answer string
	show.Must(client.Call("Greeter.Greet", "you", &answer))
	show.Line("rpc", answer)
}
