package symbols

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// entry formats an archive member as ar does.
func entry(name, data string) string {
	s := fmt.Sprintf("%-16s%-12s%-6s%-6s%-8s%-10d`\n%s", name, "0", "0", "0", "644", len(data), data)
	if len(data)%2 == 1 {
		s += "\n"
	}
	return s
}

func TestMembers(t *testing.T) {
	tests := []struct {
		name, archive string
		want          []string
		err           string
	}{
		{"empty", arMagic, nil, ""},
		{"Go", arMagic + entry("__.PKGDEF", "abc") + entry("_go_.o", "de") + entry("_x001.o", "f"),
			[]string{"__.PKGDEF=abc", "_go_.o=de", "_x001.o=f"}, ""},
		{"GNU", arMagic + entry("/", "index") + entry("//", "a_very_long_name.o/\nanother_long_name.o/\n") +
			entry("/0", "x") + entry("/20", "y") + entry("short.o/", "z"),
			[]string{"a_very_long_name.o=x", "another_long_name.o=y", "short.o=z"}, ""},
		{"BSD", arMagic + entry("#1/20", "__.SYMDEF SORTED\x00\x00\x00\x00index") + entry("#1/8", "long.o\x00\x00x"),
			[]string{"long.o=x"}, ""},
		{"no padding at the end", strings.TrimSuffix(arMagic+entry("a.o", "x"), "\n"), []string{"a.o=x"}, ""},
		{"no archive", "\x7fELF", nil, "not an ar archive"},
		{"thin", thinMagic, nil, "make a full one"},
		{"short header", arMagic + "a.o", nil, "damaged at byte 8"},
		{"bad size", arMagic + strings.Replace(entry("a.o", "x"), "1         `", "-1        `", 1), nil, "no valid size"},
		{"big size", arMagic + strings.Replace(entry("a.o", "x"), "1         `", "9999999   `", 1), nil, "no valid size"},
		{"bad long name", arMagic + entry("/7", "x"), nil, "not in the name table"},
		{"bad BSD name", arMagic + entry("#1/7", "x"), nil, "no valid length"},
	}
	for _, test := range tests {
		ms, err := members([]byte(test.archive))
		if err != nil || test.err != "" {
			if err == nil || test.err == "" || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error is %v, want %q", test.name, err, test.err)
			}
			continue
		}
		var got []string
		for _, m := range ms {
			got = append(got, fmt.Sprintf("%s=%s", m.name, m.data))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: members are %q, want %q", test.name, got, test.want)
		}
	}
}

// machO builds the smallest object that has a symbol table.
func machO(symbols map[string][2]uint16) []byte {
	var names []string
	for name := range symbols {
		names = append(names, name)
	}
	slices.Sort(names)
	table, entries := "\x00", new(bytes.Buffer)
	for _, name := range names {
		binary.Write(entries, binary.LittleEndian, struct {
			Name       uint32
			Type, Sect uint8
			Desc       uint16
			Value      uint64
		}{uint32(len(table)), uint8(symbols[name][0]), 1, symbols[name][1], 0})
		table += name + "\x00"
	}
	const headers = 32 + 24
	out := new(bytes.Buffer)
	binary.Write(out, binary.LittleEndian, [8]uint32{0xfeedfacf, 0x01000007, 3, 1, 1, 24, 0, 0})
	binary.Write(out, binary.LittleEndian, [6]uint32{2, 24, headers, uint32(len(names)), uint32(headers + entries.Len()), uint32(len(table))})
	out.Write(entries.Bytes())
	out.WriteString(table)
	return out.Bytes()
}

func TestMachO(t *testing.T) {
	object := machO(map[string][2]uint16{
		"_defined":   {0x0f, 0},    // N_SECT|N_EXT
		"_hidden":    {0x1f, 0},    // and N_PEXT
		"_weak":      {0x0f, 0x80}, // N_WEAK_DEF
		"_local":     {0x0e, 0},
		"_undefined": {0x01, 0},
		"_debug":     {0x2f, 0},
	})
	c := newContents()
	if err := c.read(object); err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(c.strong)), []string{"defined", "hidden"}; !slices.Equal(got, want) {
		t.Errorf("strong symbols are %q, want %q", got, want)
	}
	if got, want := slices.Sorted(maps.Keys(c.weak)), []string{"weak"}; !slices.Equal(got, want) {
		t.Errorf("weak symbols are %q, want %q", got, want)
	}
	if got, want := slices.Sorted(maps.Keys(c.needed)), []string{"undefined"}; !slices.Equal(got, want) {
		t.Errorf("needed symbols are %q, want %q", got, want)
	}
}

func FuzzArchive(f *testing.F) {
	f.Add([]byte(arMagic + entry("//", "a_very_long_name.o/\n") + entry("/0", "x") + entry("#1/2", "x\x00y")))
	f.Add([]byte(arMagic + entry("a.o", string(machO(map[string][2]uint16{"_f": {0x0f, 0}})))))
	f.Add([]byte(arMagic + entry("a.o", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 57))))
	f.Fuzz(func(t *testing.T, data []byte) {
		newContents().read(data)
	})
}
