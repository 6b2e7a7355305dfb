"""Links between the services of a merged binary, as BUILD files write them."""

load(":labels.bzl", "display_label")
load(":providers.bzl", "MergeServiceInfo")

def link_parts(label, attribute, text):
    """Takes the text of a link apart, or fails: CALLER->CALLEE[/RPC-SERVICE[/METHOD]].

    Args:
        label: string, the target that has the attribute.
        attribute: string.
        text: string.

    Returns:
        list of 2 to 4 strings, of which "*" stands for any name.
    """
    caller, _, rest = text.partition("->")
    parts = [caller] + rest.split("/")
    if len(parts) > 4 or not all(parts) or any([p != p.strip() for p in parts]):
        fail("{}: {} has {}, which is not a link: write \"CALLER->CALLEE\", \"CALLER->CALLEE/RPC-SERVICE\" or \"CALLER->CALLEE/RPC-SERVICE/METHOD\"".format(
            label,
            attribute,
            repr(text),
        ))
    return parts

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
    for link in ctx.attr.share_memory:
        parts = link_parts(binary, "share_memory", link)
        if len(parts) > 2:
            fail("{}: share_memory has {}; two services share memory for all that they call: write {}".format(binary, repr(link), repr("->".join(parts[:2]))))
        for name in parts:
            _check_service(binary, "share_memory", link, name, labels)
        settings[parts[0]].share.append(parts[1])
    for link, target in ctx.attr.callees.items():
        parts = link_parts(binary, "callees", link)
        if len(parts) != 3 or parts[1] != "*" or parts[2] == "*":
            fail("{}: callees has {}; it says which service an RPC service leads to: write {}".format(
                binary,
                repr(link),
                repr("{}->*/{}".format(parts[0], parts[2] if len(parts) > 2 and parts[2] != "*" else "SomeService")),
            ))
        _check_service(binary, "callees", link, parts[0], labels)
        callee = target[MergeServiceInfo]
        if labels.get(callee.name) != callee.label:
            fail("{}: callees has {} for {}, which is not in services".format(binary, display_label(callee.label), repr(link)))
        settings[parts[0]].callees[parts[2]] = callee.name
    return settings

def _check_service(binary, attribute, link, name, labels):
    if name not in labels:
        fail("{}: {} names {} in {}, which is not a service of the merged binary. Its services are {}.".format(
            binary,
            attribute,
            repr(name),
            repr(link),
            ", ".join([repr(n) for n in sorted(labels)]),
        ))
