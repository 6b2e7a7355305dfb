package debuginfo

import (
	"bytes"
	"debug/elf"
	"debug/gosym"
	"debug/macho"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// symbol is a function from its first byte to the next function's.
type symbol struct {
	name       string
	entry, end uint64
	file       string
	line       int
}

// open reads the table of functions of a Go program, in the order of their
// addresses. The runtime needs it for stack traces, so that stripped programs
// have it, too.
func open(file string) ([]symbol, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parse(data)
}

func parse(program []byte) (symbols []symbol, err error) {
	defer func() {
		// The debug packages do not promise to survive every damaged file.
		if r := recover(); r != nil {
			err = fmt.Errorf("it is damaged: %v", r)
		}
	}()
	var lines []byte
	var text uint64
	if bytes.HasPrefix(program, []byte(elf.ELFMAG)) {
		lines, text, err = readELF(program)
	} else {
		lines, text, err = readMachO(program)
	}
	if err != nil {
		return nil, err
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, text))
	if err != nil {
		return nil, err
	}
	for _, f := range table.Funcs {
		file, line, _ := table.PCToLine(f.Entry)
		symbols = append(symbols, symbol{f.Name, f.Entry, f.End, file, line})
	}
	if len(symbols) == 0 {
		return nil, errors.New("its table of functions is empty, or from an unknown Go version")
	}
	return symbols, nil
}

var errNoTable = errors.New("it has no table of functions: it is not a program that Go linked")

// Where Go's code begins is the value of a symbol. A stripped program has it in
// its module data, a struct of the runtime: this many words from its start.
const (
	textSymbol = "runtime.text"
	textWord   = 22
)

func readELF(program []byte) (lines []byte, text uint64, err error) {
	f, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return nil, 0, err
	}
	table := f.Section(".gopclntab")
	if table == nil {
		table = f.Section(".data.rel.ro.gopclntab")
	}
	code := f.Section(".text")
	if table == nil || code == nil {
		return nil, 0, errNoTable
	}
	if lines, err = table.Data(); err != nil {
		return nil, 0, err
	}
	symbols, err := f.Symbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, 0, err
	}
	for _, s := range symbols {
		if s.Name == textSymbol {
			return lines, s.Value, nil
		}
	}
	module := f.Section(".go.module")
	if module == nil {
		return lines, code.Addr, nil
	}
	// A C linker puts its own code before Go's.
	header, err := word(f, module, 0)
	if err != nil {
		return nil, 0, err
	}
	if text, err = word(f, module, textWord); err != nil {
		return nil, 0, err
	}
	if header != table.Addr || text < code.Addr || text >= code.Addr+code.Size {
		return nil, 0, errors.New("it is stripped, and its module data matches no known Go version: build it with --strip=never")
	}
	return lines, text, nil
}

// word returns the i-th pointer of a section. In a program that can be loaded at
// any address, pointers are only in the list of what the loader has to change.
func word(f *elf.File, section *elf.Section, i uint64) (uint64, error) {
	size := uint64(8)
	if f.Class == elf.ELFCLASS32 {
		size = 4
	}
	data, err := section.Data()
	if err != nil {
		return 0, err
	}
	if uint64(len(data)) < (i+1)*size {
		return 0, errors.New("its module data is too short")
	}
	value := number(f.ByteOrder, data[i*size:(i+1)*size])
	if value != 0 || f.Type != elf.ET_DYN {
		return value, nil
	}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA {
			continue
		}
		entries, err := s.Data()
		if err != nil {
			return 0, err
		}
		// An entry is three words: the place, the kind, and what to add to the
		// program's address.
		for ; uint64(len(entries)) >= 3*size; entries = entries[3*size:] {
			if number(f.ByteOrder, entries[:size]) == section.Addr+i*size {
				return number(f.ByteOrder, entries[2*size:3*size]), nil
			}
		}
	}
	return 0, nil
}

func number(order binary.ByteOrder, b []byte) uint64 {
	if len(b) == 4 {
		return uint64(order.Uint32(b))
	}
	return order.Uint64(b)
}

func readMachO(program []byte) (lines []byte, text uint64, err error) {
	f, err := macho.NewFile(bytes.NewReader(program))
	if err != nil {
		return nil, 0, errors.New("it is neither an ELF nor a Mach-O file")
	}
	table, code := f.Section("__gopclntab"), f.Section("__text")
	if table == nil || code == nil {
		return nil, 0, errNoTable
	}
	if lines, err = table.Data(); err != nil {
		return nil, 0, err
	}
	if f.Symtab != nil {
		for _, s := range f.Symtab.Syms {
			if s.Name == textSymbol || s.Name == "_"+textSymbol {
				return lines, s.Value, nil
			}
		}
	}
	return lines, code.Addr, nil
}
