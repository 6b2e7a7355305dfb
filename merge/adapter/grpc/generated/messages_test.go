package generated

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// TestMessages reads the types of unary methods of hand-written and odd code. What it
// does not know has none.
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
}

`
	handler := func(call string) string {
		return begin + "func handle(srv any, ctx context.Context, dec func(any) error, i grpc.UnaryServerInterceptor) (any, error) {\n" + call + "\n}\n\n" +
			"var D = grpc.ServiceDesc{ServiceName: \"p.S\", HandlerType: (*Server)(nil), Methods: []grpc.MethodDesc{{MethodName: \"M\", Handler: handle}}}\n"
	}
	for name, test := range map[string]struct{ source, args, result string }{
		"same package":   {handler("return srv.(Server).Get(ctx, in)"), "example.com/p.Request", "example.com/p.Reply"},
		"other packages": {handler("return srv.(Server).Far(ctx, in)"), "example.com/well.v2.Request", "example.com/gen/other.Reply"},
		"no pointer":     {handler("return srv.(Server).Value(ctx, in)"), "", ""},
		"no result":      {handler("return nil, srv.(Server).Only(ctx, in)"), "", ""},
		"no interface":   {handler("return srv.Get(ctx, in)"), "", ""},
		"other method":   {handler("return srv.(Server).None(ctx, in)"), "", ""},
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
