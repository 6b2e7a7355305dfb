// Command sonic encodes and decodes a byte slice with sonic, whose base64 code
// is reached through linkname variables, many times at once.
package main

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/bytedance/sonic"
)

// service is set by x_defs.
var service string

type message struct {
	Payload []byte `json:"payload"`
}

func roundTrip(n int) error {
	in := message{Payload: bytes.Repeat([]byte{0, 0xff, byte(n)}, n)}
	text, err := sonic.Marshal(in)
	if err != nil {
		return err
	}
	var out message
	if err := sonic.Unmarshal(text, &out); err != nil {
		return err
	}
	if !bytes.Equal(in.Payload, out.Payload) {
		return fmt.Errorf("%d bytes came back as %x", len(in.Payload), out.Payload)
	}
	return nil
}

func main() {
	var wg sync.WaitGroup
	failed := make(chan error, 8)
	for range cap(failed) {
		wg.Go(func() {
			for n := range 200 {
				if err := roundTrip(n + 1); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		fmt.Println(service, err)
		return
	}
	text, _ := sonic.MarshalString(message{Payload: []byte(service)})
	fmt.Println(service, text)
}
