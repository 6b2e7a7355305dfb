package versions

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// merge links services into one program and returns its file.
func (b *builder) merge(name string, services ...*service) (string, error) {
	var hooks, callees, exports, mains, glues []string
	imports := maps.Clone(b.originals)
	objects := make(map[string]string)
	for path, original := range b.originals {
		objects[path] = original.object
	}
	for _, s := range services {
		for _, report := range s.hooks {
			hooks = append(hooks, "--hook", report)
		}
		callees = append(callees, "--callee", s.description)
		for _, path := range s.types {
			exports = append(exports, "--export", s.name+"/"+path+"="+s.archives[path].export)
		}
		for _, a := range s.archives {
			imports[a.path] = imported{a.path, a.archive}
			objects[a.path] = a.object
		}
	}
	for _, s := range services {
		source, path := b.file("glue.go"), name+".glue/"+s.name
		params := slices.Concat([]string{"--caller", s.description, "--runtime-import", runtimePath, "--package", "glue", "-o", source, "--manifest", b.file("links.json")}, callees, hooks, exports)
		if err := b.runMergegen("glue", params); err != nil {
			return "", err
		}
		a, err := b.compile(path, []string{source}, "", imports)
		if err != nil {
			return "", err
		}
		imports[path], objects[path] = imported{path, a}, a.object
		glues = append(glues, "--glue", path)
		mains = append(mains, "--service", fmt.Sprintf("%s=%s=%s/%s=%t=", s.name, s.name, s.name, mainPath, s.listen),
			"--lifecycle", s.name+"=stop=crash=never=0=")
	}
	source := b.file("main.go")
	params := slices.Concat([]string{"--name", name, "--signal-views", "--runtime-import", runtimePath, "-o", source}, mains, glues, hooks)
	if err := b.runMergegen("main", params); err != nil {
		return "", err
	}
	main, err := b.compile("main", []string{source}, "", imports)
	if err != nil {
		return "", err
	}
	return b.link(name, main.object, objects, services)
}

// link links a program from object files by path.
func (b *builder) link(name, main string, objects map[string]string, services []*service) (string, error) {
	var config strings.Builder
	for path, file := range objects {
		fmt.Fprintf(&config, "packagefile %s=%s\n", path, file)
	}
	importcfg, err := b.write("importcfg", config.String())
	if err != nil {
		return "", err
	}
	var settings []any
	for _, s := range services {
		// Of variables, the services inherit all.
		settings = append(settings, []any{s.name, [][2]string{}, []string{"*"}, []string{}, "", []any{}})
	}
	setting, err := json.Marshal(settings)
	if err != nil {
		return "", err
	}
	file := b.file(name)
	_, err = b.run(b.dir, "link", "-importcfg", importcfg, "-X", runtimePath+"/process.settings="+string(setting),
		"-X", "runtime.godebugDefault=tracebacklabels=1", "-s", "-w", "-o", file, main)
	return file, err
}
