"""The Go SDKs that tests of this repository run with, for //dev/gosdk.

```starlark
go_releases = use_extension("//dev/gosdk:extensions.bzl", "go_releases", dev_dependency = True)
use_repo(go_releases, "go_1_27")
```

They are Go modules, which `fetch.sh` fetches and `go.sum` pins. Nobody's builds
use them: they are not toolchains, and only what names one has it fetched.
"""

def _go_release_impl(ctx):
    script = ctx.path(ctx.attr._fetch)
    ctx.watch(ctx.attr._sums)
    ctx.report_progress("Fetching Go " + ctx.attr.version)
    result = ctx.execute(["bash", script, ctx.attr.version], timeout = 1200)
    if result.return_code:
        fail("Go {}: {}".format(ctx.attr.version, result.stderr))
    for entry in ctx.path(result.stdout.strip()).readdir():
        ctx.symlink(entry, entry.basename)
    ctx.file("BUILD.bazel", """exports_files(["VERSION"])\n""", executable = False)

_go_release = repository_rule(
    _go_release_impl,
    doc = "A Go SDK, of which other targets see the VERSION file only.",
    attrs = {
        "version": attr.string(
            doc = "Version, such as `1.27.4`.",
            mandatory = True,
        ),
        "_fetch": attr.label(default = ":fetch.sh"),
        "_sums": attr.label(default = ":go.sum"),
    },
    environ = ["GOPROXY", "HOME", "XDG_CACHE_HOME"],
)

def _go_releases_impl(ctx):
    versions = {}
    for line in ctx.read(Label(":go.sum")).splitlines():
        version = line.split(" ")[1].removeprefix("v0.0.1-go").removesuffix("/go.mod").rpartition(".")[0]
        versions[version] = True
    for version in versions:
        major, minor = version.split(".")[:2]
        _go_release(name = "go_{}_{}".format(major, minor), version = version)

go_releases = module_extension(
    _go_releases_impl,
    doc = "Makes a repository of each Go release in `go.sum`, such as `go_1_27`.",
)
