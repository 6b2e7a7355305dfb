"""Coverage of the services of a merged binary, by `bazel coverage`.

rules_go instruments the packages and writes what ran when a binary ends. Here
that is done once for the process, and names the services' own files.
"""

load(":archives.bzl", "in_mode")
load(":rules_go.bzl", "BINCOV", "BINCOV_IMPORTPATH", "COVERAGE_SHIM", "GoArchive", "change_archive", "change_info")

_REPORT = """package main

import (
	"strings"

	"github.com/bazelbuild/rules_go/go/tools/bzltestutil/bincov"
	"github.com/bazelbuild/rules_go/go/tools/coverdata"
)

func init() {
	for name, copy := range coverdata.SrcPathMapping {
		if original, ok := originals[belowOutputs(copy)]; ok {
			coverdata.SrcPathMapping[name] = original
		}
	}
	bincov.AddExitHook()
}

// belowOutputs leaves out the configuration, which the compiler may have been
// told by another name than the rules.
func belowOutputs(path string) string {
	if rest, ok := strings.CutPrefix(path, "bazel-out/"); ok {
		_, rest, _ = strings.Cut(rest, "/")
		return rest
	}
	return path
}

// originals has the path of the original for that of each instrumented copy.
var originals = map[string]string{"""

COVERAGE_ATTRS = {
    "_bincov": attr.label(
        default = BINCOV,
        providers = [GoArchive],
    ),
}

def without_coverage_report(root):
    """Leaves out what a service's own binary has for writing what it covered.

    Args:
        root: GoArchive of a go_binary.

    Returns:
        a GoArchive.
    """
    if not [a for a in root.direct if _is_bincov(a)]:
        return root
    return change_archive(
        root,
        source = change_info(
            root.source,
            srcs = [f for f in root.source.srcs if not f.basename.endswith(COVERAGE_SHIM)],
            deps = [a for a in root.source.deps if not _is_bincov(a)],
        ),
        direct = [a for a in root.direct if not _is_bincov(a)],
    )

def _is_bincov(archive):
    return archive.data.importpath == BINCOV_IMPORTPATH

def coverage_report(ctx, go, services):
    """Writes the part of the main package that reports what was covered.

    Args:
        ctx: the rule's context, with COVERAGE_ATTRS.
        go: the merged binary's Go context.
        services: list of MergeServiceInfo.

    Returns:
        struct(srcs, deps) for the main package, empty without coverage.
    """
    if not go.coverage_enabled:
        return struct(srcs = [], deps = [])
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add(_REPORT)
    for service in services:
        lines.add_all(service.instrumented, map_each = _entry)
    lines.add("}")
    file = ctx.actions.declare_file(ctx.label.name + ".main/coverage.go")
    ctx.actions.write(file, lines)
    return struct(srcs = [file], deps = [in_mode(ctx.attr._bincov[GoArchive], go.mode), go.coverdata])

def _entry(pair):
    path = pair.copy.path
    if path.startswith("bazel-out/"):
        path = path.split("/", 2)[2]
    return "\t{}: {},".format(json.encode(path), json.encode(pair.original.path))
