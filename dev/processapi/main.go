// Processapi lists the functions, variables and methods of the standard library
// that read or change what a process has once, and what becomes of that in a
// merged binary.
//
//	bazel run //dev/processapi              # of the SDKs that CI has
//	go run ./dev/processapi                 # of the go command's SDK
//	go run ./dev/processapi --sdk DIR...    # of these
//
// It reads what the packages export from the sources of the SDKs. table.txt has
// the decisions, which people make. What has none fails.
package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

func main() {
	var dirs []string
	var all bool
	cmd := &cobra.Command{
		Use:           "processapi",
		Short:         "List what reads or changes what a process has once",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error {
			return list(dirs, all)
		},
	}
	cmd.Flags().StringArrayVar(&dirs, "sdk", nil, "folder of a Go SDK; once for each version")
	cmd.Flags().BoolVar(&all, "all", false, "also list what does neither")
	if err := cmd.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "processapi:", err)
		os.Exit(1)
	}
}

func list(dirs []string, all bool) error {
	sdks, err := open(dirs)
	if err != nil {
		return err
	}
	exported, err := api(sdks)
	if err != nil {
		return err
	}
	of, err := decided()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	for _, s := range sorted(of) {
		outside := !isWalked(s.pkg)
		if e := of[s]; (exported[s] || outside) && (all || e.decision != none) {
			fmt.Fprintf(w, "%v\t%s\t%s\n", s, e.decision, e.why)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return undecided(exported, of)
}

// undecided returns an error that names what is exported and has no decision,
// nil if there is nothing.
func undecided(exported map[symbol]bool, of map[symbol]*entry) error {
	var names strings.Builder
	for _, s := range sorted(exported) {
		if of[s] == nil {
			fmt.Fprintf(&names, "  %v\n", s)
		}
	}
	if names.Len() == 0 {
		return nil
	}
	return fmt.Errorf("dev/processapi/table.txt has no decision for\n%sRead what each does to what a process has once, and add it to an entry:\n"+
		"own, owner and permission need code in merge/std, shared a word in docs/isolation.md.", names.String())
}

// open returns the SDKs in some folders. If there are none, these are the test
// environment's, or else the go command's.
func open(dirs []string) ([]*closure.SDK, error) {
	if len(dirs) == 0 {
		var err error
		if dirs, err = gosdk.Find(); err != nil {
			return nil, err
		}
	}
	return gosdk.Open(dirs)
}

func sorted[V any](symbols map[symbol]V) []symbol {
	return slices.SortedFunc(maps.Keys(symbols), func(a, b symbol) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	})
}
