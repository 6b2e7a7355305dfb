// Package redis talks to its own server with the client's logger, which
// there is one of.
package redis

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

type logger struct{ service string }

func (l logger) Printf(_ context.Context, format string, v ...any) {
	fmt.Println(l.service, "log", fmt.Sprintf(format, v...))
}

// Run sets a key for too short a time, which the client logs.
func Run(service string) {
	redis.SetLogger(logger{service})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(listener, service)
	client := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), DisableIndentity: true, MaxRetries: -1})
	defer client.Close()
	fmt.Println(service, "answer", client.Set(context.Background(), "key", "value", time.Microsecond).String())
}

// serve answers each SET with the service's name, and does not know other
// commands.
func serve(listener net.Listener, service string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			in := bufio.NewReader(conn)
			for {
				var words int
				if _, err := fmt.Fscanf(in, "*%d\r\n", &words); err != nil {
					return
				}
				answer := "-ERR unknown command\r\n"
				for i := range words {
					var size int
					fmt.Fscanf(in, "$%d\r\n", &size)
					word := make([]byte, size+len("\r\n"))
					io.ReadFull(in, word)
					if i == 0 && strings.EqualFold(string(word[:size]), "set") {
						answer = "+by the server of " + service + "\r\n"
					}
				}
				io.WriteString(conn, answer)
			}
		}()
	}
}
