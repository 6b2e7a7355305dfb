"""Tests of repository names."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//merge/private/deps:repo_names.bzl", "gazelle_repo_name", "repo_names")

def _gazelle_repo_name_test_impl(ctx):
    env = unittest.begin(ctx)
    for path, name in {
        "example.com": "com_example",
        "github.com/BurntSushi/toml": "com_github_burntsushi_toml",
        "github.com/a--b/c.d": "com_github_a_b_c_d",
        "github.com/cloudwego/kitex": "com_github_cloudwego_kitex",
        "github.com/jackc/pgx/v5": "com_github_jackc_pgx_v5",
        "go.uber.org/zap": "org_uber_go_zap",
        "golang.org/x/net": "org_golang_x_net",
        "gopkg.in/yaml.v3": "in_gopkg_yaml_v3",
    }.items():
        asserts.equals(env, name, gazelle_repo_name(path))
    return unittest.end(env)

def _colliding_names_test_impl(ctx):
    env = unittest.begin(ctx)
    paths = ["github.com/Sirupsen/logrus", "github.com/sirupsen/logrus", "x.io/a_b", "x.io/a-b", "x.io/A.b", "x.io/c"]
    names = repo_names("stock", paths)
    asserts.equals(env, "stock_com_github_sirupsen_logrus", names["github.com/sirupsen/logrus"])
    asserts.equals(env, "stock_io_x_a_b", names["x.io/a-b"])
    asserts.equals(env, "stock_io_x_c", names["x.io/c"])
    asserts.equals(env, len(paths), len({name: None for name in names.values()}))
    for path in paths:
        asserts.true(env, names[path].startswith("stock_" + gazelle_repo_name(path)), names[path])
    asserts.equals(env, names, repo_names("stock", reversed(paths)))
    return unittest.end(env)

_gazelle_repo_name_test = unittest.make(_gazelle_repo_name_test_impl)
_colliding_names_test = unittest.make(_colliding_names_test_impl)

def repo_names_test_suite(name):
    """Declares the tests.

    Args:
      name: the test suite's name.
    """
    unittest.suite(name, _gazelle_repo_name_test, _colliding_names_test)
