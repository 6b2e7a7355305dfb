"""The packages of the standard library of which each service has its own.

Made by `bazel run //dev/stdtable`, of its policy.go and the sources of the Go
SDKs: DO NOT EDIT.
"""

def _view(path, imports = []):
    """A package with the original's types, for what the runtime knows by its path.

    Everything is an alias, except for what merge/std rewrites.

    Args:
        path: string.
        imports: views with their own types that it shows to its users.

    Returns:
        struct.
    """
    return struct(path = path, view = True, imports = imports, rename = {}, vendored = [], folder = False)

def _copy(path, imports = [], folder = False, rename = {}, vendored = []):
    """A package compiled again from its sources, with its own types and variables.

    Args:
        path: string.
        imports: what it imports of this list, on any platform and in any Go.
        folder: whether it is for services with a working directory of their own only.
        rename: declarations that merge/std replaces, as in an adapter's hook.
        vendored: its imports from the standard library's vendor folder.

    Returns:
        struct.
    """
    return struct(path = path, view = False, imports = imports, rename = rename, vendored = vendored, folder = folder)

# The versions of Go that the lists were made for, oldest first.
GO_VERSIONS = [
    "1.25",
    "1.26",
    "1.27",
]

# Dependencies first. The copies are closed: a package that shows types of a
# copy to its users is a copy itself, since the two would not fit otherwise. Not
# every Go has all of them.
STD_PACKAGES = [
    # its fallback roots are those of the first service that sets any
    _view("crypto/x509"),
    # prints to and scans from the service's standard files
    _view("fmt"),
    # dials and listens where the service may, by its own resolver
    _view("net"),
    # dials, listens and reads certificates where the service may
    _view(
        "crypto/tls",
        imports = ["net"],
    ),
    # dials where the service may
    _view("net/textproto"),
    # environment, arguments, exit and files are the service's
    _view("os"),
    # signals are told to each service by itself
    _view("os/signal"),
    # names of functions are those of the service alone, knobs have an owner
    _view("runtime"),
    # build information is the service's, knobs have an owner
    _view("runtime/debug"),
    # the service sees and makes its own profiles
    _view("runtime/pprof"),
    # the service stops its own execution trace only
    _view("runtime/trace"),
    # environment, exit and files are the service's
    _view("syscall"),
    # Local is the service's
    _view("time"),
    # registers drivers
    _copy(
        "database/sql",
        imports = [
            "fmt",
            "runtime",
            "time",
        ],
    ),
    # registers types, by names that have the namespace in them
    _copy(
        "encoding/gob",
        imports = [
            "fmt",
            "os",
        ],
        rename = {
            "RegisterName": "goMergeRegisterName",
            "newTypeObject": "goMergeNewTypeObject",
        },
    ),
    # has CommandLine, which parses os.Args
    _copy(
        "flag",
        imports = [
            "fmt",
            "os",
            "runtime",
            "time",
        ],
    ),
    # registers formats
    _copy("image"),
    # DrawYCbCr shows image.RGBA
    _copy(
        "image/internal/imageutil",
        imports = ["image"],
    ),
    # Image.Bounds shows image.Rectangle
    _copy(
        "image/draw",
        imports = [
            "image",
            "image/internal/imageutil",
        ],
    ),
    # Decode shows image.Image
    _copy(
        "image/gif",
        imports = [
            "fmt",
            "image",
            "image/draw",
        ],
    ),
    # Decode shows image.Image
    _copy(
        "image/jpeg",
        imports = [
            "image",
            "image/internal/imageutil",
        ],
    ),
    # Decode shows image.Image
    _copy(
        "image/png",
        imports = [
            "fmt",
            "image",
        ],
    ),
    # reads the environment for children
    _copy(
        "internal/syscall/execenv",
        imports = ["syscall"],
    ),
    # reads and writes files
    _copy(
        "io/ioutil",
        imports = ["os"],
    ),
    # has the default logger's output, which log and log/slog set
    _copy("log/internal"),
    # has a default logger
    _copy(
        "log",
        imports = [
            "fmt",
            "log/internal",
            "os",
            "runtime",
            "time",
        ],
    ),
    # has a default logger
    _copy(
        "log/slog",
        imports = [
            "fmt",
            "log",
            "log/internal",
            "runtime",
            "time",
        ],
    ),
    # NewLogger shows log.Logger
    _copy(
        "log/syslog",
        imports = [
            "fmt",
            "log",
            "net",
            "os",
            "time",
        ],
    ),
    # registers extensions
    _copy(
        "mime",
        imports = [
            "fmt",
            "os",
        ],
    ),
    # AddressParser.WordDecoder shows mime.WordDecoder
    _copy(
        "net/mail",
        imports = [
            "fmt",
            "log",
            "mime",
            "net",
            "net/textproto",
            "time",
        ],
    ),
    # dials, and shows no type of net by which that would be found
    _copy(
        "net/smtp",
        imports = [
            "crypto/tls",
            "fmt",
            "net",
            "net/textproto",
        ],
    ),
    # opens folders, and asks for the working directory
    _copy(
        "path/filepath",
        imports = [
            "os",
            "runtime",
            "syscall",
        ],
    ),
    # registers compressors, and opens files
    _copy(
        "archive/zip",
        imports = [
            "fmt",
            "os",
            "path/filepath",
            "time",
        ],
    ),
    # keeps what is too large for memory in temporary files
    _copy(
        "mime/multipart",
        imports = [
            "fmt",
            "mime",
            "net/textproto",
            "os",
            "path/filepath",
        ],
    ),
    # ServerRequest.MultipartForm shows mime/multipart.Form
    _copy(
        "net/http/internal/http2",
        imports = [
            "crypto/tls",
            "fmt",
            "log",
            "mime/multipart",
            "net",
            "net/textproto",
            "os",
            "runtime",
            "time",
        ],
        vendored = [
            "golang.org/x/net/http/httpguts",
            "golang.org/x/net/http2/hpack",
            "golang.org/x/net/idna",
        ],
    ),
    # starts programs
    _copy(
        "os/exec",
        imports = [
            "internal/syscall/execenv",
            "os",
            "path/filepath",
            "runtime",
            "syscall",
            "time",
        ],
        rename = {
            "findExecutable": "goMergeFindExecutable",
        },
    ),
    # Run shows log/slog.Handler
    _copy(
        "testing/slogtest",
        imports = [
            "fmt",
            "log/slog",
            "runtime",
            "time",
        ],
    ),
    # reads files of which the program names the path
    _copy(
        "text/template",
        imports = [
            "fmt",
            "os",
            "path/filepath",
            "runtime",
        ],
        folder = True,
    ),
    # reads files of which the program names the path
    _copy(
        "html/template",
        imports = [
            "fmt",
            "os",
            "path/filepath",
            "text/template",
        ],
        folder = True,
    ),
    # reads the environment for net/http
    _copy(
        "vendor/golang.org/x/net/http/httpproxy",
        imports = [
            "fmt",
            "net",
            "os",
        ],
        vendored = ["golang.org/x/net/idna"],
    ),
    # has DefaultServeMux, DefaultTransport and DefaultClient
    _copy(
        "net/http",
        imports = [
            "crypto/tls",
            "fmt",
            "log",
            "mime",
            "mime/multipart",
            "net",
            "net/http/internal/http2",
            "net/textproto",
            "os",
            "path/filepath",
            "runtime",
            "time",
            "vendor/golang.org/x/net/http/httpproxy",
        ],
        vendored = [
            "golang.org/x/net/http/httpguts",
            "golang.org/x/net/http/httpproxy",
            "golang.org/x/net/http2/hpack",
            "golang.org/x/net/idna",
        ],
    ),
    # publishes variables, and registers a handler
    _copy(
        "expvar",
        imports = [
            "log",
            "net/http",
            "os",
            "runtime",
        ],
    ),
    # Handler.ServeHTTP shows net/http.ResponseWriter
    _copy(
        "net/http/cgi",
        imports = [
            "crypto/tls",
            "fmt",
            "log",
            "net",
            "net/http",
            "net/textproto",
            "os",
            "os/exec",
            "path/filepath",
            "runtime",
            "time",
        ],
        vendored = ["golang.org/x/net/http/httpguts"],
    ),
    # Jar.Cookies shows net/http.Cookie
    _copy(
        "net/http/cookiejar",
        imports = [
            "fmt",
            "net",
            "net/http",
            "time",
        ],
    ),
    # ProcessEnv shows net/http.Request
    _copy(
        "net/http/fcgi",
        imports = [
            "fmt",
            "net",
            "net/http",
            "net/http/cgi",
            "os",
            "time",
        ],
    ),
    # ResponseRecorder.Header shows net/http.Header
    _copy(
        "net/http/httptest",
        imports = [
            "crypto/tls",
            "crypto/x509",
            "flag",
            "fmt",
            "log",
            "net",
            "net/http",
            "net/textproto",
            "os",
            "runtime",
            "time",
        ],
        vendored = ["golang.org/x/net/http/httpguts"],
    ),
    # ClientConn.Write shows net/http.Request
    _copy(
        "net/http/httputil",
        imports = [
            "fmt",
            "log",
            "mime",
            "net",
            "net/http",
            "net/textproto",
            "time",
        ],
        vendored = ["golang.org/x/net/http/httpguts"],
    ),
    # registers handlers at DefaultServeMux
    _copy(
        "net/http/pprof",
        imports = [
            "fmt",
            "log",
            "net/http",
            "os",
            "runtime",
            "runtime/pprof",
            "runtime/trace",
            "time",
        ],
    ),
    # has DefaultServer, and registers handlers
    _copy(
        "net/rpc",
        imports = [
            "encoding/gob",
            "fmt",
            "html/template",
            "log",
            "net",
            "net/http",
        ],
    ),
    # Dial shows net/rpc.Client
    _copy(
        "net/rpc/jsonrpc",
        imports = [
            "fmt",
            "net",
            "net/rpc",
        ],
    ),
]

# What imports some of these, and stays the standard library's.
STD_ORIGINALS = [
    "archive/tar",
    "debug/buildinfo",
    "debug/elf",
    "debug/macho",
    "debug/pe",
    "debug/plan9obj",
    "go/ast",
    "go/build",
    "go/parser",
    "go/printer",
    "go/scanner",
    "go/types",
    "internal/filepathlite",
    "internal/nettest",
    "internal/syscall/unix",
    "internal/syscall/windows",
    "internal/syscall/windows/registry",
    "net/http/httptrace",
    "net/http/internal/httpcommon",
    "os/user",
    "testing",
    "testing/iotest",
    "testing/quick",
    "text/scanner",
    "time/tzdata",
    "vendor/golang.org/x/net/http/httpguts",
    "vendor/golang.org/x/text/unicode/bidi",
]
