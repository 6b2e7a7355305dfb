package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// decodeStrict decodes one JSON object, which may be all that there is, and
// where no object has two values of one name: package json takes the last, and
// the first is lost.
func decodeStrict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if err := checkNames(d, "the file"); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("there is more behind the object, at byte %d", d.InputOffset())
	}
	if data := bytes.TrimLeft(data, " \t\r\n"); data[0] != '{' {
		return errors.New("it is not an object with the names of services")
	}
	d = json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// checkNames reads one value, and looks for names that an object has twice.
func checkNames(d *json.Decoder, of string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if _, nested := token.(json.Delim); !nested {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		element := of
		if token == json.Delim('{') {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name := key.(string)
			if seen[name] {
				return fmt.Errorf("%s has %q twice", of, name)
			}
			seen[name] = true
			element = fmt.Sprintf("%q", name)
		}
		if err := checkNames(d, element); err != nil {
			return err
		}
	}
	_, err = d.Token() // the end
	return err
}
