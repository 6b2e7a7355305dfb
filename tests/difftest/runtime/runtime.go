// Package runtime stands in for merge/runtime: it has the types that glue uses
// and keeps the links that glue adds where the test can read them. It is a copy
// so that this module needs nothing of the root module.
package runtime

// Link is the runtime's.
type Link struct {
	Caller, Callee string
	RPCService     string
	Methods        map[string]Method
	Unconverted    map[string]string
}

// Method is the runtime's.
type Method struct {
	Args                     func(src any) (any, error)
	NewResult                func() any
	Result                   func(dst, src any) error
	ResultView               func(dst any) any
	SharesArgs, SharesResult bool
	Stream                   bool
	Messages                 *Messages
}

// Messages is the runtime's.
type Messages struct {
	Request, Reply         func(message any, most int) (made any, size int, ok bool)
	TakeRequest, TakeReply func(message, made any) bool
}

// EncodeError is the runtime's.
type EncodeError string

func (e EncodeError) Error() string { return string(e) }

// Links holds what the glue has added.
var Links []Link

// AddLink stands in for the runtime's.
func AddLink(l Link) { Links = append(Links, l) }
