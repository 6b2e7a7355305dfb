"""What a service's go_binary says about its link and its mode."""

load(":godebug.bzl", "GODEBUG_DEFAULT", "merged_godebug", "parse_godebug")
load(":labels.bzl", "display_label")

GoBinaryAttrsInfo = provider(
    doc = "Attributes of a go_binary that none of its providers has.",
    fields = {
        "gc_linkopts": "list of string, as written, or None if the rule has no such attribute.",
        "kind": "string, the rule.",
    },
)

def _go_binary_attrs_impl(_target, ctx):
    return [GoBinaryAttrsInfo(
        gc_linkopts = getattr(ctx.rule.attr, "gc_linkopts", None),
        kind = ctx.rule.kind,
    )]

go_binary_attrs = aspect(
    implementation = _go_binary_attrs_impl,
    doc = "Reads attributes of a go_binary.",
    provides = [GoBinaryAttrsInfo],
)

# Flags of the Go linker whose value may be the next argument.
_WITH_VALUE = [
    "B",
    "E",
    "H",
    "I",
    "L",
    "R",
    "T",
    "X",
    "benchmark",
    "benchmarkprofile",
    "buildid",
    "buildmode",
    "capturehostobjs",
    "cpuprofile",
    "extar",
    "extld",
    "extldflags",
    "fipso",
    "importcfg",
    "installsuffix",
    "k",
    "libgcc",
    "linkmode",
    "macos",
    "macsdk",
    "memprofile",
    "memprofilerate",
    "o",
    "pluginpath",
    "r",
    "randlayout",
    "tmpdir",
]

# Flags without which a service may not link: they are for the merged binary, too.
_FOR_ALL = ["checklinkname", "extldflags", "linkmode"]

# Those of these flags that a linker takes several times.
_ADDED_UP = ["extldflags"]

# Flags that leave something out of the binary, which is done if all services want it.
_BY_ALL = ["s", "w"]

# Values that switch a flag off.
_OFF = ["0", "F", "FALSE", "False", "f", "false"]

# Build tags that packages of the standard library read which services have no copies
# of: of net, os/user, runtime and time, and of packages for cryptography and numbers.
_STD_TAGS = ["boringcrypto", "faketime", "math_big_pure_go", "netcgo", "netgo", "osusergo", "purego", "timetzdata"]

# Settings of the mode that the merged binary has once.
_MODE = ["goarch", "goos", "linkmode", "msan", "pure", "race", "static"]

def linker_settings(ctx, root, mode, rename):
    """Reads what a service's go_binary says to the linker.

    What the merged binary does not do is printed.

    Args:
        ctx: the rule's context, with `binary`.
        root: GoArchive, the service's binary.
        mode: the merged binary's mode.
        rename: function from a variable's name in the service's own binary to that
            in the merged one.

    Returns:
        struct(definitions = dict of string to string, the values of variables, in
        which nothing stands for a stamp; godebug = dict of
        string to string, its defaults of GODEBUG; linkopts = list of list of
        string, a flag and its value; strips = list of flags that leave something
        out).
    """
    attrs = ctx.attr.binary[GoBinaryAttrsInfo]
    if attrs.gc_linkopts == None:
        fail(("{}: binary = {} is a {}, which does not show how its program is linked. " +
              "Name the go_binary target itself. For what a go_cross_binary chooses, wrap the go_merged_binary in one.").format(
            display_label(ctx.label),
            display_label(ctx.attr.binary.label),
            attrs.kind,
        ))
    definitions = {}
    godebug = root.x_defs.get(GODEBUG_DEFAULT, "")
    linkopts = []
    strips = []
    left_out = []
    words = [
        ctx.expand_make_variables("gc_linkopts", word, {})
        for word in attrs.gc_linkopts
    ]
    for flag in _flags(words):
        if _sets_godebug(flag):
            godebug = flag.value.partition("=")[2]
        elif flag.name == "X":
            variable, _, value = flag.value.partition("=")
            definitions[rename(variable)] = value
        elif flag.name in _FOR_ALL:
            linkopts.append(flag.args)
        elif flag.name in _BY_ALL and flag.value not in _OFF:
            strips.append("-" + flag.name)
        elif flag.name in _BY_ALL:
            pass  # which is what a linker does without the flag
        else:
            left_out.append("gc_linkopts {}".format(" ".join(flag.args)))
    for name in _MODE:
        own, merged = getattr(root.source.mode, name, None), getattr(mode, name, None)
        if own != merged:
            left_out.append("{} = {}".format(name, own))
    std_tags = [tag for tag in root.source.mode.tags if tag in _STD_TAGS and tag not in mode.tags]
    if std_tags:
        left_out.append("gotags = {} for the standard library".format(", ".join(std_tags)))
    if left_out:
        # buildifier: disable=print
        print("{}: left out in a merged binary: {} of {}, since it is for the whole process; to have it, set it in the go_merged_binary or on the command line".format(
            display_label(ctx.label),
            ", ".join(left_out),
            display_label(ctx.attr.binary.label),
        ))
    return struct(definitions = definitions, godebug = parse_godebug(godebug), linkopts = linkopts, strips = strips)

def _sets_godebug(flag):
    return flag.name == "X" and flag.value.startswith(GODEBUG_DEFAULT + "=")

def _flags(words):
    """Splits the linker's flags into structs of name, value and args."""
    flags = []
    skip = False
    for i, word in enumerate(words):
        if skip:
            skip = False
            continue
        name, has_value, value = word.lstrip("-").partition("=")
        args = [word]
        if not has_value and name in _WITH_VALUE and i + 1 < len(words):
            value = words[i + 1]
            args.append(value)
            skip = True
        flags.append(struct(name = name, value = value, args = args))
    return flags

def merged_linkopts(ctx, services, mode):
    """Joins the flags of services with the merged binary's own, which win.

    Variables that the latter set, or the command line, are those of all services
    that have the package.

    Args:
        ctx: the rule's context, with `gc_linkopts`.
        services: list of MergeServiceInfo.
        mode: the merged binary's mode, whose flags rules_go adds at the end.

    Returns:
        list of string.
    """
    own = _flags([ctx.expand_make_variables("gc_linkopts", word, {}) for word in ctx.attr.gc_linkopts])
    deciding = own + _flags(mode.gc_linkopts)
    _check_one_for_all(ctx.label, services, deciding)
    godebug = {}
    for flag in own:
        if _sets_godebug(flag):
            godebug = parse_godebug(flag.value.partition("=")[2])
    opts = ["-X", "{}={}".format(GODEBUG_DEFAULT, merged_godebug(ctx.label, services, godebug))]
    seen = {}
    for service in services:
        for args in service.linker.linkopts:
            key = " ".join(args)
            if key not in seen:
                seen[key] = True
                opts.extend(args)
        for variable, value in service.linker.definitions.items():
            opts.extend(["-X", "{}={}".format(variable, value)])
    for strip in _BY_ALL:
        flag = "-" + strip
        if services and not [s for s in services if flag not in s.linker.strips]:
            opts.append(flag)
    opts.extend([arg for flag in own if not _sets_godebug(flag) for arg in flag.args])
    for flag in deciding:
        if flag.name == "X":
            opts.extend(_for_services(flag.value, services))
    return opts

def _check_one_for_all(label, services, deciding):
    """Fails where two services want different values of what the merged binary has once.

    These are variables of packages in no namespace, and flags of the linker, of which
    it would take the last one. Variables of packages that nobody links count for
    nothing.

    Args:
        label: Label of the merged binary.
        services: list of MergeServiceInfo.
        deciding: list of struct, the flags that win over those of services.
    """
    decided = {_once(flag): True for flag in deciding}
    owners = {}
    for service in services:
        values = {
            variable: value
            for variable, value in (service.main.x_defs | service.linker.definitions).items()
            if variable.rpartition(".")[0] in service.shared_packages or variable.startswith("runtime.")
        }
        for flag in _flags([arg for args in service.linker.linkopts for arg in args]):
            if flag.name not in _ADDED_UP:
                values["-" + flag.name] = flag.value
        for name, value in values.items():
            if name in decided:
                continue
            owner = owners.setdefault(name, struct(binary = service.binary, value = value))
            if value != owner.value:
                fail(("{binary}: {first} sets {name} to {first_value}, and {second} sets it to {second_value}, but the merged binary has it once. " +
                      "Give both one value, or decide for all services in gc_linkopts of the go_merged_binary.").format(
                    binary = display_label(label),
                    first = display_label(owner.binary),
                    first_value = repr(owner.value),
                    name = name,
                    second = display_label(service.binary),
                    second_value = repr(value),
                ))

def _once(flag):
    """Returns what a flag decides: the variable of a definition, or the flag itself."""
    return flag.value.partition("=")[0] if flag.name == "X" else "-" + flag.name

def _for_services(definition, services):
    """Returns the flags that define a variable in the namespaces that have it."""
    name, _, value = definition.partition("=")
    package, _, variable = name.rpartition(".")
    importmaps = []
    for service in services:
        if package == "main":
            importmaps.append(service.main.data.importmap)
        else:
            importmaps.extend([p.importmap for p in service.packages if p.importpath == package])
    return [arg for importmap in importmaps for arg in ["-X", "{}.{}={}".format(importmap, variable, value)]]
