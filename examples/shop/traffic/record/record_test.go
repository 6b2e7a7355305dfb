package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestRecordings(t *testing.T) {
	files := Files()
	if len(files) != 6 {
		t.Errorf("%d recordings", len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the program writes; run it in the folder above", name)
		}
	}
}
