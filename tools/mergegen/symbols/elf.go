package symbols

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	comdatGroup  = 1 // GRP_COMDAT
	stbGNUUnique = elf.SymBind(10)
)

func (c *contents) readELF(data []byte) error {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if f.Type == elf.ET_DYN {
		return c.readELFLibrary(f)
	}
	for _, s := range f.Sections {
		c.variables = c.variables || s.Size > 0 && holdsVariables(s)
	}
	symbols, err := f.Symbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil
	}
	if err != nil {
		return err
	}
	merged, err := comdatSections(f)
	if err != nil {
		return err
	}
	code := newELFCode(f, symbols)
	for _, s := range symbols {
		if kind := elf.ST_TYPE(s.Info); s.Section == elf.SHN_COMMON || (kind == elf.STT_OBJECT || kind == elf.STT_TLS) && code.variable(s) {
			c.variables = true
			c.variableNames[s.Name] = true
		}
		bind := elf.ST_BIND(s.Info)
		switch {
		case bind == elf.STB_LOCAL:
		case s.Name == "__gnu_lto_slim":
			return errLTO
		case s.Section == elf.SHN_UNDEF:
			c.needed[s.Name] = true
		case bind == elf.STB_GLOBAL && !merged[s.Section]:
			c.strong[s.Name] = true
		default:
			digest, err := code.digest(s)
			if err != nil {
				return fmt.Errorf("symbol %s: %w", s.Name, err)
			}
			c.addWeak(s.Name, digest, code.variable(s))
		}
	}
	return nil
}

// readELFLibrary adds a shared library. Its code is not compared.
func (c *contents) readELFLibrary(f *elf.File) error {
	// Every one has some for its start, so those that count are not seen.
	c.variables = true
	c.dynamic = true
	if names, err := f.DynString(elf.DT_SONAME); err == nil && len(names) > 0 {
		c.name = names[0]
	}
	symbols, err := f.DynamicSymbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range symbols {
		switch s.Name {
		case "_init", "_fini", "_edata", "_end", "__bss_start":
			continue // written by linkers, for the library alone
		}
		bind := elf.ST_BIND(s.Info)
		switch {
		case bind == elf.STB_LOCAL:
		case s.Section == elf.SHN_UNDEF:
			c.needed[s.Name] = true
		case s.Section == elf.SHN_ABS: // names of versions
		case bind == elf.STB_GLOBAL:
			c.strong[s.Name] = true
		default:
			c.addWeak(s.Name, "", false)
		}
	}
	return nil
}

// holdsVariables reports whether a program can write to a section after its
// start.
func holdsVariables(s *elf.Section) bool {
	if s.Flags&elf.SHF_ALLOC == 0 || s.Flags&elf.SHF_WRITE == 0 || s.Type != elf.SHT_PROGBITS && s.Type != elf.SHT_NOBITS {
		return false
	}
	for _, constant := range []string{".data.rel.ro", ".data.rel.local.DW.ref.", ".ctors", ".dtors", ".tm_clone_table"} {
		if strings.HasPrefix(s.Name, constant) {
			return false
		}
	}
	return true
}

// comdatSections finds the sections of which a linker keeps one copy, such as
// the helper functions that compilers put into many objects.
func comdatSections(f *elf.File) (map[elf.SectionIndex]bool, error) {
	merged := map[elf.SectionIndex]bool{}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_GROUP {
			continue
		}
		data, err := s.Data()
		if err != nil {
			return nil, err
		}
		if len(data) < 4 || f.ByteOrder.Uint32(data)&comdatGroup == 0 {
			continue
		}
		for data = data[4:]; len(data) >= 4; data = data[4:] {
			merged[elf.SectionIndex(f.ByteOrder.Uint32(data))] = true
		}
	}
	return merged, nil
}

// elfCode compares what an object defines with what others do.
type elfCode struct {
	file        *elf.File
	symbols     []elf.Symbol
	data        map[elf.SectionIndex][]byte
	relocations map[elf.SectionIndex][]relocation
}

type relocation struct {
	offset, symbol uint64
	kind           uint32
	addend         int64
}

func newELFCode(f *elf.File, symbols []elf.Symbol) *elfCode {
	return &elfCode{f, symbols, map[elf.SectionIndex][]byte{}, nil}
}

func (e *elfCode) section(i elf.SectionIndex) *elf.Section {
	if i <= elf.SHN_UNDEF || int(i) >= len(e.file.Sections) {
		return nil
	}
	return e.file.Sections[i]
}

func (e *elfCode) variable(s elf.Symbol) bool {
	section := e.section(s.Section)
	return section != nil && holdsVariables(section)
}

// content returns a section's bytes, none for what is all zeros.
func (e *elfCode) content(i elf.SectionIndex) ([]byte, error) {
	if data, ok := e.data[i]; ok {
		return data, nil
	}
	var data []byte
	if s := e.section(i); s != nil && s.Type == elf.SHT_PROGBITS {
		var err error
		if data, err = s.Data(); err != nil {
			return nil, err
		}
	}
	e.data[i] = data
	return data, nil
}

// digest returns what is the same for two copies of one function: its bytes,
// and the names and constants that it refers to.
func (e *elfCode) digest(s elf.Symbol) (string, error) {
	if s.Size == 0 || e.section(s.Section) == nil {
		return "", nil
	}
	data, err := e.content(s.Section)
	if err != nil {
		return "", err
	}
	if err := e.readRelocations(); err != nil {
		return "", err
	}
	end := s.Value + s.Size
	if end < s.Value {
		return "", errors.New("it does not end")
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n", s.Size)
	if end <= uint64(len(data)) {
		hash.Write(data[s.Value:end])
	}
	all := e.relocations[s.Section]
	from, _ := slices.BinarySearchFunc(all, s.Value, func(r relocation, at uint64) int { return cmp.Or(cmp.Compare(r.offset, at), 1) })
	for _, r := range all[from:] {
		if r.offset >= end {
			break
		}
		target, err := e.target(r)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "\n%d %d %q", r.offset-s.Value, r.kind, target)
	}
	return string(hash.Sum(nil)), nil
}

// target describes what a relocation refers to. Of local names, which differ
// between copies, it is the constant that they stand for, if it is one.
func (e *elfCode) target(r relocation) (string, error) {
	if r.symbol == 0 || r.symbol > uint64(len(e.symbols)) {
		return "", nil
	}
	s := e.symbols[r.symbol-1]
	if elf.ST_BIND(s.Info) != elf.STB_LOCAL {
		return fmt.Sprintf("%s %d", s.Name, r.addend), nil
	}
	section := e.section(s.Section)
	if section == nil || section.Flags&(elf.SHF_ALLOC|elf.SHF_WRITE|elf.SHF_EXECINSTR) != elf.SHF_ALLOC {
		return "", nil
	}
	data, err := e.content(s.Section)
	if err != nil {
		return "", err
	}
	at := int64(s.Value) + r.addend
	if e.file.Machine == elf.EM_X86_64 && elf.R_X86_64(r.kind) == elf.R_X86_64_PC32 {
		at += 4 // relative to the end of the operand
	}
	if at < 0 || at >= int64(len(data)) {
		return "", nil
	}
	data = data[at:]
	if n := section.Entsize; section.Flags&elf.SHF_MERGE != 0 && section.Flags&elf.SHF_STRINGS == 0 {
		return string(data[:min(n, uint64(len(data)))]), nil
	}
	// Without optimization, strings are in a section like any other.
	data, _, _ = bytes.Cut(data, []byte{0})
	return string(data), nil
}

// readRelocations reads those of the formats that have addends. In others, the
// code has them.
func (e *elfCode) readRelocations() error {
	if e.relocations != nil {
		return nil
	}
	e.relocations = map[elf.SectionIndex][]relocation{}
	for _, s := range e.file.Sections {
		if s.Type != elf.SHT_RELA || e.file.Class != elf.ELFCLASS64 {
			continue
		}
		data, err := s.Data()
		if err != nil {
			return err
		}
		order, section := e.file.ByteOrder, elf.SectionIndex(s.Info)
		for ; len(data) >= 24; data = data[24:] {
			info := order.Uint64(data[8:])
			e.relocations[section] = append(e.relocations[section], relocation{
				offset: order.Uint64(data),
				symbol: info >> 32,
				kind:   uint32(info),
				addend: int64(order.Uint64(data[16:])),
			})
		}
		slices.SortStableFunc(e.relocations[section], func(a, b relocation) int { return cmp.Compare(a.offset, b.offset) })
	}
	return nil
}
