package glue

import (
	"encoding/json"
	"os"
)

// Manifest reports what the glue of one caller does. It is for people and for
// tools that show it to them.
type Manifest struct {
	// Imports are the compiled paths that the glue imports, sorted.
	Imports []string `json:"imports"`
	Links   []Link   `json:"links"`
}

// Link is one caller's way to one RPC service of one callee.
type Link struct {
	Caller     string `json:"caller"`
	Callee     string `json:"callee"`
	RPCService string `json:"rpc_service"`
	// CalleeBy is "target" if what the caller dials decides whether the callee is
	// meant. Targets are the patterns of that; without any, it is meant only by
	// an address at which it listens.
	CalleeBy string   `json:"callee_by,omitempty"`
	Targets  []string `json:"targets,omitempty"`
	Methods  []Method `json:"methods"`
	// Conversions are the structs that the methods' conversions copy.
	Conversions []Conversion `json:"conversions"`
}

// Method of a [Link] that the caller may call.
type Method struct {
	// Name is "*" for the methods that the build does not know.
	Name string `json:"name"`
	// Inline is false for methods that stay RPC; Reason then says why.
	Inline bool   `json:"inline"`
	Reason string `json:"reason,omitempty"`
	// Request and Result report whether the method's arguments and result are
	// "copied", "shared" or "partly shared" between caller and callee. They are
	// empty for methods that stay RPC, and Result for oneway methods.
	Request string `json:"request,omitempty"`
	Result  string `json:"result,omitempty"`
}

// Conversion of one struct in one direction.
type Conversion struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Layout is "same-memory" for structs that are handed over as they are,
	// "shared-layout" for those that are copied as a whole, "codec" for those
	// that are encoded and decoded, else "field". Reason says why the codecs are
	// needed.
	Layout string `json:"layout"`
	Reason string `json:"reason,omitempty"`
	// CanFail is set if the receiver's decoder would refuse some values, for
	// the lack of a required field or for text that is not UTF-8.
	CanFail bool `json:"can_fail"`
	// SenderOnly and ReceiverOnly are the fields, as in the IDL, that one side does
	// not know.
	SenderOnly   []string `json:"sender_only,omitempty"`
	ReceiverOnly []string `json:"receiver_only,omitempty"`
}

// Save writes the manifest as JSON.
func (m *Manifest) Save(file string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o666)
}
