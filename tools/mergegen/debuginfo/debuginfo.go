// Package debuginfo reports which functions of a merged binary belong to a
// service, so that its size, profiles and crash addresses can be attributed.
package debuginfo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Service is what is to be known of a service.
type Service struct {
	Name string
	// Namespace is the prefix of the service's packages.
	Namespace string
	// Main is the path of its main package, without the namespace.
	Main string
}

// ParseService reads a Service from the form NAME=NAMESPACE=MAIN.
func ParseService(text string) (Service, error) {
	parts := strings.Split(text, "=")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return Service{}, fmt.Errorf("service %q is not of the form NAME=NAMESPACE=MAIN", text)
	}
	return Service{Name: parts[0], Namespace: parts[1], Main: parts[2]}, nil
}

// Info is the debug information of one service.
type Info struct {
	Service   string `json:"service"`
	Namespace string `json:"namespace"`
	// Code counts the service's code, and Binary all code of the merged binary.
	Code   Code `json:"code"`
	Binary Code `json:"binary"`
	// Packages are in the order of their import paths.
	Packages []*Package `json:"packages"`

	byPath map[string]*Package
}

// Code counts machine code.
type Code struct {
	Functions int    `json:"functions"`
	Bytes     uint64 `json:"bytes"`
}

// Package has the import path that it has in the service's own binary.
type Package struct {
	ImportPath string     `json:"importpath"`
	Bytes      uint64     `json:"bytes"`
	Functions  []Function `json:"functions"`
}

// Function is one that the linker kept. One that is inlined wherever it is
// called is none: its code counts for its callers.
type Function struct {
	// Name is that in the merged binary, as traces have it.
	Name string `json:"name"`
	// Original is the name in the service's own binary.
	Original string `json:"original"`
	// File is the original file, and Line where the code begins.
	File string `json:"file"`
	Line int    `json:"line"`
	// Address is the address of the first byte, such as "0x47ab20".
	Address string `json:"address"`
	// Bytes is the length up to the next function.
	Bytes uint64 `json:"bytes"`
}

// Read returns the debug information of each service of a merged binary, in the
// order of services.
func Read(file string, services []Service) ([]*Info, error) {
	symbols, err := open(file)
	if err != nil {
		return nil, fmt.Errorf("debug information of %s: %w", file, err)
	}
	infos, err := collect(symbols, services)
	if err != nil {
		return nil, fmt.Errorf("debug information of %s: %w", file, err)
	}
	return infos, nil
}

func collect(symbols []symbol, services []Service) ([]*Info, error) {
	infos := make([]*Info, len(services))
	for i, s := range services {
		infos[i] = &Info{Service: s.Name, Namespace: s.Namespace, byPath: map[string]*Package{}}
	}
	var all Code
	for _, s := range symbols {
		all.add(s)
		if owner, ok := ownerOf(s.name, services); ok {
			infos[owner].add(s, &services[owner])
		}
	}
	for i, info := range infos {
		if len(info.Packages) == 0 {
			return nil, fmt.Errorf("it has no function of service %s, under %s/", services[i].Name, services[i].Namespace)
		}
		info.Binary = all
		// Functions are in the order of their addresses already.
		slices.SortFunc(info.Packages, func(a, b *Package) int { return cmp.Compare(a.ImportPath, b.ImportPath) })
	}
	return infos, nil
}

func (c *Code) add(s symbol) {
	c.Functions++
	c.Bytes += s.end - s.entry
}

func (info *Info) add(s symbol, of *Service) {
	info.Code.add(s)
	path, original := of.without(s.name)
	p := info.byPath[path]
	if p == nil {
		p = &Package{ImportPath: path}
		info.byPath[path] = p
		info.Packages = append(info.Packages, p)
	}
	p.Bytes += s.end - s.entry
	p.Functions = append(p.Functions, Function{
		Name:     s.name,
		Original: original,
		File:     s.file,
		Line:     s.line,
		Address:  fmt.Sprintf("%#x", s.entry),
		Bytes:    s.end - s.entry,
	})
}
