"""Tests of the versions that a go.work file settles."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private/deps:workspace_versions.bzl", "join", "workspace_versions")

def _file(folder, require = [], replace = [], sums = [], go = "1.24", tools = []):
    """Returns what is read of a folder's go.mod file, or of go.work for None."""
    name = "go.work" if folder == None else folder + "/go.mod"
    return struct(
        go_mod = struct(
            module = "" if folder == None else "example.com/" + folder,
            go = struct(version = go, line = 3),
            require = [
                struct(path = words[0], version = words[1], indirect = words[-1] == "indirect", line = 10 + index)
                for index, words in enumerate([text.split(" ") for text in require])
            ],
            replace = [
                struct(path = old, version = "", new_path = new, new_version = "", line = 20 + index)
                for index, (old, new) in enumerate([text.split(" ") for text in replace])
            ],
            exclude = [],
            tools = tools,
        ),
        sums = {key: "h1:" + key for key in sums},
        files = struct(go_mod = name, go_sum = name.replace(".mod", ".sum"), tidy = "tidy"),
    )

def _versions_test_impl(ctx):
    env = unittest.begin(ctx)
    modules, errors = workspace_versions(
        _file(None, go = "", replace = ["x.io/fork ./fork"], sums = ["x.io/b@v1.10.0"]),
        [
            _file(
                "item",
                require = [
                    "example.com/rpc v0.0.0",
                    "x.io/a v1.0.0",
                    "x.io/b v1.10.0 indirect",
                    "x.io/fork v1.0.0",
                    "x.io/local v1.0.0",
                    "x.io/tool v1.0.0 indirect",
                ],
                replace = ["x.io/local ../local", "x.io/fork ../other", "example.com/rpc ../rpc"],
                sums = ["x.io/a@v1.0.0", "x.io/tool@v1.0.0"],
                tools = ["x.io/tool/cmd"],
            ),
            _file(
                "rpc",
                require = ["x.io/a v1.1.0 indirect", "x.io/b v1.9.0", "x.io/c v1.0.0 indirect"],
                replace = ["x.io/local ./../local"],
                sums = ["x.io/a@v1.1.0", "x.io/b@v1.9.0", "x.io/c@v1.0.0"],
            ),
        ],
    )
    asserts.equals(env, [], errors)

    # The highest version of each, where it comes from, and whether one of the
    # modules requires it itself. Used modules are not part of the set.
    asserts.equals(env, [
        "x.io/a v1.1.0 direct from 2",
        "x.io/b v1.10.0 direct from 1",
        "x.io/c v1.0.0 from 2",
        "x.io/fork ./fork direct from 0",
        "x.io/local ../local direct from 1",
        "x.io/tool v1.0.0 direct from 1",
    ], [
        "{} {}{} from {}".format(module.path, module.version or module.local_path, " direct" if module.direct else "", index)
        for module, index in modules
    ])
    return unittest.end(env)

def _errors_test_impl(ctx):
    env = unittest.begin(ctx)
    for want, used in [
        (
            "rpc/go.mod:3: go 1.16 means that not all modules are listed here, which takes go 1.17 or later; run: tidy -go=1.21",
            [_file("item"), _file("rpc", go = "1.16")],
        ),
        (
            "rpc/go.mod:10: module x.io/a@v1.1.0 has no sum in rpc/go.sum; run: tidy",
            [_file("item", require = ["x.io/a v1.0.0"], sums = ["x.io/a@v1.0.0"]), _file("rpc", require = ["x.io/a v1.1.0"])],
        ),
        (
            "rpc/go.mod:20: module x.io/a is replaced by ../b here and, at item/go.mod:20, by ../a; choose one with a replace directive in go.work",
            [_file("item", replace = ["x.io/a ../a"]), _file("rpc", replace = ["x.io/a ../b"])],
        ),
    ]:
        _, errors = workspace_versions(_file(None), used)
        asserts.equals(env, [want], errors)
    return unittest.end(env)

def _join_test_impl(ctx):
    env = unittest.begin(ctx)
    for folder, path, want in [
        ("", "./item", "item"),
        ("", ".", ""),
        ("a/b", "../c", "a/c"),
        ("a", "../../c", "../c"),
    ]:
        asserts.equals(env, want, join(folder, path))
    return unittest.end(env)

_versions_test = unittest.make(_versions_test_impl)
_errors_test = unittest.make(_errors_test_impl)
_join_test = unittest.make(_join_test_impl)

def workspace_versions_test_suite(name):
    """Declares the tests.

    Args:
      name: the test suite's name.
    """
    unittest.suite(name, _versions_test, _errors_test, _join_test)
