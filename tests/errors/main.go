// Command errors is a service for the tests of the rules' errors.
package main

import "github.com/gomerge/rules_go_merge/tests/errors/leaky"

func main() { leaky.Log() }
