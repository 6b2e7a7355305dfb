// Package runtime stands in for the real one.
package runtime

type Link struct {
	Caller, Callee string
	RPCService     string
	Targets        []string
	Methods        map[string]Method
	AnyMethod      *Method
	Unconverted    map[string]string
}

type Method struct {
	Args                     func(src any) (any, error)
	NewResult                func() any
	Result                   func(dst, src any) error
	ResultView               func(dst any) any
	SharesArgs, SharesResult bool
	Stream                   bool
	Messages                 *Messages
}

type Messages struct {
	Request, Reply         func(message any, most int) (made any, size int, ok bool)
	TakeRequest, TakeReply func(message, made any) bool
}

func AddLink(l Link) { panic(0) }

type EncodeError string

func (e EncodeError) Error() string { return string(e) }
