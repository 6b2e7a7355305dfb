"""Buildozer for `bazel mod tidy`, built from its Go module.

```starlark
buildozer = use_extension("@buildozer//:buildozer_binary.bzl", "buildozer_binary")
use_repo(buildozer, "buildozer_binary")
```
"""

def _buildozer_repository_impl(repository_ctx):
    for name in ["go.mod", "go.sum"]:
        repository_ctx.file(name, repository_ctx.read(Label("//:tool/" + name)))
    built = repository_ctx.execute(
        ["go", "build", "-o", "buildozer.exe", "github.com/bazelbuild/buildtools/buildozer"],
        environment = {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"},
    )
    if built.return_code:
        fail("building buildozer: " + built.stderr)
    repository_ctx.file("BUILD.bazel", "exports_files([\"buildozer.exe\"])\n")

_buildozer_repository = repository_rule(_buildozer_repository_impl)

def _buildozer_binary_impl(_module_ctx):
    _buildozer_repository(name = "buildozer_binary")

buildozer_binary = module_extension(_buildozer_binary_impl)
