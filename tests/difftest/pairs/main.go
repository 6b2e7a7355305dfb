// Pairs generates the code of pairs of services: those of the archives in
// testdata and random ones. Both sides' structs come from the Kitex tool, the
// conversions between them from mergegen. See README.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"difftest/idlgen"
)

// out is where everything is written; its packages are difftest/gen/pairs/....
const out = "gen/pairs"

func main() {
	seed := flag.Int64("seed", 1, "`seed` of the first random pair; the next one is of the next seed")
	count := flag.Int("n", 20, "number of random pairs")
	var programs programs
	flag.StringVar(&programs.mergegen, "mergegen", "", "`path` of mergegen")
	flag.StringVar(&programs.describer, "describer", "", "`path` of the adapter's describer")
	print := flag.Bool("print", false, "print the first pair as an archive for testdata, and do nothing else")
	flag.Parse()
	if *print {
		os.Stdout.Write(txtar.Format(archive(idlgen.Random(*seed))))
		return
	}
	if err := run(*seed, *count, programs); err != nil {
		fmt.Fprintln(os.Stderr, "pairs:", err)
		os.Exit(1)
	}
}

// programs are paths of what is tested.
type programs struct{ mergegen, describer string }

func run(seed int64, count int, programs programs) error {
	var list []*pair
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		return err
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		list = append(list, newPair(name, len(list), programs, fromArchive(a)))
	}
	for i := range int64(count) {
		list = append(list, newPair(fmt.Sprint("seed", seed+i), int(seed+i), programs, idlgen.Random(seed+i)))
	}
	return build(list)
}

// An archive has the files caller/main.thrift and so on; the options of the
// Kitex tool are the words of caller/options.
const optionsFile = "options"

func archive(p idlgen.Pair) *txtar.Archive {
	a := new(txtar.Archive)
	add := func(name, text string) {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	for _, s := range []struct {
		name string
		idlgen.Side
	}{{"caller", p.Caller}, {"callee", p.Callee}} {
		if len(s.Options) > 0 {
			add(s.name+"/"+optionsFile, strings.Join(s.Options, " ")+"\n")
		}
		for name, text := range s.Files {
			add(s.name+"/"+name, text)
		}
	}
	return a
}

func fromArchive(a *txtar.Archive) idlgen.Pair {
	p := idlgen.Pair{
		Caller: idlgen.Side{Files: make(map[string]string)},
		Callee: idlgen.Side{Files: make(map[string]string)},
	}
	for _, f := range a.Files {
		dir, name, _ := strings.Cut(f.Name, "/")
		side := map[string]*idlgen.Side{"caller": &p.Caller, "callee": &p.Callee}[dir]
		switch {
		case side == nil:
		case name == optionsFile:
			side.Options = strings.Fields(string(f.Data))
		default:
			side.Files[name] = string(f.Data)
		}
	}
	return p
}
