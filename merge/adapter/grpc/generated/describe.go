// Package generated reads the code that the plugins for gRPC generate: which RPC
// services it defines, and where a program makes servers and clients of them.
//
// It reads what protoc-gen-go-grpc writes from version 1.0 on, the plugin "grpc"
// of github.com/golang/protobuf's protoc-gen-go, and gogo's, since all of them
// write a composite literal grpc.ServiceDesc. One that is written by hand counts,
// too.
package generated

import (
	"fmt"
	"io"
	"os"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// Format is the encoding in which calls cross: what the codec of the service
// makes of a message.
const Format = "grpc"

// Describe reads the packages. An error names the file and line it is about.
func Describe(c describe.Config) (*describe.Description, error) {
	return describeTo(os.Stderr, c)
}

// describeTo writes to log where something is not described.
func describeTo(log io.Writer, c describe.Config) (*describe.Description, error) {
	r := source.NewReader(c)
	found := make(map[string]*Package)
	for _, pkg := range c.Packages {
		p, notes, err := Read(r, pkg)
		if err != nil {
			return nil, err
		}
		for _, note := range notes {
			fmt.Fprintln(log, note)
		}
		if p != nil {
			found[pkg.ImportPath] = p
		}
	}
	d := &describe.Description{}
	if len(found) == 0 {
		return d, nil
	}
	var references []Reference
	for _, pkg := range c.Users {
		list, err := References(r, pkg, found)
		if err != nil {
			return nil, err
		}
		references = append(references, list...)
	}
	for _, p := range found {
		list, err := p.ownReferences(r)
		if err != nil {
			return nil, err
		}
		references = append(references, list...)
	}
	for _, ref := range references {
		s := ref.Service
		if ref.Serves {
			s.ServedAt(source.Line(ref.Position))
		}
		if ref.Calls {
			s.CalledAt(source.Line(ref.Position))
		}
	}
	for _, p := range found {
		for _, s := range p.Services {
			d.RPCServices = append(d.RPCServices, s.RPCService)
		}
	}
	d.Sort()
	return d, nil
}
