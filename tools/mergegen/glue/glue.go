// Package glue generates the Go package that joins one service of a merged
// binary, as a caller, to the services that it calls.
package glue

import (
	"errors"
	"fmt"
	"go/types"
	"slices"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/convert"
)

// Config says which glue to generate.
type Config struct {
	Caller  *describe.Description
	Callees []*describe.Description
	// Share holds the names of callees with which the caller shares memory.
	Share []string
	// Choices maps names of RPC services that several callees serve to the
	// callee that the caller calls.
	Choices map[string]string
	// Hooks say where the adapter has hooked itself into the services.
	Hooks []*hook.Report
	// Types finds the arguments and results; it is an [Exports] outside of
	// tests.
	Types Types
	// Package is the name of the generated package.
	Package string
	// RuntimeImport is the path under which it imports merge/runtime.
	RuntimeImport string
}

// Types finds generated structs by the compiled path of their package.
type Types interface {
	Struct(path, name string) (*types.Named, error)
	// Complete reads all types of a package.
	Complete(path string) error
}

// Generate returns the source of the glue and its manifest. The source is the
// same for the same input.
func Generate(c Config) ([]byte, *Manifest, error) {
	found, err := matches(c.Caller, c.Callees, c.Choices)
	if err != nil {
		return nil, nil, err
	}
	if err := checkShare(c.Caller, found, c.Share); err != nil {
		return nil, nil, err
	}
	plan := convert.NewPlan()
	plan.Complete = c.Types.Complete
	plan.ValidatesSets = func(path string) bool {
		validates := func(d *describe.Description) bool {
			return slices.ContainsFunc(d.ValidatesSets, func(p string) bool { return d.CompiledPath(p) == path })
		}
		return validates(c.Caller) || slices.ContainsFunc(c.Callees, validates)
	}
	defaults := make(map[string]bool)
	for _, d := range append([]*describe.Description{c.Caller}, c.Callees...) {
		for _, field := range d.Defaults {
			defaults[d.CompiledPath(field)] = true
		}
	}
	plan.HasDefault = func(field string) bool { return defaults[field] }
	var links []*link
	for _, m := range found {
		l := &link{match: m, share: slices.Contains(c.Share, m.callee.Service)}
		l.hooks(c.Hooks)
		if err := l.plan(plan, c.Types); err != nil {
			return nil, nil, fmt.Errorf("link from service %q to RPC service %q of service %q: %w", m.caller.Service, m.name, m.callee.Service, err)
		}
		links = append(links, l)
	}
	var mismatches []error
	for _, m := range plan.Mismatches() {
		mismatches = append(mismatches, m)
	}
	if len(mismatches) > 0 {
		return nil, nil, errors.Join(mismatches...)
	}
	return newFile(c, plan).write(links)
}

// link is a match with the plans of its methods.
type link struct {
	*match
	// share reports whether both sides share memory.
	share bool
	// unhooked is why the adapter can divert no call, "" if it can.
	unhooked string
	// unannounced is set if the callee's server is not hooked.
	unannounced bool
	methods     []*method
	// others stands for the methods that the build does not know, nil if the
	// caller calls none.
	others *method
}

// hooks notes which sides of the link the adapter is not hooked into.
func (l *link) hooks(reports []*hook.Report) {
	for _, h := range reports {
		server := hook.IsServer(h.Role) && h.Service == l.callee.Service && h.Adapter == l.served[0].Adapter
		client := hook.IsClient(h.Role) && h.Service == l.caller.Service && h.Adapter == l.called[0].Adapter
		if h.Hooked || !server && !client {
			continue
		}
		l.unannounced = l.unannounced || server
		if l.unhooked == "" || client {
			l.unhooked = fmt.Sprintf("service %q: %s", h.Service, h.Misfit())
		}
	}
}

// method is one method that the caller may call.
type method struct {
	// name is anyMethod for those that the build does not know.
	name string
	// reason is why the method is not converted, "" if it is.
	reason           string
	oneway, protobuf bool
	// bytes is set if arguments and result cross as bytes, without types, and
	// share if these are the same memory on both sides.
	bytes, share bool
	// stream is set if it is a stream, whose messages cross one by one, as bytes.
	stream bool
	// messages has the conversions of messages that cross in place of bytes, nil if
	// there are none.
	messages *messages
	// newArgs and newResult are the callee's structs. newResult is nil for a
	// oneway method.
	newArgs, newResult *types.Named
	// args and results hold one conversion per copy of the caller's structs.
	args, results []*structs
}

// structs is a conversion with its types.
type structs struct {
	src, dst   *types.Named
	conversion *convert.Conversion
}

// plan plans all methods of the link. It fails only if types cannot be read.
func (l *link) plan(p *convert.Plan, from Types) error {
	names, open := l.names()
	for _, name := range names {
		m := &method{name: name}
		l.methods = append(l.methods, m)
		if m.reason = l.unsupported(name); m.reason != "" {
			continue
		}
		if err := l.planMethod(m, p, from); err != nil {
			return fmt.Errorf("method %s: %w", name, err)
		}
	}
	for _, m := range l.methods {
		for _, s := range slices.Concat(m.args, m.results) {
			if err := s.conversion.Err(); err != nil && m.reason == "" {
				m.reason = err.Error()
			}
		}
	}
	if open {
		l.others = &method{name: anyMethod, bytes: true, share: l.share}
		l.others.reason = l.unsupported(anyMethod)
	}
	return nil
}

// anyMethod stands for the methods that the build does not know. No method has
// this name.
const anyMethod = "*"

// names returns the methods that the caller may call, sorted, and whether there
// may be more.
func (l *link) names() (names []string, open bool) {
	for _, called := range l.called {
		open = open || called.AnyMethod
	}
	known := l.called
	if open {
		known = slices.Concat(l.called, l.served)
	}
	for _, s := range known {
		for _, m := range s.Methods {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), open
}

// unsupported reports why a method cannot be converted, as far as the
// descriptions show.
func (l *link) unsupported(name string) string {
	if l.unhooked != "" {
		return l.unhooked
	}
	if len(l.served) > 1 {
		return fmt.Sprintf("service %q serves %s with two generated packages, %s and %s", l.callee.Service, l.name, l.served[0].ImportPath, l.served[1].ImportPath)
	}
	callee := findMethod(l.served[0], name)
	if callee == nil && !l.served[0].AnyMethod && name != anyMethod {
		return fmt.Sprintf("service %q does not know the method", l.callee.Service)
	}
	sides := []*describe.RPCService{l.served[0]}
	for _, called := range l.called {
		if findMethod(called, name) != nil || called.AnyMethod {
			sides = append(sides, called)
		}
	}
	for _, side := range sides {
		m := findMethod(side, name)
		switch {
		case side.Adapter != l.served[0].Adapter:
			return fmt.Sprintf("service %q calls it by the framework of adapter %s, and service %q serves it by that of %s", l.caller.Service, side.Adapter, l.callee.Service, l.served[0].Adapter)
		case side.Codec != describe.Thrift && side.Codec != describe.Protobuf && side.Codec != describe.Bytes:
			return fmt.Sprintf("the codec is %s; thrift and protobuf are converted, and bytes handed over", side.Codec)
		case side.Codec != l.served[0].Codec:
			return fmt.Sprintf("service %q encodes with %s and service %q with %s", l.caller.Service, side.Codec, l.callee.Service, l.served[0].Codec)
		case side.Format != l.served[0].Format:
			return fmt.Sprintf("service %q encodes in the format %s and service %q in %s", l.caller.Service, side.Format, l.callee.Service, l.served[0].Format)
		case m == nil:
			continue // a side that takes any method
		case callee != nil && m.Streaming != callee.Streaming:
			return "streaming on one side only"
		case callee != nil && m.OneWay != callee.OneWay:
			return "oneway on one side only"
		case side.Codec != describe.Bytes && !m.Streaming && (m.Args == "" || m.Result == "" && !m.OneWay):
			return fmt.Sprintf("%s: the describer does not know the types of its arguments and result", side.Positions.Defined)
		}
	}
	return ""
}

// listed returns a method as the callee lists it, or else the caller.
func (l *link) listed(name string) *describe.Method {
	for _, s := range append([]*describe.RPCService{l.served[0]}, l.called...) {
		if m := findMethod(s, name); m != nil {
			return m
		}
	}
	return &describe.Method{Name: name}
}

func (l *link) planMethod(m *method, p *convert.Plan, from Types) error {
	listed := l.listed(m.name)
	m.oneway, m.stream, m.protobuf = listed.OneWay, listed.Streaming, l.served[0].Codec == describe.Protobuf
	if l.served[0].Codec == describe.Bytes || m.stream {
		m.bytes, m.share = true, l.share
		m.messages = l.planMessages(m, p, from)
		return nil
	}
	callee := findMethod(l.served[0], m.name)
	var err error
	if m.newArgs, err = load(from, l.callee, callee.Args); err != nil {
		return err
	}
	if !m.oneway {
		if m.newResult, err = load(from, l.callee, callee.Result); err != nil {
			return err
		}
	}
	for _, called := range l.called {
		caller := findMethod(called, m.name)
		if caller == nil {
			continue
		}
		args, err := load(from, l.caller, caller.Args)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(m.args, func(s *structs) bool { return s.src == args }) {
			continue // two generated packages over the same structs
		}
		call := convert.Call{Sender: l.caller.Service, Receiver: l.callee.Service, RPCService: l.name, Method: m.name, Part: "request", Share: l.share}
		m.args = append(m.args, &structs{args, m.newArgs, m.add(p, args, m.newArgs, called.Marshaler, l.served[0].Marshaler, call)})
		if m.oneway {
			continue
		}
		result, err := load(from, l.caller, caller.Result)
		if err != nil {
			return err
		}
		call.Sender, call.Receiver, call.Part = call.Receiver, call.Sender, "result"
		m.results = append(m.results, &structs{m.newResult, result, m.add(p, m.newResult, result, l.served[0].Marshaler, called.Marshaler, call)})
	}
	return nil
}

// add plans one conversion. The marshalers belong to the two sides.
func (m *method) add(p *convert.Plan, src, dst *types.Named, srcMarshaler, dstMarshaler string, call convert.Call) *convert.Conversion {
	if m.protobuf {
		return p.AddProtobuf(src, dst, convert.ProtobufCodec(srcMarshaler), convert.ProtobufCodec(dstMarshaler), call)
	}
	return p.Add(src, dst, call)
}

func load(from Types, d *describe.Description, typeName string) (*types.Named, error) {
	importPath, name := describe.SplitType(typeName)
	return from.Struct(d.CompiledPath(importPath), name)
}

// findMethod returns a method that s lists, or nil.
func findMethod(s *describe.RPCService, name string) *describe.Method {
	for i := range s.Methods {
		if s.Methods[i].Name == name {
			return &s.Methods[i]
		}
	}
	return nil
}
