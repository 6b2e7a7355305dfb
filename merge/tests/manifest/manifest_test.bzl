"""A test of what the rules write into the manifest and the main package.

```starlark
load(":manifest_test.bzl", "manifest_test")

manifest_test(
    name = "manifest_test",
    target_under_test = ":shop",
)
```
"""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_ATTRIBUTES = ["version", "listen", "on_exit", "on_panic", "restart", "max_inflight", "cpu_share"]

def _manifest_test_impl(ctx):
    env = analysistest.begin(ctx)
    actions = analysistest.target_actions(env)
    base = json.decode([a.content for a in actions if a.outputs.to_list()[0].basename == "base.json"][0])
    asserts.equals(
        env,
        {
            "plain": ["", True, "stop", "crash", "never", 0, ""],
            "set": ["1.4=rc1", False, "keep", "contain", "on_failure", 100, "0.5"],
        },
        {s["name"]: [s[a] for a in _ATTRIBUTES] for s in base["services"]},
    )

    main = [a for a in actions if a.mnemonic == "GoMergeMain"][0].argv
    services = [value for flag, value in zip(main, main[1:]) if flag == "--service"]
    asserts.equals(env, ["true=", "false=1.4=rc1"], [s.split("=", 3)[3] for s in services])
    lifecycles = [value for flag, value in zip(main, main[1:]) if flag == "--lifecycle"]
    asserts.equals(env, ["plain=stop=crash=never=0=", "set=keep=contain=on_failure=100=0.5"], lifecycles)
    return analysistest.end(env)

manifest_test = analysistest.make(_manifest_test_impl)
