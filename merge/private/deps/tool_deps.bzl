"""The dependency set of the rules' own tools.

What users' `go_deps` has does not change when they add the rules, and the tools
are the same whatever it has. Only what a Gazelle binary links, and mergectl with
it, comes from `go_deps`: see the go.mod file beside this one.
"""

load(":overrides.bzl", "NO_OVERRIDES")
load(":repo_names.bzl", "repo_names")
load(":set.bzl", "declare_set")

# As in go.mod and go.sum.
_MODULES = [
    struct(
        path = "github.com/hmarr/codeowners",
        sum = "h1:+9yndrwG0UVP1GkLBEQMSbSUNeLpbrbL924SRthA/9k=",
        version = "v1.2.1",
    ),
    struct(
        path = "github.com/inconshreveable/mousetrap",
        sum = "h1:wN+x4NVGpMsO7ErUn/mUI3vEoE6Jt13X2s0bqwp9tc8=",
        version = "v1.1.0",
    ),
    struct(
        path = "github.com/spf13/cobra",
        sum = "h1:DMTTonx5m65Ic0GOoRY2c16WCbHxOOw6xxezuLaBpcU=",
        version = "v1.10.2",
    ),
    struct(
        path = "github.com/spf13/pflag",
        sum = "h1:9exaQaMOCwffKiiiYk6/BndUBv+iRViNW+4lEMi0PvY=",
        version = "v1.0.9",
    ),
    struct(
        path = "golang.org/x/mod",
        sum = "h1:hUv+3cXcdRHz08UmSiOob7sadHig73uo5bkXxQ/tvUs=",
        version = "v0.40.0",
    ),
    struct(
        path = "gopkg.in/yaml.v3",
        sum = "h1:fxVm/GzAzEWqLHuvctI91KS9hhNmmWOoWu0XTYJS7CA=",
        version = "v3.0.1",
    ),
]

def declare_tool_deps():
    """Declares the repositories of the set, such as @rules_go_merge_com_github_spf13_cobra."""
    name = "rules_go_merge"
    declare_set(
        struct(
            name = name,
            modules = [
                struct(local_path = "", path = module.path, replace = "", sum = module.sum, version = module.version)
                for module in _MODULES
            ],
            names = repo_names(name, [module.path for module in _MODULES]),
        ),
        NO_OVERRIDES,
    )

def _tool_deps_impl(module_ctx):
    declare_tool_deps()
    return module_ctx.extension_metadata(reproducible = True)

tool_deps = module_extension(
    implementation = _tool_deps_impl,
    doc = "Declares the Go modules that the rules' own tools are built from.",
)
