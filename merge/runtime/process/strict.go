package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// decodeStrict decodes the one JSON object of a settings file. It refuses what
// package json would drop: of two values of one name the first, and null where
// it has no meaning.
func decodeStrict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if err := checkNames(d, nil); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("there is more behind the object, at byte %d", d.InputOffset())
	}
	if data := bytes.TrimLeft(data, " \t\r\n"); data[0] != '{' {
		return errors.New("it is not an object")
	}
	d = json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// checkNames reads one value, which is behind the given names, and looks for
// names that an object has twice and for null.
func checkNames(d *json.Decoder, names []string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token == nil && !nullable(names) {
		return fmt.Errorf("%s is null: leave it out", strings.Join(names, "."))
	}
	if _, nested := token.(json.Delim); !nested {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		element := names
		if token == json.Delim('{') {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name := key.(string)
			element = append(slices.Clone(names), name)
			if seen[name] {
				return fmt.Errorf("%s is there twice", strings.Join(element, "."))
			}
			seen[name] = true
		}
		if err := checkNames(d, element); err != nil {
			return err
		}
	}
	_, err = d.Token() // the end
	return err
}

// nullable reports whether null means something behind names: for a variable of
// a service, or a class of its permissions. Before any name, it is not an object.
func nullable(names []string) bool {
	return len(names) == 0 || len(names) == 4 && (names[2] == "env" || names[2] == "permissions")
}
