package main

// The policy is what people decide about the standard library. What follows from
// it, and from the sources, is computed.

// views are packages that the runtime or the linker knows by their path, so that
// a copy would not work. Services have the original's types, and for a few functions
// their own ones, which are in merge/std.
var views = map[string]string{
	"crypto/tls":    "dials, listens and reads certificates where the service may",
	"crypto/x509":   "its fallback roots are those of the first service that sets any",
	"fmt":           "prints to and scans from the service's standard files",
	"net":           "dials and listens where the service may, by its own resolver",
	"net/textproto": "dials where the service may",
	"os":            "environment, arguments, exit and files are the service's",
	"os/signal":     "signals are told to each service by itself",
	"runtime":       "names of functions are those of the service alone, knobs have an owner",
	"runtime/debug": "build information is the service's, knobs have an owner",
	"runtime/pprof": "the service sees and makes its own profiles",
	"runtime/trace": "the service stops its own execution trace only",
	"syscall":       "environment, exit and files are the service's",
	"time":          "Local is the service's",
}

// roots are packages that services need copies of for what they do. Packages that
// show their types become copies, too.
var roots = map[string]string{
	"archive/zip":                "registers compressors, and opens files",
	"database/sql":               "registers drivers",
	"encoding/gob":               "registers types, by names that have the namespace in them",
	"expvar":                     "publishes variables, and registers a handler",
	"flag":                       "has CommandLine, which parses os.Args",
	"image":                      "registers formats",
	"internal/syscall/execenv":   "reads the environment for children",
	"io/ioutil":                  "reads and writes files",
	"log":                        "has a default logger",
	"log/internal":               "has the default logger's output, which log and log/slog set",
	"log/slog":                   "has a default logger",
	"mime":                       "registers extensions",
	"mime/multipart":             "keeps what is too large for memory in temporary files",
	"net/http":                   "has DefaultServeMux, DefaultTransport and DefaultClient",
	"net/http/pprof":             "registers handlers at DefaultServeMux",
	"net/rpc":                    "has DefaultServer, and registers handlers",
	"net/smtp":                   "dials, and shows no type of net by which that would be found",
	"os/exec":                    "starts programs",
	"path/filepath":              "opens folders, and asks for the working directory",
	"vendor/" + modulesHTTPProxy: "reads the environment for net/http",
}

// folderRoots are roots for services with their own working directory. Others
// read the files that they mean without copies, which are large.
var folderRoots = map[string]string{
	"html/template": readsFiles,
	"text/template": readsFiles,
}

const modulesHTTPProxy = "golang.org/x/net/http/httpproxy"

// renames are the declarations of copies that merge/std replaces.
var renames = map[string]map[string]string{
	"encoding/gob": {
		"RegisterName":  "goMergeRegisterName",
		"newTypeObject": "goMergeNewTypeObject",
	},
	"os/exec": {
		"findExecutable": "goMergeFindExecutable",
	},
}

// originals are packages that import such of which services have their own, and
// remain the standard library's. docs/isolation.md lists what of that can be
// noticed.
var originals = map[string]string{
	"archive/tar":        "asks for users and devices of files that are open",
	"debug/buildinfo":    readsFiles,
	"debug/elf":          readsFiles,
	"debug/macho":        readsFiles,
	"debug/pe":           readsFiles,
	"debug/plan9obj":     readsFiles,
	"go/ast":             readsFiles,
	"go/build":           readsFiles,
	"go/parser":          readsFiles,
	"go/printer":         "prints its own errors",
	"go/scanner":         "cleans paths",
	"go/types":           readsFiles,
	"net/http/httptrace": "is a table of functions that the transport finds in a context",
	"os/user":            readsFiles,
	"testing":            "is of the test, not of a service",
	"testing/iotest":     "is of the test, not of a service",
	"testing/quick":      "is of the test, not of a service",
	"text/scanner":       "prints its own errors",
	"time/tzdata":        "names errors",

	"internal/filepathlite":                 "names errors",
	"internal/nettest":                      "is a network in memory, with its own types",
	"internal/syscall/unix":                 systemCalls,
	"internal/syscall/windows":              systemCalls,
	"internal/syscall/windows/registry":     systemCalls,
	"net/http/internal/httpcommon":          "compares headers",
	"vendor/golang.org/x/net/http/httpguts": "compares headers",
	"vendor/golang.org/x/text/unicode/bidi": "logs its own bugs",
}

const (
	readsFiles  = "reads files of which the program names the path"
	systemCalls = "is system calls that packages above it choose"
)
