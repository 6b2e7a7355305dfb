"""Tests of reading go.mod and go.sum."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private/deps:go_mod.bzl", "decode_go_mod", "decode_go_work", "parse_go_sum")

_GO_MOD = """\
module "example.com/stock" // Deprecated: merged

go 1.21

require example.com/first v1.0.0
require (
\t// require example.com/in/comment v1.0.0
\t"example.com/a" v1.2 // indirect; quoted and short
\texample.com/b v2.0.0+incompatible // a comment
)

exclude example.com/b v1.0.0
replace (
\texample.com/a => example.com/fork v1.0.0
\texample.com/b v2.0.0+incompatible => ../b
)
tool example.com/a/cmd/gen
"""

# What `go mod edit -json` prints for it.
_EDIT_JSON = """\
{
  "Module": {"Path": "example.com/stock", "Deprecated": "merged"},
  "Go": "1.21",
  "Require": [
    {"Path": "example.com/first", "Version": "v1.0.0"},
    {"Path": "example.com/a", "Version": "v1.2.0", "Indirect": true},
    {"Path": "example.com/b", "Version": "v2.0.0+incompatible"}
  ],
  "Exclude": [{"Path": "example.com/b", "Version": "v1.0.0"}],
  "Replace": [
    {"Old": {"Path": "example.com/a"}, "New": {"Path": "example.com/fork", "Version": "v1.0.0"}},
    {"Old": {"Path": "example.com/b", "Version": "v2.0.0+incompatible"}, "New": {"Path": "../b"}}
  ],
  "Retract": null,
  "Tool": [{"Path": "example.com/a/cmd/gen"}]
}
"""

def _decode_go_mod_test_impl(ctx):
    env = unittest.begin(ctx)
    go_mod = decode_go_mod(_EDIT_JSON, _GO_MOD)
    asserts.equals(env, "example.com/stock", go_mod.module)
    asserts.equals(env, struct(version = "1.21", line = 3), go_mod.go)
    asserts.equals(env, [
        struct(path = "example.com/first", version = "v1.0.0", indirect = False, line = 5),
        struct(path = "example.com/a", version = "v1.2.0", indirect = True, line = 8),
        struct(path = "example.com/b", version = "v2.0.0+incompatible", indirect = False, line = 9),
    ], go_mod.require)
    asserts.equals(env, [
        struct(path = "example.com/b", version = "v1.0.0", line = 12),
    ], go_mod.exclude)
    asserts.equals(env, [
        struct(path = "example.com/a", version = "", new_path = "example.com/fork", new_version = "v1.0.0", line = 14),
        struct(path = "example.com/b", version = "v2.0.0+incompatible", new_path = "../b", new_version = "", line = 15),
    ], go_mod.replace)
    asserts.equals(env, ["example.com/a/cmd/gen"], go_mod.tools)
    return unittest.end(env)

def _decode_empty_go_mod_test_impl(ctx):
    env = unittest.begin(ctx)
    go_mod = decode_go_mod("""{"Module": {"Path": "m"}, "Require": null, "Replace": null}""", "module m\n")
    asserts.equals(env, struct(version = "", line = 1), go_mod.go)
    asserts.equals(env, [], go_mod.require + go_mod.replace + go_mod.exclude + go_mod.tools)
    return unittest.end(env)

def _decode_go_work_test_impl(ctx):
    env = unittest.begin(ctx)
    work, used = decode_go_work(
        """{"Go": "1.24", "Use": [{"DiskPath": "./item"}, {"DiskPath": "."}], "Replace": [
            {"Old": {"Path": "example.com/a"}, "New": {"Path": "./a"}}]}""",
        "go 1.24\n\nuse ./item\nuse (\n\t.\n)\n\nreplace example.com/a => ./a\n",
    )
    asserts.equals(env, [struct(path = "./item", line = 3), struct(path = ".", line = 5)], used)
    asserts.equals(env, [
        struct(path = "example.com/a", version = "", new_path = "./a", new_version = "", line = 8),
    ], work.replace)
    asserts.equals(env, [], work.require)

    _, used = decode_go_work("""{"Go": "1.24", "Use": null}""", "go 1.24\n")
    asserts.equals(env, [], used)
    return unittest.end(env)

def _parse_go_sum_test_impl(ctx):
    env = unittest.begin(ctx)
    sums, errors = parse_go_sum("""\
example.com/a v1.2.0 h1:aaa=
example.com/a v1.2.0/go.mod h1:mod=
example.com/b v2.0.0+incompatible h1:bbb=

example.com/b v2.0.0+incompatible h9:future=
""", "s/go.sum", "cd s && go mod tidy")
    asserts.equals(env, {
        "example.com/a@v1.2.0": "h1:aaa=",
        "example.com/b@v2.0.0+incompatible": "h1:bbb=",
    }, sums)
    asserts.equals(env, [], errors)

    _, errors = parse_go_sum("""\
example.com/a v1.2.0 h1:aaa=
example.com/a v1.2.0 h1:bbb=
example.com/a v1.2.0
""", "s/go.sum", "cd s && go mod tidy")
    asserts.equals(env, [
        "s/go.sum:2: another sum for example.com/a@v1.2.0 than on line 1; remove the wrong one and run: cd s && go mod tidy",
        "s/go.sum:3: 2 words instead of module, version and sum; remove the line and run: cd s && go mod tidy",
    ], errors)
    return unittest.end(env)

_decode_go_mod_test = unittest.make(_decode_go_mod_test_impl)
_decode_empty_go_mod_test = unittest.make(_decode_empty_go_mod_test_impl)
_decode_go_work_test = unittest.make(_decode_go_work_test_impl)
_parse_go_sum_test = unittest.make(_parse_go_sum_test_impl)

def go_mod_test_suite(name):
    """Declares the tests.

    Args:
      name: the test suite's name.
    """
    unittest.suite(name, _decode_go_mod_test, _decode_empty_go_mod_test, _decode_go_work_test, _parse_go_sum_test)
