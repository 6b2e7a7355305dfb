package main

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
)

// placeholder stands for a port in variables and arguments.
var placeholder = regexp.MustCompile(`\{port:([A-Za-z0-9_.-]+)\}`)

// ports are free ports by the name that their placeholders have.
type ports map[string]int

// choosePorts finds a free port for each name in the texts. They are free now:
// as with any port that is not held, another process can take one before the
// merged binary does.
func choosePorts(texts []string) (ports, error) {
	p := ports{}
	for _, text := range texts {
		for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
			p[match[1]] = 0
		}
		if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{port:") {
			return nil, fmt.Errorf("%q: a port is {port:NAME}, with letters, digits, '-', '.' and '_' in its name", text)
		}
	}
	variables := map[string]string{}
	for name := range p {
		if other, taken := variables[portVariable(name)]; taken {
			return nil, fmt.Errorf("ports %s and %s have one variable, %s: rename one", min(name, other), max(name, other), portVariable(name))
		}
		variables[portVariable(name)] = name
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // after the last one is chosen, so that all differ
		p[name] = l.Addr().(*net.TCPAddr).Port
	}
	return p, nil
}

// expand replaces the placeholders in a text.
func (p ports) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(s string) string {
		return strconv.Itoa(p[placeholder.FindStringSubmatch(s)[1]])
	})
}

// variables returns the variables that hold the ports.
func (p ports) variables() map[string]string {
	v := map[string]string{}
	for name, port := range p {
		v[portVariable(name)] = strconv.Itoa(port)
	}
	return v
}

// portVariable returns the variable that holds a port: GO_MERGE_PORT_ITEM_API
// for one named "item-api".
func portVariable(name string) string {
	return "GO_MERGE_PORT_" + strings.Map(func(r rune) rune {
		if r == '-' || r == '.' {
			return '_'
		}
		return r
	}, strings.ToUpper(name))
}
