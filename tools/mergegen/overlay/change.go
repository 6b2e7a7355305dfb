package overlay

import "encoding/json"

// Kinds of changes.
const (
	Linkname = "linkname" // the target of a //go:linkname directive
	Asm      = "asm"      // a symbol in assembly
	Func     = "rename"   // the declaration of a function
	Add      = "add"      // a file that the package did not have
	Import   = "import"   // an import of a vendored package

	Contained   = "contain"     // the start of a goroutine, whose panics are contained
	Uncontained = "uncontained" // the start of a goroutine that is left as it is
)

// Change is a difference between a source file and its copy.
type Change struct {
	// Service is the service that the copy is for.
	Service string `json:"service"`
	// ImportMap is the path of the file's package, without the namespace.
	ImportMap string `json:"importmap"`
	// File is the original file.
	File string `json:"file"`
	// Line counts from 1 in the original file. It is absent for an added file.
	Line int `json:"line,omitempty"`
	// Kind is one of those above.
	Kind string `json:"kind"`
	// From and To are the two symbols or names; for Add, the two files. For
	// starts of goroutines From says what starts it, and To by what panics are
	// contained or why they are not.
	From string `json:"from"`
	To   string `json:"to"`
}

// MarshalReport returns the JSON list of changes, "[]" when there are none.
func MarshalReport(changes []Change) ([]byte, error) {
	if len(changes) == 0 {
		return []byte("[]\n"), nil
	}
	data, err := json.MarshalIndent(changes, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}
