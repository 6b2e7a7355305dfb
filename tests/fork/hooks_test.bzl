"""Tests of how hooks find packages."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private:hooks.bzl", "find_hook", "resolve_hook")

# buildifier: disable=bzl-visibility
load("//merge/private:shared.bzl", "shares")

def _package(importpath, direct = [], vendor = "", aliases = []):
    """Returns what stands for a GoArchive."""
    data = struct(importpath = importpath, importmap = vendor + importpath, importpath_aliases = tuple(aliases))
    return struct(
        data = data,
        direct = direct,
        # By importmap. A depset cannot hold what has a list in it.
        reached = {data.importmap: data} | {k: v for d in direct for k, v in d.reached.items()},
    )

def _archive(package):
    """Returns a package whose transitive depset holds GoArchiveData, as a GoArchive's does."""
    return struct(
        data = package.data,
        direct = package.direct,
        transitive = struct(to_list = lambda: package.reached.values()),
    )

def _hook(imports = [], alternatives = []):
    return struct(
        srcs = ["added.go"],
        rename = {"Dial": "dial0"},
        imports = imports,
        alternatives = alternatives,
        module = struct(constant = struct(package = "a.io/rpc", name = "Version")),
    )

def _resolve(hook, package, others = []):
    return resolve_hook(hook, _archive(package), {p.data.importmap: p for p in [package] + others})

def _find_test_impl(ctx):
    env = unittest.begin(ctx)
    client = "a.io/rpc/client"
    adapters = [
        struct(hooks = {}),
        struct(hooks = {client: struct(role = "client"), "a.io/rpc/server": struct(role = "server")}),
    ]
    for package, role in [
        (_package(client), "client"),
        (_package(client, vendor = "shop.io/vendor/"), "client"),
        (_package("shop.io/fork/client", aliases = [client]), "client"),
        (_package("a.io/rpc/server", vendor = "shop.io/vendor/"), "server"),
    ]:
        asserts.equals(env, role, find_hook(adapters, package).role)
    for importpath in [client + "/callopt", "shop.io/vendor/" + client]:
        asserts.equals(env, None, find_hook(adapters, _package(importpath)))
    return unittest.end(env)

def _imports_test_impl(ctx):
    env = unittest.begin(ctx)
    wire = _package("a.io/wire")
    stats = _package("a.io/stats", direct = [wire])
    version = _package("a.io/rpc")
    client = _package("a.io/rpc/client", direct = [stats])
    resolved = _resolve(_hook(imports = ["a.io/stats", "a.io/wire", "a.io/gone"]), client, [wire, stats, version])
    asserts.equals(env, ["a.io/stats", "a.io/wire"], resolved.imports)
    asserts.equals(env, ["a.io/gone"], resolved.missing)
    asserts.equals(env, ["added.go"], resolved.srcs)
    asserts.equals(env, version, resolved.version)

    # What only the rest of the service imports does not count.
    resolved = _resolve(_hook(imports = ["a.io/other"]), client, [wire, stats, _package("a.io/other")])
    asserts.equals(env, ["a.io/other"], resolved.missing)
    asserts.equals(env, None, resolved.version)
    return unittest.end(env)

def _vendored_test_impl(ctx):
    env = unittest.begin(ctx)
    vendor = "shop.io/vendor/"
    own_wire = _package("a.io/wire", vendor = vendor)
    wire = _package("a.io/wire")
    direct_stats = _package("a.io/stats", vendor = "elsewhere/", direct = [wire, own_wire])
    stats = _package("a.io/stats", vendor = vendor)
    version = _package("a.io/rpc", vendor = vendor)
    other_version = _package("a.io/rpc")
    client = _package("a.io/rpc/client", vendor = vendor, direct = [direct_stats, _package("a.io/log", direct = [stats, other_version, version])])
    resolved = _resolve(_hook(imports = ["a.io/stats", "a.io/wire"]), client, [wire, own_wire, direct_stats, stats, version, other_version])

    # The package's own import, and else that of its vendor folder.
    asserts.equals(env, ["elsewhere/a.io/stats", "shop.io/vendor/a.io/wire"], resolved.imports)
    asserts.equals(env, version, resolved.version)
    return unittest.end(env)

def _alternatives_test_impl(ctx):
    env = unittest.begin(ctx)
    hook = _hook(alternatives = [
        struct(importer = "a.io/codec", imports = "a.io/gopkg", rename = {"Encode": "encode0"}, srcs = ["gopkg.go"]),
        struct(importer = "a.io/codec", imports = "a.io/apache", rename = {}, srcs = ["apache.go"]),
    ])
    gopkg = _package("a.io/gopkg")
    apache = _package("a.io/apache")
    for direct, others, add, imports, missing in [
        ([gopkg], [], "gopkg.go", "a.io/gopkg", []),
        ([apache], [], "apache.go", "a.io/apache", []),
        ([apache, gopkg], [], "gopkg.go", "a.io/gopkg", []),

        # It is there, and the codec does not use it.
        ([apache], [gopkg], "apache.go", "a.io/apache", []),
        ([], [], None, None, ["a.io/gopkg"]),
        ([], [gopkg, apache], None, None, ["a.io/gopkg"]),
    ]:
        codec = _package("a.io/codec", direct = direct)
        client = _package("a.io/rpc/client", direct = [codec] + others)
        resolved = _resolve(hook, client, [codec, gopkg, apache])
        asserts.equals(env, ["added.go"] + ([add] if add else []), resolved.srcs)
        asserts.equals(env, ["Dial"] + (["Encode"] if add == "gopkg.go" else []), list(resolved.rename))
        asserts.equals(env, [imports] if imports else [], resolved.imports)
        asserts.equals(env, missing, resolved.missing)
    return unittest.end(env)

def _shares_test_impl(ctx):
    env = unittest.begin(ctx)
    shared = struct(prefixes = ["a.io/log"])
    for package, expected in [
        (_package("a.io/log/level"), True),
        (_package("a.io/log", vendor = "shop.io/vendor/"), True),
        (_package("a.io/logger"), False),
        (_package("shop.io/a", vendor = "a.io/log/vendor/"), False),
    ]:
        asserts.equals(env, expected, shares(shared, package.data))
    asserts.false(env, shares(None, _package("a.io/log").data))
    return unittest.end(env)

_find_test = unittest.make(_find_test_impl)
_imports_test = unittest.make(_imports_test_impl)
_vendored_test = unittest.make(_vendored_test_impl)
_alternatives_test = unittest.make(_alternatives_test_impl)
_shares_test = unittest.make(_shares_test_impl)

def hooks_test_suite(name):
    """Declares the tests.

    Args:
        name: string, the suite's name.
    """
    unittest.suite(name, _find_test, _imports_test, _vendored_test, _alternatives_test, _shares_test)
