package pins

const (
	// Page has the pins of the table for users, a file of these rules.
	Page = "docs/kitex.md"
	// OldestGo and NewestGo are the minor versions of Go that the table knows.
	OldestGo, NewestGo = "1.25", "1.27"

	kitex     = "github.com/cloudwego/kitex"
	sonic     = "github.com/bytedance/sonic"
	dynamicgo = "github.com/cloudwego/dynamicgo"
	frugal    = "github.com/cloudwego/frugal"
	pid       = "github.com/choleraehyq/pid"
)

// Framework is an RPC framework whose version decides whether calls are inline.
type Framework struct {
	Name, Module string
	// Oldest and Newest bound the versions that its adapter is tested with. Others
	// are taken as they come.
	Oldest, Newest string
	// Generate is set if another version takes code that is generated again.
	Generate bool
	// Page is where the user finds what each version needs, a file of these rules.
	Page string
}

// Frameworks are those that have an adapter.
var Frameworks = []Framework{
	{Name: "Kitex", Module: kitex, Oldest: "v0.10.3", Newest: "v0.16.3", Generate: true, Page: Page},
	{Name: "grpc-go", Module: "google.golang.org/grpc", Oldest: "v1.56.3", Newest: "v1.85.0", Page: "docs/grpc.md"},
}

const (
	fallback = "it falls back to encoding/json, and says so on standard error"
	jit      = "undefined: _PCHeader or _ModuleData, in its compiler for Go 1.23 and older, which Bazel builds, too"
)

// Table was measured on linux/amd64 with Go 1.25.14, 1.26.8 and 1.27.3: by
// builds of programs that import one of the modules, at the ends of each range,
// and of a Kitex client and server with generic calls. Of two rows for a version
// the first counts.
var Table = []Row{
	{Module: kitex, Before: "v0.10.0", Go: "1.25", Pin: "v0.16.3", What: "no version of github.com/choleraehyq/pid, which it needs, does (expected pseudo-register)"},
	{Module: pid, Go: "1.25", Direct: true, What: "expected pseudo-register"},

	{Module: sonic, Before: "v1.15.0", Go: "1.26", Pin: "v1.15.0", What: "undefined: GoMapIterator or _func, or invalid reference to encoding/json.unquoteBytes"},
	{Module: sonic, Before: "v1.12.0", Go: "1.25", Pin: "v1.15.0", What: "undefined: _func"},
	// dynamicgo imports more of it than others.
	{Module: sonic, From: "v1.12.0", Before: "v1.12.7", Go: "1.25", Pin: "v1.15.0", With: kitex, WithFrom: "v0.11.0", What: "undefined: _func, in its module sonic/loader"},
	{Module: sonic, From: "v1.12.0", Before: "v1.13.0", Go: "1.25", Pin: "v1.15.0", Builds: true, What: fallback},
	{Module: sonic, From: "v1.13.0", Before: "v1.14.0", Go: "1.25", Pin: "v1.15.0", What: "undefined: GoMapIterator"},
	// See github.com/bytedance/sonic/pull/981.
	{Module: sonic, From: "v1.15.0", Before: "v1.15.3", Go: "1.27", Pin: "v1.15.3", Builds: true, What: fallback},

	{Module: dynamicgo, From: "v0.4.0", Go: "1.25", With: kitex, WithFrom: "v0.10.0", WithBefore: "v0.11.0", Pin: "v0.3.0", What: "Kitex v0.10 calls ToThriftTType, which it does not have"},
	{Module: dynamicgo, From: "v0.5.1", Before: "v0.8.0", Go: "1.26", GoBefore: "1.27", Pin: "v0.8.0", What: "invalid reference to encoding/json.unquoteBytes"},
	// The go command leaves frugal's compiler out. Gazelle does not: it takes release
	// tags such as go1.23 for true and their opposites, too.
	{Module: frugal, Before: "v0.2.4", Go: "1.25", Pin: "v0.3.1", Direct: true, What: jit},
	{Module: frugal, Before: "v0.2.4", Go: "1.25", Pin: "v0.3.1", With: kitex, WithFrom: "v0.10.0", What: jit},
}
