"""Actions that run mergegen."""

# With --experimental_output_paths=strip the paths of files differ from those
# that Starlark sees, except in Args. All paths are therefore passed as Files.
REQUIREMENTS = {"supports-path-mapping": "1"}

# A Label, since go_rule is in another repository.
MERGEGEN_TOOLCHAIN = Label("//merge:mergegen_toolchain_type")

def mergegen_args(ctx):
    """Returns empty Args in the form that mergegen reads.

    Args:
        ctx: the rule's context.

    Returns:
        Args that are passed in a file, one a line, since some have thousands.
    """
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    return args

def add_platform(args, go):
    """Adds what packages are compiled for, and with which Go.

    Args:
        args: what mergegen_args() returned.
        go: the Go context. Mergegen itself may be compiled with another.
    """
    args.add("--go-version", go.sdk.version)
    args.add("--goos", go.mode.goos)
    args.add("--goarch", go.mode.goarch)
    args.add_joined("--tags", go.mode.tags, join_with = ",")
    if not go.mode.pure:
        args.add("--cgo")

def run_mergegen(ctx, command, args, **kwargs):
    """Declares an action that runs one of mergegen's commands.

    Args:
        ctx: the context of a rule with MERGEGEN_TOOLCHAIN.
        command: string.
        args: list of what mergegen_args() returned.
        **kwargs: what else ctx.actions.run() takes.
    """
    ctx.actions.run(
        executable = ctx.toolchains[MERGEGEN_TOOLCHAIN].mergegen,
        toolchain = MERGEGEN_TOOLCHAIN,
        arguments = [command] + args,
        execution_requirements = REQUIREMENTS,
        **kwargs
    )
