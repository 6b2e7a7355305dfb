// Package describe is what a framework's adapter and the build tell each other
// about a service: the build, which packages it consists of, and the adapter,
// which RPC services these serve and call.
//
// An adapter's describer is a program that [Main] makes of a function. It can be
// in another language, too: docs/adapters.md has its flags and the JSON that it
// writes.
package describe

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// Description is what the build knows about one service's RPC services. An
// adapter's describer writes one for the packages that its framework generated;
// the build joins them, see [Join].
type Description struct {
	// Service is the name of the service. The build sets it.
	Service string `json:"service,omitempty"`
	// Namespace is the prefix that the service's packages are compiled under.
	// The build sets it.
	Namespace string `json:"namespace,omitempty"`
	// Targets are patterns of the targets that mean the service, for frameworks
	// whose clients are connections. The build sets them.
	Targets []string `json:"targets,omitempty"`
	// RPCServices holds the RPC services of all generated packages, and those that
	// the BUILD file names, sorted by name, then by import path and adapter.
	RPCServices []RPCService `json:"rpc_services"`
	// ValidatesSets holds the import paths of generated packages whose encoders
	// refuse sets with duplicates.
	ValidatesSets []string `json:"validates_sets,omitempty"`
	// Defaults holds the fields of generated structs to which the IDL gives a
	// default, as "<importpath>.<type>.<field>".
	Defaults []string `json:"defaults,omitempty"`
}

// RPCService is one RPC service of one generated package.
type RPCService struct {
	// Name is the RPC service's name on the wire, as in the IDL.
	Name string `json:"name"`
	// PackageName is the IDL's package or namespace, empty if unknown.
	PackageName string `json:"package_name"`
	// ImportPath is the path that the generated package is compiled under,
	// without the namespace. It is empty for an RPC service that a BUILD file
	// names.
	ImportPath string `json:"importpath"`
	// Adapter is the label of the adapter that describes it. The build sets it.
	Adapter string `json:"adapter,omitempty"`
	// CalleeBy is "target" if what a client dials decides which service it calls,
	// and empty if that is the one that serves the RPC service. The build sets it,
	// as the adapter says.
	CalleeBy string `json:"callee_by,omitempty"`
	// Codec is how messages are encoded: "thrift" or "protobuf" if the build is
	// to convert the structs, "bytes" if the adapter's hooks hand over what the
	// service's own codec makes of them, or "unknown" for RPCs.
	Codec string `json:"codec"`
	// Format is the name of the encoding with the codec "bytes". Calls are inline
	// between sides with the same one.
	Format string `json:"format,omitempty"`
	// Marshaler is the import path of the package with which the arguments and
	// results of protobuf methods are encoded. With the codec "bytes", it is that of
	// the package whose messages may be converted in place of crossing as bytes.
	Marshaler string `json:"marshaler,omitempty"`
	// Methods is sorted by name.
	Methods []Method `json:"methods"`
	// AnyMethod is set if the service may call, or serves, methods that Methods
	// does not have. They are not oneway. It is for the codec "bytes" only.
	AnyMethod bool `json:"any_method,omitempty"`
	// Served and Called say whether the service makes a server and a client.
	Served bool `json:"served"`
	Called bool `json:"called"`
	// Positions says where each of this is written.
	Positions Positions `json:"positions"`
}

// Codecs of an [RPCService].
const (
	Thrift   = "thrift"
	Protobuf = "protobuf"
	Bytes    = "bytes"
	Unknown  = "unknown"
)

// ByTarget is the CalleeBy of an [RPCService] that is called over connections.
const ByTarget = "target"

// Method is one method of an RPC service.
type Method struct {
	// Name is the method's name on the wire.
	Name string `json:"name"`
	// Args and Result name the generated structs as "<importpath>.<type>", with the
	// codec "bytes" the messages. They are empty if that is not known, and Result is
	// for a oneway method.
	Args   string `json:"args"`
	Result string `json:"result,omitempty"`
	OneWay bool   `json:"oneway"`
	// Streaming is set for every method that is called through a stream. Of
	// thrift, that includes unary methods of streaming transports. The messages of
	// streams cross as bytes, unless the codec is "bytes" and they may do without.
	Streaming bool `json:"streaming"`
}

// Positions holds source positions as "file:line".
type Positions struct {
	// Defined is where the generated package lists the methods.
	Defined string `json:"defined"`
	// Served and Called are the references in user code that make the RPC
	// service served or called, in file order.
	Served []string `json:"served,omitempty"`
	Called []string `json:"called,omitempty"`
}

// ServedAt notes that the service makes a server at a position, "file:line".
func (s *RPCService) ServedAt(position string) {
	s.Served = true
	s.Positions.Served = append(s.Positions.Served, position)
}

// CalledAt notes that the service makes a client at a position, "file:line".
func (s *RPCService) CalledAt(position string) {
	s.Called = true
	s.Positions.Called = append(s.Positions.Called, position)
}

// SplitType splits "<importpath>.<type>" as found in [Method].
func SplitType(name string) (importPath, typeName string) {
	dir, base := path.Split(name)
	if i := strings.LastIndexByte(base, '.'); i >= 0 {
		return dir + base[:i], base[i+1:]
	}
	return "", name
}

// CompiledPath is the path that package importPath is compiled under.
func (d *Description) CompiledPath(importPath string) string {
	if d.Namespace == "" {
		return importPath
	}
	return d.Namespace + "/" + importPath
}

func (d *Description) names() []string {
	var names []string
	for _, s := range d.RPCServices {
		names = append(names, s.Name)
	}
	return slices.Compact(names)
}

func quoteList(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}

// Load reads a service's description from a JSON file.
func Load(file string) (*Description, error) {
	d, err := read(file)
	if err != nil {
		return nil, err
	}
	if d.Service == "" {
		return nil, fmt.Errorf("%s: not a service description: no service name", file)
	}
	return d, nil
}

// LoadPart reads what the describer of an adapter wrote.
func LoadPart(adapter, file string) (*Description, error) {
	d, err := read(file)
	if err != nil {
		return nil, err
	}
	for i := range d.RPCServices {
		s := &d.RPCServices[i]
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("%s, which the describer of adapter %s wrote: %w", file, adapter, err)
		}
		s.Adapter = adapter
	}
	return d, nil
}

func read(file string) (*Description, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var d Description
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("%s: not a service description: %w", file, err)
	}
	return &d, nil
}

// check returns an error for what no describer should write.
func (s *RPCService) check() error {
	switch {
	case s.Name == "":
		return fmt.Errorf("an RPC service of package %q has no name", s.ImportPath)
	case s.ImportPath == "":
		return fmt.Errorf("RPC service %q has no importpath", s.Name)
	case !slices.Contains([]string{Thrift, Protobuf, Bytes, Unknown}, s.Codec):
		return fmt.Errorf("RPC service %q has the codec %q; want %q, %q, %q or %q", s.Name, s.Codec, Thrift, Protobuf, Bytes, Unknown)
	case s.Codec == Bytes && s.Format == "":
		return fmt.Errorf("RPC service %q has the codec %q and no format, by which the two sides of a call are compared", s.Name, Bytes)
	case s.Codec != Bytes && s.AnyMethod:
		return fmt.Errorf("RPC service %q has any_method, which is for the codec %q, and the codec %q", s.Name, Bytes, s.Codec)
	}
	for _, m := range s.Methods {
		if m.Name == "" {
			return fmt.Errorf("RPC service %q has a method without a name", s.Name)
		}
	}
	return nil
}

// Join returns the description of a service from what the describers wrote about
// it.
func Join(service, namespace string, parts []*Description) *Description {
	d := &Description{Service: service, Namespace: namespace, RPCServices: []RPCService{}}
	for _, part := range parts {
		d.RPCServices = append(d.RPCServices, part.RPCServices...)
		d.ValidatesSets = append(d.ValidatesSets, part.ValidatesSets...)
		d.Defaults = append(d.Defaults, part.Defaults...)
	}
	d.Sort()
	return d
}

// Sort brings a description in the order that files have.
func (d *Description) Sort() {
	slices.SortFunc(d.RPCServices, func(a, b RPCService) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ImportPath, b.ImportPath), cmp.Compare(a.Adapter, b.Adapter))
	})
	slices.Sort(d.ValidatesSets)
	slices.Sort(d.Defaults)
}

// Save writes the description as JSON.
func (d *Description) Save(file string) error {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o666)
}
