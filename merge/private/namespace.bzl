"""Names of services and namespaces."""

load(":labels.bzl", "display_label")

_SUFFIX = "_service"

# What golang.org/x/mod/module.CheckImportPath allows in a path element, less
# "~" and "+", which are left out so that file names stay readable.
_ALLOWED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"

# First elements to which the Go tool chain gives a special meaning.
_RESERVED = ["C", "builtin", "cmd", "go", "internal", "main", "runtime", "testmain", "type", "unsafe", "vendor"]

# First elements of paths of the standard library, whose functions could not be told
# from a service's own.
_STANDARD = [
    "archive",
    "arena",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "hash",
    "html",
    "image",
    "index",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "uuid",
    "weak",
]

# Of the 143 bytes that a file name has in an encrypted folder of eCryptFS, which has
# the least of the usual file systems. rules_go adds suffixes such as ".nogo.patch".
_LONGEST = 120

def service_name(label):
    """Returns the name of the service that a go_merge_service target stands for.

    Args:
        label: the target's Label.

    Returns:
        string: the target's name without a trailing "_service". It fails where a
        service cannot have that name.
    """
    name = label.name
    if name.endswith(_SUFFIX) and len(name) > len(_SUFFIX):
        name = name[:-len(_SUFFIX)]
    for char in name.elems():
        if char not in _ALLOWED:
            fail(("{}: a service's name is part of arguments, variables and links, and cannot have the character {}. " +
                  "Name the target with letters, digits, '-', '.' and '_'.").format(display_label(label), repr(char)))
    return name

def validate_namespace(label, namespace):
    """Fails when a namespace cannot be the prefix of an importpath.

    Args:
        label: Label of the target that declares the namespace.
        namespace: string.
    """
    problem = _problem(namespace)
    if problem:
        example = service_name(label).lower()
        fail(("{label}: namespace {namespace} is not a valid importpath prefix: {problem}. " +
              "Set `namespace` to slash-separated elements of letters, digits, '-', '.' and '_', such as {example}.").format(
            label = display_label(label),
            namespace = repr(namespace),
            problem = problem,
            example = repr(example if not _problem(example) else "my-" + example),
        ))

def file_name(*paths):
    """Returns a file name that stands for paths, whatever their length.

    Args:
        *paths: strings with slash-separated elements, such as a namespace and the
            importpath of a package.

    Returns:
        string: the elements with "~" between them; if that is too long, the end of
            it behind a hash of all.
    """
    name = "~".join(paths).replace("/", "~")
    if len(name) <= _LONGEST:
        return name

    # hash() has 32 bits. Two names that have all 64 in common fail to be declared twice.
    hashes = "".join(["%x" % (hash(text) + (1 << 31)) for text in [name, name[::-1]]])
    return "{}~{}".format(hashes, name[-(_LONGEST - len(hashes) - 1):])

def _problem(namespace):
    if not namespace:
        return "it is empty"
    for element in namespace.split("/"):
        if not element:
            return "it has an empty element"
        if element.startswith(".") or element.endswith("."):
            return "element {} begins or ends with a dot".format(repr(element))
        if element.startswith("-"):
            return "element {} begins with a dash".format(repr(element))
        for char in element.elems():
            if char not in _ALLOWED:
                return "it has the character {}".format(repr(char))
    first = namespace.split("/")[0]
    if first in _RESERVED:
        return "{} is reserved by the Go tool chain".format(repr(first))
    if first in _STANDARD:
        return "{} begins the paths of packages of the standard library".format(repr(first))
    return None
