package symbols

import (
	"bytes"
	"debug/macho"
	"strings"
)

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

// readMachO adds an object or a shared library. Weak code is not compared.
func (c *contents) readMachO(data []byte) error {
	const (
		stab     = 0xe0 // N_STAB
		typeMask = 0x0e // N_TYPE
		section  = 0x0e // N_SECT
		external = 0x01 // N_EXT
		weakDef  = 0x80 // N_WEAK_DEF
		idDylib  = 0x0d // LC_ID_DYLIB
	)
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if f.Type == macho.TypeDylib {
		c.variables = true
		c.dynamic = true
		for _, load := range f.Loads {
			raw := load.Raw()
			if len(raw) < 12 || f.ByteOrder.Uint32(raw) != idDylib {
				continue
			}
			if at := f.ByteOrder.Uint32(raw[8:]); at < uint32(len(raw)) {
				name, _, _ := bytes.Cut(raw[at:], []byte{0})
				c.name = string(name)
			}
		}
	}
	for _, s := range f.Sections {
		switch s.Name {
		case "__data", "__bss", "__common", "__thread_data", "__thread_bss":
			c.variables = c.variables || s.Size > 0
		}
	}
	if f.Symtab == nil {
		return nil
	}
	for _, s := range f.Symtab.Syms {
		name := strings.TrimPrefix(s.Name, "_")
		switch {
		case s.Type&stab != 0 || s.Type&external == 0:
		case s.Type&typeMask == 0 && s.Value == 0:
			c.needed[name] = true
		case s.Type&typeMask == 0: // common
			c.strong[name] = true
			c.variables = true
		case s.Type&typeMask != section:
		case s.Desc&weakDef != 0:
			c.addWeak(name, "", false)
		default:
			c.strong[name] = true
		}
	}
	return nil
}
