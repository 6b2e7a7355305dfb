package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"difftest/idlgen"
)

// pair is a caller and a callee with the package that joins them.
type pair struct {
	name           string
	caller, callee *side
	refused        []idlgen.Refused
	programs       programs
	// skipped is why the Kitex tool does not make a pair of it.
	skipped error
}

// newPair lets neighbours in the numbering use other versions.
func newPair(name string, number int, programs programs, p idlgen.Pair) *pair {
	versions := []string{"v0.11.3", "v0.13.1", "v0.16.2"}
	n := len(versions)
	dir := filepath.Join(out, name)
	return &pair{
		name: name,
		caller: &side{p.Caller, name + ".caller", dir + "/caller", versions[number%n],
			`var client = store.MustNewClient("store")`},
		callee: &side{p.Callee, name + ".callee", dir + "/callee", versions[(number+1)%n],
			`var server = store.NewServer(nil)`},
		refused:  p.Refused,
		programs: programs,
	}
}

func (p *pair) sides() []*side { return []*side{p.caller, p.callee} }

// build generates all code of all pairs. It fails if mergegen does not do as it
// should.
func build(list []*pair) error {
	for _, p := range list {
		for _, s := range p.sides() {
			p.skipped = errors.Join(p.skipped, s.generate(p.programs))
		}
	}
	exports, err := export(list)
	if err != nil {
		return err
	}
	var failed []error
	var joined []*pair
	refused := 0
	for _, p := range list {
		switch {
		case p.skipped != nil:
			fmt.Printf("%s is skipped: %v\n", p.name, p.skipped)
			continue
		case len(p.refused) > 0:
			refused++
		default:
			joined = append(joined, p)
		}
		if err := p.glue(exports); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	// With a tool that refuses everything, everything would pass.
	if skipped := len(list) - len(joined) - refused; skipped > len(list)/4 {
		return fmt.Errorf("%d of %d pairs are skipped", skipped, len(list))
	}
	fmt.Printf("%d pairs of services; mergegen refuses %d more as it should\n", len(joined), refused)
	return register(joined)
}

// export compiles all structs and returns the flags that tell mergegen where
// their types are. Pairs that do not compile are skipped.
func export(list []*pair) ([]string, error) {
	args := []string{"list", "-e", "-export", "-f", `{{.ImportPath}}={{.Export}}={{with .Error}}{{printf "%q" .Err}}{{end}}`}
	for _, p := range list {
		if p.skipped == nil {
			args = append(args, slices.Concat(p.caller.packages(), p.callee.packages())...)
		}
	}
	cmd := exec.Command("go", args...)
	var log bytes.Buffer
	cmd.Stderr = &log
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &log)
	}
	var flags []string
	for line := range strings.Lines(string(output)) {
		parts := strings.SplitN(line, "=", 3)
		if parts[1] != "" {
			flags = append(flags, "--export="+parts[0]+"="+parts[1])
			continue
		}
		for _, p := range list {
			if strings.HasPrefix(parts[0], "difftest/"+out+"/"+p.name+"/") {
				p.skipped = fmt.Errorf("the generated code does not compile: %s", parts[2])
			}
		}
	}
	return flags, nil
}

// glue runs mergegen, which has to refuse what has to be refused.
func (p *pair) glue(exports []string) error {
	file := filepath.Join(out, p.name, "glue", "glue.go")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	own := slices.DeleteFunc(slices.Clone(exports), func(flag string) bool {
		return !strings.HasPrefix(flag, "--export=difftest/"+out+"/"+p.name+"/")
	})
	cmd := exec.Command(p.programs.mergegen, append(own, "glue", "--caller", p.caller.description(), "--callee", p.callee.description(),
		"--runtime-import", "difftest/runtime", "-o", file)...)
	output, err := cmd.CombinedOutput()
	if len(p.refused) == 0 {
		if err != nil {
			err = fmt.Errorf("mergegen refuses what fits: %w\n%s", err, output)
		}
		return err
	}
	if err == nil {
		return fmt.Errorf("mergegen accepts fields that do not fit: %v", p.refused)
	}
	var missing []error
	for _, r := range p.refused {
		if !names(string(output), r) {
			missing = append(missing, fmt.Errorf("mergegen does not name field %d, sent as %s and expected as %s:\n%s", r.ID, r.Sends, r.Expects, output))
		}
	}
	return errors.Join(missing...)
}

// names reports whether one of the errors in output names a field with both
// types.
func names(output string, r idlgen.Refused) bool {
	// The Kitex tool spells names in its own way.
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	for _, text := range strings.Split(output, "a type pair that cannot be converted") {
		if strings.Contains(text, fmt.Sprintf("(id %d)", r.ID)) &&
			strings.Contains(plain(text), plain(" sends "+r.Sends+" (")) && strings.Contains(plain(text), plain(" expects "+r.Expects+" (")) {
			return true
		}
	}
	return false
}
