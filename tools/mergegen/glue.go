package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/internal/hook"
	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/glue"
	"github.com/gomerge/rules_go_merge/tools/mergegen/params"
)

func glueCommand() *cobra.Command {
	var caller, out, manifestFile string
	var callees, hooks, exports, choices []string
	var c glue.Config
	cmd := &cobra.Command{
		Use:   "glue [flags] [@params]",
		Short: "Generate the package that joins a service to those it calls",
		Long: `Glue generates a Go file that registers a link for each RPC service that
the caller calls and one of the callees serves, with the conversions between
both sides' copies of the request and result types.`,
		Args: params.Files,
	}
	flags := cmd.Flags()
	flags.StringVar(&caller, "caller", "", "description of the calling service, written by describe")
	flags.StringArrayVar(&callees, "callee", nil, "description of a service that may be called")
	flags.StringArrayVar(&hooks, "hook", nil, "report of a hook in one of the services, written by overlay")
	flags.StringArrayVar(&c.Share, "share", nil, "service with which the caller shares memory")
	flags.StringArrayVar(&choices, "choose", nil, "callee of an RPC service that several services serve, as RPCSERVICE=SERVICE")
	flags.StringArrayVar(&exports, "export", nil, "export data of a package, as COMPILEDPATH=FILE")
	flags.StringVar(&c.RuntimeImport, "runtime-import", naming.Runtime, "import path of merge/runtime, or of what takes its place in a test")
	flags.StringVar(&c.Package, "package", "glue", "name of the generated package")
	flags.StringVarP(&out, "out", "o", "", "Go file to write")
	flags.StringVar(&manifestFile, "manifest", "", "JSON file to write, which lists the links")
	cmd.RunE = func(*cobra.Command, []string) error {
		var err error
		if c.Caller, err = describe.Load(caller); err != nil {
			return err
		}
		for _, file := range callees {
			callee, err := describe.Load(file)
			if err != nil {
				return err
			}
			c.Callees = append(c.Callees, callee)
		}
		if c.Hooks, err = params.ParseAll(hooks, hook.Load); err != nil {
			return err
		}
		files, err := pairs("--export", "COMPILEDPATH=FILE", exports)
		if err != nil {
			return err
		}
		if c.Choices, err = pairs("--choose", "RPCSERVICE=SERVICE", choices); err != nil {
			return err
		}
		c.Types = glue.NewExports(files)
		source, manifest, err := glue.Generate(c)
		if err != nil {
			return err
		}
		if err := os.WriteFile(out, source, 0o666); err != nil {
			return err
		}
		if manifestFile == "" {
			return nil
		}
		return manifest.Save(manifestFile)
	}
	return params.Require(cmd, "caller", "out")
}

// pairs parses the values of a flag that have the form key=value.
func pairs(flag, form string, args []string) (map[string]string, error) {
	m := make(map[string]string, len(args))
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, fmt.Errorf("%s %q is not of the form %s", flag, arg, form)
		}
		m[key] = value
	}
	return m, nil
}
