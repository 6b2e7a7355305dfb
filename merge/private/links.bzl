"""Links between the services of a merged binary, as BUILD files write them."""

load(":labels.bzl", "display_label")
load(":providers.bzl", "MergeServiceInfo")

_DEADLINES = ["strict", "cooperative"]

_FORMS = "write CALLER->CALLEE, CALLER->CALLEE/RPC-SERVICE or CALLER->CALLEE/RPC-SERVICE/METHOD, with * for any"

def parse_link(text):
    """Takes the text of a link apart, as package merge/runtime/linkpattern does.

    Args:
        text: string.

    Returns:
        (link, problem): struct(caller, callee, rpc_service, method) of names, of
        which "*" stands for any, and None; or None, and what is wrong with the text.
    """
    if text == "*":
        text = "*->*"
    caller, _, rest = text.partition("->")
    names = [caller] + rest.split("/")
    if (len(names) > 4 or not all(names) or "/" in caller or "->" in rest or
        any([char.isspace() for char in text.elems()])):
        return None, "{} is not a link; {}".format(repr(text), _FORMS)
    for name in names:
        if "*" in name and name != "*":
            return None, "{}: * stands for a whole name only, not within {}".format(repr(text), repr(name))
    names += ["*"] * (4 - len(names))
    return struct(caller = names[0], callee = names[1], rpc_service = names[2], method = names[3]), None

def link_of(label, attribute, text):
    """Takes the text of a link apart, or fails.

    Args:
        label: string, the target that has the attribute.
        attribute: string.
        text: string.

    Returns:
        what parse_link does.
    """
    link, problem = parse_link(text)
    if problem:
        fail("{}: {}: {}".format(label, attribute, problem))
    return link

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
    binary = display_label(ctx.label)
    labels = {s.name: s.label for s in services}
    settings = {name: struct(share = [], callees = {}) for name in labels}
    for text in ctx.attr.share_memory:
        link = link_of(binary, "share_memory", text)
        if link.rpc_service != "*" or link.method != "*":
            fail("{}: share_memory has {}, but two services share memory in all their calls, not in those of one RPC service or method; write {}".format(
                binary,
                repr(text),
                repr("{}->{}".format(link.caller, link.callee)),
            ))
        for name in [link.caller, link.callee]:
            _check_service(binary, "share_memory", text, name, labels)
        settings[link.caller].share.append(link.callee)
    for text, target in ctx.attr.callees.items():
        link = link_of(binary, "callees", text)
        right = "{}->*/{}".format(link.caller, link.rpc_service if link.rpc_service != "*" else "SomeService")
        if text != right:
            fail("{}: callees has the key {}, but a key names a caller and one RPC service, with * for the callee; write {}".format(binary, repr(text), repr(right)))
        _check_service(binary, "callees", text, link.caller, labels)
        callee = target[MergeServiceInfo]
        if labels.get(callee.name) != callee.label:
            fail("{}: callees has {} for {}, but services does not; add it there, or name one of {}".format(
                binary,
                display_label(callee.label),
                repr(text),
                ", ".join([display_label(label) for label in labels.values()]),
            ))
        settings[link.caller].callees[link.rpc_service] = callee.name
    return settings

def deadlines(ctx, services):
    """Reads `deadlines`.

    Args:
        ctx: the rule's context.
        services: list of MergeServiceInfo.

    Returns:
        a dict from the texts of links to `strict` or `cooperative`. Whether there are
        such links is known to mergegen.
    """
    binary = display_label(ctx.label)
    labels = {s.name: s.label for s in services}
    for text, deadline in ctx.attr.deadlines.items():
        link = link_of(binary, "deadlines", text)
        for name in [link.caller, link.callee]:
            if name != "*":
                _check_service(binary, "deadlines", text, name, labels)
        if deadline not in _DEADLINES:
            fail("{}: deadlines has {} for {}; write {}".format(binary, repr(deadline), repr(text), " or ".join([repr(d) for d in _DEADLINES])))
    return ctx.attr.deadlines

def _check_service(binary, attribute, link, name, labels):
    if name not in labels:
        fail("{}: {} has {}, but {} is not a service of the merged binary; name one of {}".format(
            binary,
            attribute,
            repr(link),
            repr(name),
            ", ".join([repr(n) for n in sorted(labels)]),
        ))
