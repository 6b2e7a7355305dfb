"""Which packages of the standard library a service has of its own.

```starlark
load(":std_packages.bzl", "STD_PACKAGES")

for package in STD_PACKAGES:
    print(package.path, package.imports)
```
"""

def _view(path, imports = []):
    """A package with the original's types, for what the runtime knows by its path.

    Everything is an alias, except for what merge/std writes anew.

    Args:
        path: string.
        imports: views with types of their own that it shows to its users.

    Returns:
        struct.
    """
    return struct(path = path, view = True, imports = imports, rename = {}, vendored = [])

def _copy(path, imports = [], rename = {}, vendored = []):
    """A package compiled anew from its sources, with types and variables of its own.

    Args:
        path: string.
        imports: what it imports of this list, on any platform.
        rename: declarations that merge/std replaces, as in an adapter's hook.
        vendored: its imports from the standard library's vendor folder.

    Returns:
        struct.
    """
    return struct(path = path, view = False, imports = imports, rename = rename, vendored = vendored)

_HTTPGUTS = "golang.org/x/net/http/httpguts"
_HTTPPROXY = "golang.org/x/net/http/httpproxy"

# Dependencies first. The copies are closed: a package that shows types of a
# copy to its users is a copy itself, since the two would not fit otherwise.
STD_PACKAGES = [
    _view("crypto/x509"),
    _view("fmt"),
    _view("net"),
    _view("crypto/tls", ["net"]),
    _view("net/textproto"),
    _view("os"),
    _view("os/signal"),
    _view("runtime"),
    _view("runtime/debug"),
    _view("runtime/pprof"),
    _view("syscall"),
    _view("time"),
    _copy("path/filepath", ["os", "runtime", "syscall"]),
    _copy("io/ioutil", ["os"]),
    _copy("net/smtp", ["crypto/tls", "fmt", "net", "net/textproto"]),
    _copy("archive/zip", ["fmt", "os", "path/filepath", "time"]),
    _copy("database/sql", ["fmt", "runtime", "time"]),
    _copy("encoding/gob", ["fmt", "os"], rename = {
        "RegisterName": "goMergeRegisterName",
        "newTypeObject": "goMergeNewTypeObject",
    }),
    _copy("flag", ["fmt", "os", "runtime", "time"]),
    _copy("log/internal"),
    _copy("log", ["fmt", "log/internal", "os", "runtime", "time"]),
    _copy("log/slog", ["fmt", "log", "log/internal", "runtime", "time"]),
    _copy("log/syslog", ["fmt", "log", "net", "os", "time"]),
    _copy("mime", ["fmt", "os"]),
    _copy("internal/syscall/execenv", ["syscall"]),
    _copy("os/exec", ["internal/syscall/execenv", "os", "path/filepath", "runtime", "syscall", "time"]),
    _copy("vendor/" + _HTTPPROXY, ["fmt", "net", "os"], vendored = ["golang.org/x/net/idna"]),
    _copy(
        "net/http/internal/http2",
        ["crypto/tls", "fmt", "log", "net", "net/textproto", "os", "runtime", "time"],
        vendored = [_HTTPGUTS, "golang.org/x/net/http2/hpack", "golang.org/x/net/idna"],
    ),
    _copy(
        "net/http",
        ["crypto/tls", "fmt", "log", "mime", "net", "net/http/internal/http2", "net/textproto", "os", "path/filepath", "runtime", "time", "vendor/" + _HTTPPROXY],
        vendored = [_HTTPGUTS, _HTTPPROXY, "golang.org/x/net/http2/hpack", "golang.org/x/net/idna"],
    ),
    _copy("expvar", ["log", "net/http", "os", "runtime"]),
    _copy("image"),
    _copy("image/internal/imageutil", ["image"]),
    _copy("image/draw", ["image", "image/internal/imageutil"]),
    _copy("image/gif", ["fmt", "image", "image/draw"]),
    _copy("image/jpeg", ["image", "image/internal/imageutil"]),
    _copy("image/png", ["fmt", "image"]),
    _copy("net/http/cgi", ["crypto/tls", "fmt", "log", "net", "net/http", "net/textproto", "os", "os/exec", "path/filepath", "runtime", "time"], vendored = [_HTTPGUTS]),
    _copy("net/http/cookiejar", ["fmt", "net", "net/http", "time"]),
    _copy("net/http/fcgi", ["fmt", "net", "net/http", "net/http/cgi", "os", "time"]),
    _copy("net/http/httptest", ["crypto/tls", "crypto/x509", "flag", "fmt", "log", "net", "net/http", "net/textproto", "os", "runtime", "time"], vendored = [_HTTPGUTS]),
    _copy("net/http/httputil", ["fmt", "log", "mime", "net", "net/http", "net/textproto", "time"], vendored = [_HTTPGUTS]),
    _copy("net/http/pprof", ["fmt", "log", "net/http", "os", "runtime", "runtime/pprof", "time"]),
    _copy("net/mail", ["fmt", "log", "mime", "net", "net/textproto", "time"]),
    _copy("net/rpc", ["encoding/gob", "fmt", "log", "net", "net/http"]),
    _copy("net/rpc/jsonrpc", ["fmt", "net", "net/rpc"]),
    _copy("testing/slogtest", ["fmt", "log/slog", "runtime", "time"]),
]
