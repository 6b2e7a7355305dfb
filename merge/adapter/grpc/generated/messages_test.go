package generated

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// TestMessages reads the types of methods of hand-written and odd code. What it does not
// know has none.
func TestMessages(t *testing.T) {
	const begin = `package p

import (
	"context"

	"example.com/gen/other"
	renamed "example.com/gen/well"
	"google.golang.org/grpc"
)

type Server interface {
	Get(context.Context, *Request) (*Reply, error)
	Far(ctx context.Context, in *renamed.Request) (*other.Reply, error)
	Value(context.Context, Request) (*Reply, error)
	Only(context.Context, *Request) error

	Down(in *renamed.Request, out DownServer) error
	Up(UpServer) error
	Both(BothServer) error
	GenericDown(*Request, grpc.ServerStreamingServer[other.Reply]) error
	GenericUp(grpc.ClientStreamingServer[renamed.Request, Reply]) error
	GenericBoth(grpc.BidiStreamingServer[Request, Reply]) error
	AliasDown(*Request, AliasDownServer) error
	AliasUp(AliasUpServer) error
	OtherGeneric(other.BidiStreamingServer[Request, Reply]) error
	Unknown(other.BothServer) error
	Halfway(Halfway) error
	Undeclared(Undeclared) error
	Raw(grpc.ServerStream) error
}

type DownServer interface {
	Send(*other.Reply) error
	grpc.ServerStream
}

type UpServer interface {
	SendAndClose(*Reply) error
	Recv() (*renamed.Request, error)
	grpc.ServerStream
}

type BothServer interface {
	Send(r *Reply) error
	Recv() (*Request, error)
	grpc.ServerStream
}

type Halfway interface {
	Send(Reply) error
	Recv() (*Request, error)
}

type (
	AliasDownServer = grpc.ServerStreamingServer[Reply]
	AliasUpServer   = grpc.ClientStreamingServer[Request, Reply]
)

`
	handler := func(call string) string {
		return begin + "func handle(srv any, ctx context.Context, dec func(any) error, i grpc.UnaryServerInterceptor) (any, error) {\n" + call + "\n}\n\n" +
			"var D = grpc.ServiceDesc{ServiceName: \"p.S\", HandlerType: (*Server)(nil), Methods: []grpc.MethodDesc{{MethodName: \"M\", Handler: handle}}}\n"
	}
	stream := func(call string) string {
		return begin + "func handle(srv any, stream grpc.ServerStream) error {\nreturn srv.(Server)." + call + "\n}\n\n" +
			"var D = grpc.ServiceDesc{ServiceName: \"p.S\", HandlerType: (*Server)(nil), Streams: []grpc.StreamDesc{{StreamName: \"M\", Handler: handle}}}\n"
	}
	const (
		request, reply  = "example.com/p.Request", "example.com/p.Reply"
		renamed, others = "example.com/well.v2.Request", "example.com/gen/other.Reply"
	)
	for name, test := range map[string]struct{ source, args, result string }{
		"same package":   {handler("return srv.(Server).Get(ctx, in)"), "example.com/p.Request", "example.com/p.Reply"},
		"other packages": {handler("return srv.(Server).Far(ctx, in)"), "example.com/well.v2.Request", "example.com/gen/other.Reply"},
		"no pointer":     {handler("return srv.(Server).Value(ctx, in)"), "", ""},
		"no result":      {handler("return nil, srv.(Server).Only(ctx, in)"), "", ""},
		"no interface":   {handler("return srv.Get(ctx, in)"), "", ""},
		"other method":   {handler("return srv.(Server).None(ctx, in)"), "", ""},
		"down":           {stream("Down(in, s)"), renamed, others},
		"up":             {stream("Up(s)"), renamed, reply},
		"both":           {stream("Both(s)"), request, reply},
		"generic down":   {stream("GenericDown(in, s)"), request, others},
		"generic up":     {stream("GenericUp(s)"), renamed, reply},
		"generic both":   {stream("GenericBoth(s)"), request, reply},
		"alias down":     {stream("AliasDown(in, s)"), request, reply},
		"alias up":       {stream("AliasUp(s)"), request, reply},
		"other generic":  {stream("OtherGeneric(s)"), "", ""},
		"other stream":   {stream("Unknown(s)"), "", ""},
		"half known":     {stream("Halfway(s)"), "", ""},
		"not declared":   {stream("Undeclared(s)"), "", ""},
		"raw stream":     {stream("Raw(s)"), "", ""},
		"no handler":     {begin + "var D = grpc.ServiceDesc{ServiceName: \"p.S\", HandlerType: (*Server)(nil), Methods: []grpc.MethodDesc{{MethodName: \"M\", Handler: wrap(handle)}}}\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, describe.Config{Packages: []describe.Package{{
				ImportPath: "example.com/p", Files: []string{write(t, "p.go", test.source)},
				ImportMap: map[string]string{"example.com/gen/well": "example.com/well.v2"},
			}}})
			s := d.RPCServices[0]
			if m := s.Methods[0]; m.Args != test.args || m.Result != test.result {
				t.Errorf("got %+v", m)
			}
			if (s.Marshaler != "") != (test.args != "") {
				t.Errorf("marshaler %q", s.Marshaler)
			}
		})
	}
}
