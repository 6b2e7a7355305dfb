package merger

import (
	"maps"
	"runtime"
	"slices"
	"strings"
)

// describe finds the RPC services that the service serves and calls.
func (s *Service) describe() error {
	params := []string{"--service", s.Name, "--namespace", s.Name}
	types := make(map[string]*Package)
	for _, f := range s.frameworks {
		part, err := s.describeFramework(f, types)
		if err != nil {
			return err
		}
		params = append(params, "--part", f.name+"="+part)
		if f.Text("callee_by") == "target" {
			params = append(params, "--callee-by-target", f.name)
		}
	}
	for _, target := range s.Targets {
		params = append(params, "--target", target)
	}
	s.types = slices.Sorted(maps.Keys(types))
	s.description = s.File("description.json")
	return s.runMergegen("describe", append(params, "-o", s.description))
}

// describeFramework runs a framework's describer, and returns what it writes. It adds
// the packages with request and result types that are converted.
func (s *Service) describeFramework(f *framework, types map[string]*Package) (part string, err error) {
	isFramework := func(path string) bool {
		within := func(prefix string) bool { return strings.HasPrefix(path, prefix) }
		return slices.ContainsFunc(f.Texts("framework_prefixes"), within) && !slices.ContainsFunc(f.Texts("message_prefixes"), within)
	}
	generated, users := make(map[string]*Package), make(map[string]*Package)
	candidates := make(map[string]bool)
	importsAll := func(p *Package, markers []string) bool {
		return !slices.ContainsFunc(markers, func(path string) bool { return !slices.Contains(p.Imports, path) })
	}
	for _, p := range s.packages {
		if markers := f.Texts("message_markers"); len(markers) > 0 && importsAll(p, markers) {
			types[p.ImportPath] = p
		}
		if !importsAll(p, f.Texts("service_markers")) || isFramework(p.ImportPath) {
			continue
		}
		candidates[p.ImportPath] = true
		generated[p.ImportPath] = p
		if hasTypes, given := f.Struct["message_types"]; given && hasTypes == false {
			continue
		}
		for path, reached := range s.reach(p, isFramework) {
			generated[path] = reached
		}
		maps.Copy(types, generated)
	}
	for _, p := range s.packages {
		if slices.ContainsFunc(p.Imports, func(path string) bool { return candidates[path] }) {
			users[p.ImportPath] = p
		}
	}
	part = s.File("part.json")
	params := []string{"--goos", runtime.GOOS, "--goarch", runtime.GOARCH, "-o", part}
	for _, path := range slices.Sorted(maps.Keys(generated)) {
		params = append(params, "--package", described(generated[path]))
	}
	for _, path := range slices.Sorted(maps.Keys(users)) {
		params = append(params, "--user", described(users[path]))
	}
	file, err := s.write("params", strings.Join(params, "\n")+"\n")
	if err != nil {
		return "", err
	}
	_, err = s.Run("", f.describer, "@"+file)
	return part, err
}

func described(p *Package) string {
	source, _ := split(p.sources())
	return p.ImportPath + "=" + strings.Join(source, ",")
}
