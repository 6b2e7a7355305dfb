package report

import (
	"bytes"
	"fmt"
	"os"
)

// Section is a part of a document that a command writes. It stands between two
// comments that name it.
type Section string

func (s Section) marks() (begin, end []byte) {
	return fmt.Appendf(nil, "<!-- begin %s: written by bazel run //bench:%s -- --write -->\n", s, s),
		fmt.Appendf(nil, "<!-- end %s -->\n", s)
}

// Replace returns the document with another text in the section.
func (s Section) Replace(document []byte, text string) ([]byte, error) {
	before, _, after, err := s.cut(document)
	if err != nil {
		return nil, err
	}
	begin, end := s.marks()
	return bytes.Join([][]byte{before, begin, []byte("\n" + text + "\n"), end, after}, nil), nil
}

// Text returns what the section says.
func (s Section) Text(document []byte) (string, error) {
	_, text, _, err := s.cut(document)
	return string(text), err
}

func (s Section) cut(document []byte) (before, text, after []byte, err error) {
	begin, end := s.marks()
	before, rest, ok := bytes.Cut(document, begin)
	if !ok {
		return nil, nil, nil, fmt.Errorf("the document has no line %q", begin)
	}
	text, after, ok = bytes.Cut(rest, end)
	if !ok {
		return nil, nil, nil, fmt.Errorf("the document has no line %q after %q", end, begin)
	}
	return before, text, after, nil
}

// Write replaces the text of the section in the file at path.
func (s Section) Write(path, text string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if document, err = s.Replace(document, text); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, document, 0o644)
}
