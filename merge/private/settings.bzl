"""What each service of a merged binary sees of the process, as the linker sets it."""

load(":labels.bzl", "display_label")
load(":rules_go.bzl", "GoArchive")

def expand_env(ctx):
    """Expands the values of `env` as rules_go's rules do: `$(location)` and similar variables only.

    Args:
        ctx: the context of a rule with `env` and `data`.

    Returns:
        dict of string to string.
    """
    return {name: ctx.expand_location(value, ctx.attr.data) for name, value in ctx.attr.env.items()}

# Variables that Go's runtime reads for the process, which no service can have for
# itself. merge/runtime/process has them, too.
_OF_PROCESS = ["GOCOVERDIR", "GODEBUG", "GORACE"]

def check_env(ctx):
    """Fails for variables that a service cannot have for itself.

    Args:
        ctx: the context of a rule with `env`.
    """
    for name in ctx.attr.env:
        if name in _OF_PROCESS:
            fail(("{}: env has {}, which Go's runtime reads for the whole process. " +
                  "Set it for the process, as in `env` of the go_merged_binary or where the process is started.").format(display_label(ctx.label), name))

def expand_args(ctx):
    """Expands `args` as Bazel does those of a go_binary, without taking them apart at spaces.

    Args:
        ctx: the context of a rule with `args` and `data`.

    Returns:
        list of string.
    """

    # Neither function keeps the other from what is behind "$$".
    return [
        "$".join([
            ctx.expand_make_variables("args", ctx.expand_location(part, ctx.attr.data), {})
            for part in arg.split("$$")
        ])
        for arg in ctx.attr.args
    ]

def working_directory(ctx, shared, own_std):
    """Reads and checks the attribute `working_directory`.

    Args:
        ctx: the context of a rule with `working_directory` and `data`.
        shared: a MergeSharedInfo, or None.
        own_std: list of struct, what own_std_packages() returned.

    Returns:
        string, "" for the process's.
    """
    text = ctx.attr.working_directory
    if not text:
        return ""
    if text.strip() != text or "\n" in text:
        fail("{}: working_directory = {} has a line break, or white space at its beginning or end; write the path without".format(display_label(ctx.label), repr(text)))
    own = {p.path: True for p in own_std}
    missing = [path for path in _FINDING_FILES if path not in own]
    if missing:
        fail(("{}: working_directory = {} needs packages {} to be the service's own, but {} shares {}. " +
              "Remove them from its `prefixes`, or leave working_directory unset.").format(
            display_label(ctx.label),
            repr(text),
            ", ".join(_FINDING_FILES),
            display_label(shared.label),
            ", ".join(missing),
        ))
    return ctx.expand_location(text, ctx.attr.data)

# The packages of the standard library that find files by relative paths, and would
# find the process's if they were shared.
_FINDING_FILES = ["crypto/tls", "io/ioutil", "net", "os", "os/exec", "path/filepath", "syscall"]

def runfiles_of_data(ctx):
    """Returns what the rule's `data` needs at run time.

    Args:
        ctx: the context of a rule with `data`.

    Returns:
        runfiles.
    """
    return ctx.runfiles(ctx.files.data).merge_all([target[DefaultInfo].default_runfiles for target in ctx.attr.data])

def process_settings(ctx, services):
    """Returns the link-time definitions that merge/runtime/process reads.

    Args:
        ctx: the rule's context, with `_process`.
        services: list of MergeServiceInfo.

    Returns:
        dict for `x_defs`.
    """
    owners = {}
    for service in services:
        variable = _variable(service.name)
        if variable in owners:
            fail(("{binary}: {first} and {second} would both read their start-up settings from variables with the prefix {variable}. " +
                  "Rename one of the targets.").format(
                binary = display_label(ctx.label),
                first = display_label(owners[variable]),
                second = display_label(service.label),
                variable = variable,
            ))
        owners[variable] = service.label
    for variable, label in owners.items():
        for longer, other in owners.items():
            if longer != variable and longer.startswith(variable):
                fail(("{binary}: {first} reads its start-up settings from variables with the prefix {variable}, and so would take those of {second}, whose prefix is {longer}. " +
                      "Rename one of the targets.").format(
                    binary = display_label(ctx.label),
                    first = display_label(label),
                    second = display_label(other),
                    variable = variable,
                    longer = longer,
                ))

    # Lists only, since rules_go takes braces for stamp variables. Those that
    # are left are within strings.
    settings = json.encode([
        [
            s.name,
            [[name, value] for name, value in sorted(s.process.env.items())],
            s.process.env_inherit,
            s.process.args,
            s.name + ": " if s.process.log_name else "",
            [[name, rules] for name, rules in sorted(s.process.permissions.items())],
            s.process.working_directory,
            not s.listen,
        ]
        for s in services
    ]).replace("{", "\\u007b").replace("}", "\\u007d")
    return {ctx.attr._process[GoArchive].data.importmap + ".settings": settings}

def _variable(service):
    """Returns what process.Variable(service, "") does."""
    return "".join([c if c.isalnum() else "_" for c in service.upper().elems()]) + "__"
