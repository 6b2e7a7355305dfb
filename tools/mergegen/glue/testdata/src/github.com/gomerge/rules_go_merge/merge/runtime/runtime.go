// Package runtime stands in for the real one.
package runtime

type Link struct {
	Caller, Callee string
	RPCService     string
	Methods        map[string]Method
	Unconverted    map[string]string
}

type Method struct {
	NewArgs, NewResult         func() any
	ConvertArgs, ConvertResult func(dst, src any) error
}

func AddLink(l Link) { panic(0) }

type EncodeError string

func (e EncodeError) Error() string { return string(e) }
