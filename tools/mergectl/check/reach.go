package check

import "github.com/gomerge/rules_go_merge/tools/mergectl/workspace"

// reach returns the folders of the packages that services have in the repository,
// their main packages first.
func reach(w *workspace.Workspace, services ...*workspace.Service) []string {
	var dirs []string
	seen := make(map[string]bool)
	add := func(dir string) {
		if !seen[dir] && w.Tree.Package(dir) != nil {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	for _, s := range services {
		add(s.Dir)
	}
	for i := 0; i < len(dirs); i++ {
		for _, importPath := range w.Tree.Package(dirs[i]).Imports {
			if m := w.ModuleWith(importPath); m != nil {
				add(m.Folder(importPath))
			}
		}
	}
	return dirs
}
