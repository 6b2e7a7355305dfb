"""A test of what the rules write into the manifest and the main package, and hand on."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//merge:defs.bzl", "MergedBinaryInfo")

_ATTRIBUTES = ["version", "revision", "listen", "on_exit", "on_panic", "restart", "max_inflight", "cpu_limit"]

def _manifest_test_impl(ctx):
    env = analysistest.begin(ctx)
    actions = analysistest.target_actions(env)
    base = json.decode([a.content for a in actions if a.outputs.to_list()[0].basename == "base.json"][0])
    asserts.equals(
        env,
        {
            "plain": ["", "{STABLE_GIT_COMMIT}", True, "stop", "crash", "never", 0, ""],
            "set": ["1.4=rc1", "r{BUILT}", False, "keep", "contain", "on_failure", 100, "0.5"],
        },
        {s["name"]: [s[a] for a in _ATTRIBUTES] for s in base["services"]},
    )

    asserts.equals(env, {"*": "cooperative", "plain->set": "strict"}, base["deadlines"])

    action = [a for a in actions if a.mnemonic == "GoMergeMain"][0]
    main = action.argv
    services = [value for flag, value in zip(main, main[1:]) if flag == "--service"]
    asserts.equals(env, ["true=", "false=1.4=rc1"], [s.split("=", 3)[3] for s in services])
    lifecycles = [value for flag, value in zip(main, main[1:]) if flag == "--lifecycle"]
    asserts.equals(env, ["plain=stop=crash=never=0=", "set=keep=contain=on_failure=100=0.5"], lifecycles)
    revisions = [value for flag, value in zip(main, main[1:]) if flag == "--revision"]
    asserts.equals(env, ["plain=revision0", "set=revision1"], revisions)
    digests = [value.partition("=")[0] for flag, value in zip(main, main[1:]) if flag == "--digest"]
    asserts.equals(env, ["plain", "set"], digests)
    _check_stamps(env, actions)
    deadlines = [value for flag, value in zip(main, main[1:]) if flag == "--deadline"]
    asserts.equals(env, ["*=cooperative", "plain->set=strict"], deadlines)

    # mergegen checks them by the links of all services.
    asserts.equals(env, 2, len([f for f in action.inputs.to_list() if f.basename == "links.json"]))
    _check_outputs(env, actions)
    return analysistest.end(env)

def _check_stamps(env, actions):
    """The link sets revisions, and without --stamp nothing depends on the commit."""
    link = [a for a in actions if a.mnemonic == "GoLink"][0]
    for revision in ["shop.main.revision0={STABLE_GIT_COMMIT}", "shop.main.revision1=r{BUILT}"]:
        asserts.true(env, revision in link.argv, revision + " is not set by the linker")
    manifest = [a for a in actions if a.mnemonic == "GoMergeManifest"][0]
    for action in [link, manifest]:
        asserts.equals(env, [], [f.basename for f in action.inputs.to_list() if f.basename.endswith("-status.txt")])
    asserts.equals(env, 2, len([f for f in manifest.inputs.to_list() if f.extension == "digest"]))

def _check_outputs(env, actions):
    """Users' rules find all outputs, and nobody else builds more than the executable."""
    target = analysistest.target_under_test(env)
    info = target[MergedBinaryInfo]
    asserts.equals(env, target.label, info.label)
    asserts.equals(env, ["plain", "set"], [s.name for s in info.services])
    asserts.equals(env, ["shop.debug_info/plain.json", "shop.debug_info/set.json"], [_name(env, info.debug_info[s.name]) for s in info.services])

    groups = target[OutputGroupInfo]
    for group, files in {
        "debug_info": info.debug_info.values(),
        "link_graph": [info.link_graph],
        "manifest": [info.manifest],
        "versions": [info.versions],
    }.items():
        asserts.equals(env, files, groups[group].to_list())
    asserts.equals(env, ["shop.links.dot", "shop.manifest.json"], [_name(env, f) for f in [info.link_graph, info.manifest]])

    default = target[DefaultInfo]
    asserts.equals(env, [info.executable], default.files.to_list())
    asserts.equals(env, [info.executable], default.default_runfiles.files.to_list())

    # One action reads the executable, for all services.
    readers = [a.mnemonic for a in actions if info.executable in a.inputs.to_list() and a.mnemonic.startswith("GoMerge")]
    asserts.equals(env, ["GoMergeDebugInfo"], readers)

def _name(env, file):
    return file.short_path.removeprefix(analysistest.target_under_test(env).label.package + "/")

manifest_test = analysistest.make(_manifest_test_impl)

def _digest_test_impl(ctx):
    """The digest of a service has what its binary asks of the linker."""
    env = analysistest.begin(ctx)
    action = [a for a in analysistest.target_actions(env) if a.mnemonic == "GoMergeDigest"][0]
    flags = {flag: value for flag, value in zip(action.argv, action.argv[1:])}
    asserts.equals(
        env,
        {"godebug": {"panicnil": "1"}, "linkopts": [["-extldflags", "-lm"]]},
        json.decode(flags["--linker"]),
    )
    return analysistest.end(env)

digest_test = analysistest.make(_digest_test_impl)
