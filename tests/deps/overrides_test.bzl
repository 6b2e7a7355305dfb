"""Tests of overrides."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private/deps:overrides.bzl", "overrides_for")

def _gazelle(directives, set = "", path = "", build_file_generation = "clean"):
    return struct(
        set = set,
        path = path,
        build_extra_args = ["-exclude=testdata"],
        build_file_generation = build_file_generation,
        directives = directives,
    )

def _patches(patches, set = "", path = "a.io/x"):
    return struct(set = set, path = path, patches = patches, patch_strip = 1)

def _tags(gazelle_override = [], gazelle_default_attributes = [], module_override = [], archive_override = []):
    return struct(
        archive_override = archive_override,
        gazelle_default_attributes = gazelle_default_attributes,
        gazelle_override = gazelle_override,
        module_override = module_override,
    )

def _no_override_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, {"build_file_generation": "clean"}, overrides_for(_tags(), "stock", "a.io/x"))
    return unittest.end(env)

def _gazelle_override_test_impl(ctx):
    env = unittest.begin(ctx)
    tags = _tags(
        gazelle_override = [
            _gazelle(["gazelle:a everywhere"], path = "a.io/x"),
            _gazelle(["gazelle:a stock"], path = "a.io/x", set = "stock", build_file_generation = "on"),
        ],
        gazelle_default_attributes = [
            _gazelle(["gazelle:a default"]),
            _gazelle(["gazelle:a api"], set = "api"),
        ],
    )
    for set, path, directive, generation in [
        ("stock", "a.io/x", "gazelle:a stock", "on"),
        ("stock", "a.io/y", "gazelle:a default", "clean"),
        ("item", "a.io/x", "gazelle:a everywhere", "clean"),
        ("api", "a.io/y", "gazelle:a api", "clean"),
    ]:
        asserts.equals(env, {
            "build_directives": [directive],
            "build_extra_args": ["-exclude=testdata"],
            "build_file_generation": generation,
        }, overrides_for(tags, set, path))
    return unittest.end(env)

def _source_override_test_impl(ctx):
    env = unittest.begin(ctx)
    tags = _tags(
        module_override = [_patches(["all.patch"]), _patches(["stock.patch"], set = "stock")],
        archive_override = [
            struct(
                set = "",
                path = "a.io/y",
                urls = ["https://a.io/y.zip"],
                sha256 = "abc",
                strip_prefix = "y",
                patches = ["y.patch"],
                patch_strip = 0,
            ),
        ],
    )
    asserts.equals(env, ["stock.patch"], overrides_for(tags, "stock", "a.io/x")["patches"])
    asserts.equals(env, ["all.patch"], overrides_for(tags, "item", "a.io/x")["patches"])
    asserts.equals(env, {
        "build_file_generation": "clean",
        "patch_args": ["-p0"],
        "patches": ["y.patch"],
        "sha256": "abc",
        "strip_prefix": "y",
        "urls": ["https://a.io/y.zip"],
    }, overrides_for(tags, "item", "a.io/y"))
    return unittest.end(env)

_no_override_test = unittest.make(_no_override_test_impl)
_gazelle_override_test = unittest.make(_gazelle_override_test_impl)
_source_override_test = unittest.make(_source_override_test_impl)

def overrides_test_suite(name):
    """Declares the tests.

    Args:
      name: the test suite's name.
    """
    unittest.suite(name, _no_override_test, _gazelle_override_test, _source_override_test)
