package symbols

import (
	"bytes"
	"debug/macho"
	"encoding/binary"
	"testing"
)

// TestFat reads a universal file of macOS, whose parts may be archives.
func TestFat(t *testing.T) {
	const offset = 28
	part := []byte(arMagic)
	header := []uint32{macho.MagicFat, 1, uint32(macho.CpuArm64), 0, offset, uint32(len(part)), 0}
	var fat bytes.Buffer
	if err := binary.Write(&fat, binary.BigEndian, header); err != nil {
		t.Fatal(err)
	}
	fat.Write(part)
	if slices, ok := slicesOfFat(fat.Bytes()); !ok || len(slices) != 1 || !bytes.Equal(slices[0], part) {
		t.Errorf("parts %q, %v", slices, ok)
	}
	if err := newContents().read(fat.Bytes()); err != nil {
		t.Error(err)
	}
	for _, end := range []int{4, 20, offset, fat.Len() - 1} {
		if slices, ok := slicesOfFat(fat.Bytes()[:end]); ok {
			t.Errorf("of %d bytes: parts %q", end, slices)
		}
	}
}
