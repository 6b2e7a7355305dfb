package symbols

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"errors"
	"fmt"
	"strings"
)

// definitions returns the symbols that an object file defines for every other
// file of a link: global, not weak. Hidden ones count, since hiding works
// between shared libraries only. Members that are not object files of the host,
// such as Go objects, define none.
func definitions(object []byte) (names []string, err error) {
	defer func() {
		// The debug packages promise not to panic on hostile input, and yet.
		if r := recover(); r != nil {
			err = fmt.Errorf("damaged object file: %v", r)
		}
	}()
	switch {
	case bytes.HasPrefix(object, []byte(elf.ELFMAG)):
		return elfDefinitions(object)
	case isMachO(object):
		return machoDefinitions(object)
	}
	return nil, nil
}

func elfDefinitions(object []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	symbols, err := f.Symbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	merged, err := comdatSections(f)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range symbols {
		if elf.ST_BIND(s.Info) != elf.STB_GLOBAL || s.Section == elf.SHN_UNDEF || merged[s.Section] {
			continue
		}
		names = append(names, s.Name)
	}
	return names, nil
}

// comdatSections finds the sections of which a linker keeps one copy, such as
// the helper functions that compilers put into many objects.
func comdatSections(f *elf.File) (map[elf.SectionIndex]bool, error) {
	const comdat = 1 // GRP_COMDAT
	merged := map[elf.SectionIndex]bool{}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_GROUP {
			continue
		}
		data, err := s.Data()
		if err != nil {
			return nil, err
		}
		if len(data) < 4 || f.ByteOrder.Uint32(data)&comdat == 0 {
			continue
		}
		for data = data[4:]; len(data) >= 4; data = data[4:] {
			merged[elf.SectionIndex(f.ByteOrder.Uint32(data))] = true
		}
	}
	return merged, nil
}

func isMachO(object []byte) bool {
	if len(object) < 4 {
		return false
	}
	switch string(object[:4]) {
	case "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xfe\xed\xfa\xcf", "\xfe\xed\xfa\xce":
		return true
	}
	return false
}

func machoDefinitions(object []byte) ([]string, error) {
	const (
		stab     = 0xe0 // N_STAB
		typeMask = 0x0e // N_TYPE
		section  = 0x0e // N_SECT
		external = 0x01 // N_EXT
		weakDef  = 0x80 // N_WEAK_DEF
	)
	f, err := macho.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	if f.Symtab == nil {
		return nil, nil
	}
	var names []string
	for _, s := range f.Symtab.Syms {
		if s.Type&stab != 0 || s.Type&external == 0 || s.Type&typeMask != section || s.Desc&weakDef != 0 {
			continue
		}
		names = append(names, strings.TrimPrefix(s.Name, "_"))
	}
	return names, nil
}
