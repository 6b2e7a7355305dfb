"""What a go_merged_binary says about links between its services."""

load(":labels.bzl", "display_label")

def link_settings(ctx, services):
    """Reads `share_memory` and `callees`.

    Whether the links exist is known to mergegen, which reads the services'
    sources; here it is checked that the services do.

    Args:
        ctx: the rule's context.
        services: list of MergeServiceInfo.

    Returns:
        a dict from the name of each service, as a caller, to
        struct(share = list of callees, callees = dict from RPC service to callee).
    """
    names = [s.name for s in services]
    settings = {name: struct(share = [], callees = {}) for name in names}
    for link in ctx.attr.share_memory:
        caller, callee = _parts(ctx, "share_memory", link, "CALLER->CALLEE", names[0] + "->" + names[-1])
        for name in [caller, callee]:
            _check_service(ctx, "share_memory", link, name, names)
        settings[caller].share.append(callee)
    for call, callee in ctx.attr.callees.items():
        caller, rpc_service = _parts(ctx, "callees", call, "CALLER->RPC SERVICE", names[0] + "->SomeService")
        for name in [caller, callee]:
            _check_service(ctx, "callees", call, name, names)
        settings[caller].callees[rpc_service] = callee
    return settings

def _parts(ctx, attribute, value, form, example):
    parts = [part.strip() for part in value.split("->")]
    if len(parts) != 2 or not all(parts):
        fail("{}: {} has {}, which is not of the form {}. Write it like {}.".format(
            display_label(ctx.label),
            attribute,
            repr(value),
            repr(form),
            repr(example),
        ))
    return parts

def _check_service(ctx, attribute, value, name, names):
    if name not in names:
        fail("{}: {} names {} in {}, which is not a service of the merged binary. Its services are {}.".format(
            display_label(ctx.label),
            attribute,
            repr(name),
            repr(value),
            ", ".join([repr(n) for n in sorted(names)]),
        ))
