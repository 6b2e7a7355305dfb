package main

import (
	"net/http"
	"os"
	"strings"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// rule sets a rule in a merged binary.
func (e *env) rule(rule string) {
	if os.Getenv(adminEnv) == "" || os.Getenv(verifiedEnv) != "" {
		return
	}
	if answer, err := askAdmin(http.MethodPost, "/rules", rule); err != nil || strings.Contains(string(answer), "error") {
		e.Addf("%s: %s %v", rule, answer, err)
	}
}

// switching is about calls while the switch says how they are made.
func switching() []testCase {
	calls := func(rules ...string) func(e *env) {
		return func(e *env) {
			opened("Both", func(e *env, s stream) {
				for _, rule := range rules {
					e.rule(rule)
					e.try(rule)
					e.Addf("send %v", s.send(rule))
					reply, err := s.recv()
					e.Addf("%s", observe.Result(reply, err))
					opened("Both", func(e *env, s stream) {
						s.CloseSend()
						e.drain(s)
					})(e)
				}
			})(e)
		}
	}
	return []testCase{
		{name: "kill switch", form: switched, run: calls("kill on", "kill off")},
		{name: "share of calls", form: switched, run: calls("* off", "* 50%", "* on")},
	}
}
