"""Tests of the versions that a go.mod file settles."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private/deps:versions.bzl", "module_versions")

_FILES = struct(go_mod = "s/go.mod", go_sum = "s/go.sum", tidy = "cd s && go mod tidy")

def _go_mod(require = [], replace = [], exclude = [], tools = [], go = "1.21"):
    return struct(
        module = "example.com/s",
        go = struct(version = go, line = 3),
        require = [
            struct(path = path, version = version, indirect = indirect, line = 10 + index)
            for index, (path, version, indirect) in enumerate(require)
        ],
        replace = [
            struct(path = path, version = version, new_path = new_path, new_version = new_version, line = 20 + index)
            for index, (path, version, new_path, new_version) in enumerate(replace)
        ],
        exclude = [
            struct(path = path, version = version, line = 30 + index)
            for index, (path, version) in enumerate(exclude)
        ],
        tools = tools,
    )

def _summary(modules):
    return {
        module.path: " ".join([
            word
            for word in [module.version, module.sum, module.replace, module.local_path, "direct" if module.direct else ""]
            if word
        ])
        for module in modules
    }

def _module_versions_test_impl(ctx):
    env = unittest.begin(ctx)
    modules, errors = module_versions(
        _go_mod(
            require = [
                ("z.io/a", "v1.0.0", False),
                ("a.io/indirect", "v2.0.0+incompatible", True),
                ("a.io/tool/v2", "v2.1.0", True),
                ("a.io/twice", "v1.0.0", True),
                ("a.io/twice", "v1.0.0", False),
                ("a.io/fork", "v1.0.0", True),
                ("a.io/fork/v3", "v3.0.0", True),
                ("a.io/local", "v0.0.0", False),
                ("a.io/other", "v1.5.0", True),
            ],
            replace = [
                ("a.io/fork", "", "b.io/all", "v1.0.1"),
                ("a.io/fork/v3", "", "b.io/all/v3", "v3.0.1"),
                ("a.io/fork/v3", "v3.0.0", "b.io/one/v3", "v3.0.2"),
                ("a.io/local", "", "../local", ""),
                ("a.io/other", "v1.4.0", "../other", ""),
                ("a.io/absent", "", "../absent", ""),
            ],
            exclude = [("z.io/a", "v1.1.0")],
            tools = ["a.io/tool/v2/cmd/gen"],
        ),
        {
            "a.io/indirect@v2.0.0+incompatible": "h1:1",
            "a.io/other@v1.5.0": "h1:2",
            "a.io/tool/v2@v2.1.0": "h1:3",
            "a.io/twice@v1.0.0": "h1:4",
            "b.io/all@v1.0.1": "h1:5",
            "b.io/one/v3@v3.0.2": "h1:6",
            "z.io/a@v1.0.0": "h1:7",
        },
        _FILES,
    )
    asserts.equals(env, [], errors)
    asserts.equals(env, {
        "a.io/fork": "v1.0.1 h1:5 b.io/all",
        "a.io/fork/v3": "v3.0.2 h1:6 b.io/one/v3",
        "a.io/indirect": "v2.0.0+incompatible h1:1",
        "a.io/local": "../local direct",
        "a.io/other": "v1.5.0 h1:2",
        "a.io/tool/v2": "v2.1.0 h1:3 direct",
        "a.io/twice": "v1.0.0 h1:4",
        "z.io/a": "v1.0.0 h1:7 direct",
    }, _summary(modules))
    asserts.equals(env, sorted([module.path for module in modules]), [module.path for module in modules])
    return unittest.end(env)

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    for want, go_mod, sums in [
        (
            ["s/go.mod:3: go 1.16 means that not all modules are listed here, which takes go 1.17 or later; run: cd s && go mod tidy -go=1.21"],
            _go_mod(go = "1.16"),
            {},
        ),
        (
            ["s/go.mod:3: no go directive means that not all modules are listed here, which takes go 1.17 or later; run: cd s && go mod tidy -go=1.21"],
            _go_mod(go = ""),
            {},
        ),
        (
            ["s/go.mod:10: module a.io/x@v1.0.0 has no sum in s/go.sum; run: cd s && go mod tidy"],
            _go_mod(require = [("a.io/x", "v1.0.0", True)]),
            {"a.io/x@v1.0.1": "h1:1"},
        ),
        (
            ["s/go.mod:20: module b.io/x@v1.0.1 has no sum in s/go.sum; run: cd s && go mod tidy"],
            _go_mod(require = [("a.io/x", "v1.0.0", True)], replace = [("a.io/x", "", "b.io/x", "v1.0.1")]),
            {"a.io/x@v1.0.0": "h1:1"},
        ),
        (
            ["s/go.sum: no such file, but s/go.mod requires modules; run: cd s && go mod tidy"],
            _go_mod(require = [("a.io/x", "v1.0.0", True), ("a.io/y", "v1.0.0", True)]),
            None,
        ),
        (
            ["s/go.mod:10: module a.io/x@v1.0.0 is excluded on line 30; run: cd s && go mod tidy"],
            _go_mod(require = [("a.io/x", "v1.0.0", True)], exclude = [("a.io/x", "v1.0.0")]),
            {"a.io/x@v1.0.0": "h1:1"},
        ),
        (
            ["s/go.mod:11: module a.io/x is required at v1.1.0 and, on line 10, at v1.0.0; run: cd s && go mod tidy"],
            _go_mod(require = [("a.io/x", "v1.0.0", True), ("a.io/x", "v1.1.0", True)]),
            {"a.io/x@v1.0.0": "h1:1"},
        ),
    ]:
        _, errors = module_versions(go_mod, sums, _FILES)
        asserts.equals(env, want, errors)
    return unittest.end(env)

def _go_directive_test_impl(ctx):
    env = unittest.begin(ctx)
    for go, listed in {
        "": False,
        "1": False,
        "1.16": False,
        "1.17": True,
        "1.21rc2": True,
        "1.24.1": True,
        "1.9": False,
        "2.0": True,
    }.items():
        _, errors = module_versions(_go_mod(go = go), {}, _FILES)
        asserts.equals(env, listed, not errors, "go " + go)
    return unittest.end(env)

_module_versions_test = unittest.make(_module_versions_test_impl)
_errors_test = unittest.make(_errors_test_impl)
_go_directive_test = unittest.make(_go_directive_test_impl)

def versions_test_suite(name):
    """Declares the tests.

    Args:
      name: the test suite's name.
    """
    unittest.suite(name, _module_versions_test, _errors_test, _go_directive_test)
