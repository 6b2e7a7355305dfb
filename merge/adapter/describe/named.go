package describe

import (
	"fmt"
	"slices"
	"strings"
)

// Framework is one whose adapter has no describer: the service's BUILD file
// names the RPC services.
type Framework struct {
	// Adapter is the adapter's label.
	Adapter string
	// Format is the encoding in which arguments and results cross.
	Format string
	// Client and Server say whether the service links the packages of the
	// framework in which calls are made and taken.
	Client, Server bool
}

// side is one of the attributes `serves` and `calls`.
type side struct {
	attribute string
	made      string // what the framework's package makes
	linked    func(*Framework) bool
	set       func(*RPCService, bool)
}

var (
	serving = side{"serves", "server", func(f *Framework) bool { return f.Server }, func(s *RPCService, v bool) { s.Served = v }}
	calling = side{"calls", "client", func(f *Framework) bool { return f.Client }, func(s *RPCService, v bool) { s.Called = v }}
)

// Serve applies the attribute `serves`: names of RPC services, of which those
// of frameworks may have the form FORMAT:NAME. Of the RPC services that
// describers have found, exactly those are served that are named, unless none
// is; an empty name counts as one. It fails for a name that nothing explains.
func (d *Description) Serve(names []string, frameworks []Framework) error {
	return d.apply(serving, names, frameworks)
}

// Call applies the attribute `calls` in the same way.
func (d *Description) Call(names []string, frameworks []Framework) error {
	return d.apply(calling, names, frameworks)
}

func (d *Description) apply(s side, names []string, frameworks []Framework) error {
	var described []string
	restricted := false
	for _, name := range names {
		if name == "" || slices.ContainsFunc(d.RPCServices, func(r RPCService) bool { return r.Name == name && !r.named() }) {
			described, restricted = append(described, name), true
			continue
		}
		f, rpcService, err := d.framework(s, name, frameworks)
		if err != nil {
			return err
		}
		s.set(d.of(f, rpcService), true)
	}
	for i := range d.RPCServices {
		if r := &d.RPCServices[i]; restricted && !r.named() {
			s.set(r, slices.Contains(described, r.Name))
		}
	}
	d.Sort()
	return nil
}

// named reports whether the RPC service is one that a BUILD file names: that of
// a describer has a package.
func (s *RPCService) named() bool { return s.ImportPath == "" }

// framework returns the framework of a name, and the name without its format.
func (d *Description) framework(s side, name string, frameworks []Framework) (*Framework, string, error) {
	if format, rpcService, ok := strings.Cut(name, ":"); ok {
		var formats []string
		for i := range frameworks {
			f := &frameworks[i]
			if f.Format != format {
				formats = append(formats, f.Format)
				continue
			}
			if !s.linked(f) {
				return nil, "", fmt.Errorf("service %q: %s names %q, but the service links no package with which adapter %s makes a %s",
					d.Service, s.attribute, name, f.Adapter, s.made)
			}
			return f, rpcService, nil
		}
		return nil, "", fmt.Errorf("service %q: %s names %q, and no adapter without a describer has the format %q; the formats are %s",
			d.Service, s.attribute, name, format, quoteList(formats))
	}
	var found []*Framework
	var ways []string
	for i := range frameworks {
		if f := &frameworks[i]; s.linked(f) {
			found = append(found, f)
			ways = append(ways, f.Format+":"+name)
		}
	}
	switch len(found) {
	case 0:
		return nil, "", fmt.Errorf("service %q: %s names RPC service %q, for which none of its packages has generated code; known are %s",
			d.Service, s.attribute, name, quoteList(d.names()))
	case 1:
		return found[0], name, nil
	}
	return nil, "", fmt.Errorf("service %q: %s names RPC service %q, which may be of adapter %s or of %s; write one of %s",
		d.Service, s.attribute, name, found[0].Adapter, found[1].Adapter, quoteList(ways))
}

// of returns the RPC service of a framework, which it adds if need be.
func (d *Description) of(f *Framework, name string) *RPCService {
	for i := range d.RPCServices {
		if s := &d.RPCServices[i]; s.named() && s.Adapter == f.Adapter && s.Name == name {
			return s
		}
	}
	d.RPCServices = append(d.RPCServices, RPCService{
		Name: name, Adapter: f.Adapter, Codec: Bytes, Format: f.Format, Methods: []Method{}, AnyMethod: true,
	})
	return &d.RPCServices[len(d.RPCServices)-1]
}
