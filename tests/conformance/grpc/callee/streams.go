package main

import (
	"fmt"
	"io"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// streams are about streams of all kinds.
func streams() map[string]behaviour {
	return map[string]behaviour{
		"client stream": {stream: func(e *env, _, _ string, s stringStream) error {
			var all []string
			for {
				m, err := s.recv()
				if err != nil {
					_, again := s.recv()
					e.Addf("receives %s, again %s", observe.Error(err), observe.Error(again))
					break
				}
				all = append(all, m)
			}
			return s.send(strings.Join(all, ","))
		}},
		"server stream": {stream: func(e *env, _, request string, s stringStream) error {
			for i := range 10 {
				if err := s.send(fmt.Sprint(request, i)); err != nil {
					return err
				}
			}
			s.SetTrailer(metadata.Pairs("t", "1"))
			return nil
		}},
		"number of replies": {stream: func(e *env, _, _ string, s stringStream) error {
			how, err := s.recv()
			for range len(how) {
				e.Addf("send %s", observe.Error(s.send("reply")))
			}
			return err
		}},
		"number of requests": {stream: func(e *env, method, request string, s stringStream) error {
			e.Addf("%s %q", method, request)
			m, err := s.recv()
			e.Addf("receives %q %s", m, observe.Error(err))
			return nil
		}},
		"send after the end": {stream: func(e *env, method, _ string, s stringStream) error {
			if method != "Both" {
				e.arrive("handler")
				e.Addf("%s", e.ended(s.Context()))
			}
			return status.Error(codes.Aborted, "no more")
		}},
		"messages before an error": {stream: func(e *env, _, _ string, s stringStream) error {
			for i := range 5 {
				if err := s.send(fmt.Sprint(i)); err != nil {
					return err
				}
			}
			e.arrive("handler")
			return status.Error(codes.OutOfRange, "enough")
		}},
		"cancelled with messages unread": {stream: func(e *env, _, _ string, s stringStream) error {
			for i := range 3 {
				if err := s.send(fmt.Sprint(i)); err != nil {
					return err
				}
			}
			e.Addf("%s", e.ended(s.Context()))
			return nil
		}},
		"many messages ahead": {stream: func(e *env, _, _ string, s stringStream) error {
			// Neither side reads before it has sent all.
			for range ahead {
				if err := s.send(strings.Repeat("s", 90)); err != nil {
					return err
				}
			}
			for range ahead {
				if _, err := s.recv(); err != nil {
					return err
				}
			}
			return nil
		}},
		"a reader that does not read": {stream: func(e *env, _, _ string, s stringStream) error {
			for i := 0; ; i++ {
				if err := s.send(strings.Repeat("s", 10000)); err != nil {
					e.Addf("stopped before 10 GB: %t", i < 1000000)
					return err
				}
			}
		}},
		"both sides at once": {stream: func(e *env, _, _ string, s stringStream) error {
			sent := make(chan error, 1)
			go func() {
				for i := range 500 {
					if err := s.send(fmt.Sprint(i)); err != nil {
						sent <- err
						return
					}
				}
				sent <- nil
			}()
			n := 0
			for {
				_, err := s.recv()
				if err == io.EOF {
					break
				}
				if err != nil {
					return err
				}
				n++
			}
			e.Addf("%d messages", n)
			return <-sent
		}},
		"handler that returns while it sends": {stream: func(e *env, _, _ string, s stringStream) error {
			e.calls.Add(1)
			go func() {
				defer e.calls.Done()
				for s.send("x") == nil {
				}
				e.arrive("over")
			}()
			m, err := s.recv()
			e.Addf("%q %v", m, err)
			return nil
		}},
	}
}

// ahead is how many messages a side sends that nobody reads.
const ahead = 600
