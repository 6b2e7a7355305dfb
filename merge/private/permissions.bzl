"""What a service may use of the machine and of the other services."""

load(":labels.bzl", "display_label")

# As package merge/runtime/permission knows them.
_CLASSES = ["call", "dial", "env", "exec", "listen", "read", "write"]

PERMISSIONS_ATTR = attr.string_list_dict(
    doc = """What the service may use, by class. A class that is not named is not restricted; one with an empty list allows nothing.

- `call`: other services, as `item`, or RPC services of them, as `item/ItemService`
- `dial`, `listen`: addresses, as `db.internal:5432`, `10.0.0.0/8:*`, `:8080`, `unix:/run/db.sock`
- `env`: variables, as `LOG_LEVEL` or `DB_*`
- `exec`: programs, as `/usr/bin/convert`, or `convert` in any folder
- `read`, `write`: files, as `/etc/stock.json`, `/var/lib/stock/**`, `$TMPDIR/stock-*`

See [Permissions](isolation.md#permissions).""",
)

def permissions(ctx):
    """Reads and checks the attribute `permissions`.

    Args:
        ctx: the rule's context.

    Returns:
        dict of class to list of string.
    """
    for name, rules in ctx.attr.permissions.items():
        if name not in _CLASSES:
            fail("{}: permissions has the class \"{}\", which does not exist; name one of {}".format(display_label(ctx.label), name, ", ".join(_CLASSES)))
        for rule in rules:
            wrong = _wrong(name, rule)
            if wrong:
                fail("{}: permissions, class {}: \"{}\" {}".format(display_label(ctx.label), name, rule, wrong))
    return ctx.attr.permissions

def _wrong(name, rule):
    """Says what is wrong with a rule, None if nothing is."""
    if not rule:
        return "is empty; to allow nothing, leave the list empty"
    if name in ["read", "write", "exec"]:
        return _wrong_path(rule)
    if name in ["dial", "listen"]:
        return _wrong_address(rule)
    if "*" in rule[:-1]:
        return "has a * before its end"
    return None

def _wrong_path(path):
    for part in path.split("/"):
        if "**" in part and part != "**":
            return "has ** within a name; write /**/ for any folders"
        if part in [".", ".."]:
            return "has the name {}; write the path without it".format(part)
    return None

def _wrong_address(address):
    if address.startswith("unix:"):
        return _wrong_path(address.removeprefix("unix:"))
    host, colon, port = address.rpartition(":")
    if not colon:
        return "is not an address; write HOST:PORT or unix:PATH"
    if port != "*" and not port.isdigit():
        return "has the port \"{}\"; write a number or *".format(port)
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        return "has an IPv6 address without brackets; write [{}]:{}".format(host, port)
    return None
