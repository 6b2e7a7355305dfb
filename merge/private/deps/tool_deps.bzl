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
        path = "github.com/fxamacker/cbor/v2",
        sum = "h1:NpKPmjDBgUfBms6tr6JZkTHtfFGcMKsw3eGcmD/sapM=",
        version = "v2.9.0",
    ),
    struct(
        path = "github.com/google/pprof",
        sum = "h1:FKHo8hFI3A+7w0aUQuYXQ+6EN5stWmeY/AZqtM8xk9k=",
        version = "v0.0.0-20240727154555-813a5fbdbec8",
    ),
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
        path = "github.com/munnerz/goautoneg",
        sum = "h1:C3w9PqII01/Oq1c1nUAm88MOHcQC9l5mIlSMApZMrHA=",
        version = "v0.0.0-20191010083416-a7dc8b61c822",
    ),
    struct(
        path = "github.com/pkg/browser",
        sum = "h1:+mdjkGKdHQG3305AYmdv1U2eRNDiU2ErMBj1gwrq8eQ=",
        version = "v0.0.0-20240102092130-5ac0b6a4141c",
    ),
    struct(
        path = "github.com/prometheus/client_model",
        sum = "h1:oBsgwpGs7iVziMvrGhE53c/GrLUsZdHnqNwqPLxwZyk=",
        version = "v0.6.2",
    ),
    struct(
        path = "github.com/prometheus/common",
        sum = "h1:pIgK94WWlQt1WLwAC5j2ynLaBRDiinoAb86HZHTUGI4=",
        version = "v0.67.5",
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
        path = "github.com/x448/float16",
        sum = "h1:qLwI1I70+NjRFUR3zs1JPUCgaCXSh3SW62uAKT1mSBM=",
        version = "v0.8.4",
    ),
    struct(
        path = "go.opentelemetry.io/proto/otlp",
        sum = "h1:l706jCMITVouPOqEnii2fIAuO3IVGBRPV5ICjceRb/A=",
        version = "v1.9.0",
    ),
    struct(
        path = "go.yaml.in/yaml/v2",
        sum = "h1:6gvOSjQoTB3vt1l+CU+tSyi/HOjfOjRLJ4YwYZGwRO0=",
        version = "v2.4.3",
    ),
    struct(
        path = "golang.org/x/mod",
        sum = "h1:hUv+3cXcdRHz08UmSiOob7sadHig73uo5bkXxQ/tvUs=",
        version = "v0.40.0",
    ),
    struct(
        path = "golang.org/x/sys",
        sum = "h1:o7XGOvZQCADBQQ4Y7VNq2dRWQR7JmOUW8Kxx4ZsNgWs=",
        version = "v0.47.0",
    ),
    struct(
        path = "google.golang.org/protobuf",
        sum = "h1:fV6ZwhNocDyBLK0dj+fg8ektcVegBBuEolpbTQyBNVE=",
        version = "v1.36.11",
    ),
    struct(
        path = "gopkg.in/inf.v0",
        sum = "h1:73M5CoZyi3ZLMOyDlQh031Cx6N9NDJ2Vvfl76EDAgDc=",
        version = "v0.9.1",
    ),
    struct(
        path = "gopkg.in/yaml.v3",
        sum = "h1:fxVm/GzAzEWqLHuvctI91KS9hhNmmWOoWu0XTYJS7CA=",
        version = "v3.0.1",
    ),
    struct(
        path = "k8s.io/apimachinery",
        sum = "h1:Z2L3IHvPVv/MJ7xRxHEtk6GoJElaAqDCCU0S6ncYok8=",
        version = "v0.35.0",
    ),
    struct(
        path = "sigs.k8s.io/json",
        sum = "h1:IpInykpT6ceI+QxKBbEflcR5EXP7sU1kvOlxwZh5txg=",
        version = "v0.0.0-20250730193827-2d320260d730",
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
