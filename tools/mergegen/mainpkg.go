package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/tools/mergegen/deadlines"
	"github.com/gomerge/rules_go_merge/tools/mergegen/mainpkg"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
	"github.com/gomerge/rules_go_merge/tools/mergegen/warning"
)

func mainCommand() *cobra.Command {
	var b mainpkg.Binary
	var services, lifecycles, hooks, choices, linkFiles, revisions, digests []string
	var out string
	cmd := &cobra.Command{
		Use:   "main",
		Short: "Generate the main package of a merged binary",
		Args:  params.Files,
		RunE: func(*cobra.Command, []string) error {
			var err error
			if b.Services, err = params.ParseAll(services, mainpkg.ParseService); err != nil {
				return err
			}
			if err := b.SetLifecycles(lifecycles); err != nil {
				return err
			}
			if err := b.SetRevisions(revisions); err != nil {
				return err
			}
			if err := b.SetDigests(digests); err != nil {
				return err
			}
			if err := readHooks(hooks, b.Services); err != nil {
				return err
			}
			if b.Deadlines, err = readDeadlines(choices, linkFiles); err != nil {
				return err
			}
			src, err := mainpkg.Generate(b)
			if err != nil {
				return err
			}
			return os.WriteFile(out, src, 0o666)
		},
	}
	f := cmd.Flags()
	f.StringVar(&b.Name, "name", "", "name of the merged binary")
	f.StringArrayVar(&services, "service", nil, "NAME=NAMESPACE=MAINPKGPATH=LISTEN=VERSION: service, in the order given")
	f.StringArrayVar(&lifecycles, "lifecycle", nil, "NAME=ON_EXIT=ON_PANIC=RESTART=MAX_INFLIGHT=CPU_LIMIT: what becomes of a service, in the words of the rules' attributes")
	f.StringArrayVar(&revisions, "revision", nil, "NAME=VARIABLE: variable of the main package that the linker sets to the revision of a service")
	f.StringArrayVar(&digests, "digest", nil, "NAME=FILE: digest of a service, written by digest")
	f.BoolVar(&b.StartAsListed, "start-as-listed", false, "start the services in the order given, and not by links")
	f.BoolVar(&b.SignalViews, "signal-views", false, "the services have views of package os/signal")
	f.StringArrayVar(&choices, "deadline", nil, "LINK=strict|cooperative: which deadlines the calls of a link have")
	f.StringArrayVar(&linkFiles, "links", nil, "links of one caller, written by glue, for --deadline to be one of them")
	f.StringArrayVar(&hooks, "hook", nil, "report of a hook in one of the services, written by overlay; what is wrong is printed")
	f.StringArrayVar(&b.Glue, "glue", nil, "import path of a package to link in")
	f.StringVarP(&out, "out", "o", "", "output: Go source")
	return params.Require(cmd, "name", "service", "out")
}

// readDeadlines returns the rules for the deadlines of links.
func readDeadlines(choices, linkFiles []string) ([]string, error) {
	byLink, err := pairs("--deadline", "LINK=strict|cooperative", choices)
	if err != nil {
		return nil, err
	}
	links, err := deadlines.Load(linkFiles)
	if err != nil {
		return nil, err
	}
	return deadlines.Rules(byLink, links)
}

// readHooks marks the services whose servers are not hooked, and prints what the
// build should tell about the hooks of a merged binary. It is here, since the main
// package is generated once for all services.
func readHooks(hooks []string, services []mainpkg.Service) error {
	printed := make(map[string]bool)
	for _, file := range hooks {
		report, err := hook.Load(file)
		if err != nil {
			return err
		}
		for i := range services {
			if s := &services[i]; s.Name == report.Service && hook.IsServer(report.Role) && !report.Hooked {
				s.Unhooked = true
			}
		}
		if text := warning.Of(report); text != "" && !printed[text] {
			printed[text] = true
			fmt.Fprintf(os.Stderr, "WARNING: %s\n", text)
		}
	}
	return nil
}
