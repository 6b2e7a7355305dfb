package symbols

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"errors"
	"fmt"
)

// contents is what object files bring into a link.
type contents struct {
	// strong symbols are global. Hidden ones count, since hiding works between
	// shared libraries only.
	strong map[string]bool
	// weak are those of which a linker keeps one: weak symbols, and what C++
	// headers define in many objects.
	weak map[string]*weakDefinition
	// needed symbols are defined elsewhere.
	needed map[string]bool
	// variables is set if there are any, or if it cannot be known.
	variables bool
	// variableNames has those of which the names are known.
	variableNames map[string]bool
	// dynamic is set for a shared library, and name is its soname.
	dynamic bool
	name    string
}

// weakDefinition is what objects of one file define by one name.
type weakDefinition struct {
	// code has a digest of each version. It is empty if none can be had.
	code     map[string]bool
	variable bool
}

func newContents() *contents {
	return &contents{strong: map[string]bool{}, weak: map[string]*weakDefinition{}, needed: map[string]bool{}, variableNames: map[string]bool{}}
}

func (c *contents) addWeak(name, code string, variable bool) {
	w := c.weak[name]
	if w == nil {
		w = &weakDefinition{code: map[string]bool{}}
		c.weak[name] = w
	}
	if code != "" {
		w.code[code] = true
	}
	w.variable = w.variable || variable
}

func (c *contents) defines(name string) bool {
	return c.strong[name] || c.weak[name] != nil
}

// read adds what a file holds: an archive, an object or a shared library.
func (c *contents) read(data []byte) error {
	if bytes.HasPrefix(data, []byte(arMagic)) || bytes.HasPrefix(data, []byte(thinMagic)) {
		ms, err := members(data)
		if err != nil {
			return err
		}
		for _, m := range ms {
			if _, err := c.readObject(m.data); err != nil {
				return fmt.Errorf("object %s: %w", m.name, err)
			}
		}
		return nil
	}
	if slices, ok := slicesOfFat(data); ok {
		for _, slice := range slices {
			if err := c.read(slice); err != nil {
				return err
			}
		}
		return nil
	}
	known, err := c.readObject(data)
	// What is all text is a linker's script, or a stub of a system library.
	if err == nil && !known && bytes.IndexByte(data, 0) >= 0 {
		return errors.New("it is neither an archive nor an object for the platform of the merged binary")
	}
	return err
}

// slicesOfFat returns the files for each architecture in a universal file of
// macOS, if it is one.
func slicesOfFat(data []byte) (slices [][]byte, ok bool) {
	const header, entry = 8, 20
	if len(data) < header || binary.BigEndian.Uint32(data) != macho.MagicFat {
		return nil, false
	}
	for i := range binary.BigEndian.Uint32(data[4:]) {
		at := header + entry*int(i)
		if len(data) < at+entry {
			return nil, false
		}
		offset, size := uint64(binary.BigEndian.Uint32(data[at+8:])), uint64(binary.BigEndian.Uint32(data[at+12:]))
		if offset+size > uint64(len(data)) {
			return nil, false
		}
		slices = append(slices, data[offset:offset+size])
	}
	return slices, true
}

var errLTO = errors.New("it holds code that only a linker's plugin can read (link time optimization): compile it without -flto")

// readObject adds an object file or shared library. It reports whether it
// knows the format: others, such as Go objects, define nothing.
func (c *contents) readObject(object []byte) (known bool, err error) {
	defer func() {
		// The debug packages promise not to panic on hostile input, and yet.
		if r := recover(); r != nil {
			err = fmt.Errorf("damaged object file: %v", r)
		}
	}()
	switch {
	case bytes.HasPrefix(object, []byte(elf.ELFMAG)):
		return true, c.readELF(object)
	case isMachO(object):
		return true, c.readMachO(object)
	case bytes.HasPrefix(object, []byte("BC\xc0\xde")), bytes.HasPrefix(object, []byte("\xde\xc0\x17\x0b")):
		return true, errLTO
	}
	return false, nil
}
