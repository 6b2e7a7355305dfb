"""GODEBUG: switches of Go's runtime and library, of which a process has one set.

A binary's own defaults are a string that the linker sets. rules_go takes them
from nowhere else: it does not read `//go:debug` lines or go.mod files.
"""

load(":labels.bzl", "display_label")

# The variable that has the defaults.
GODEBUG_DEFAULT = "runtime.godebugDefault"

# Traces name the service of each goroutine, as far as Go knows how: from 1.26 on.
_OF_ALL = {"tracebacklabels": "1"}

def parse_godebug(text):
    """Splits settings as Go's runtime does.

    Args:
        text: string, such as "panicnil=1,http2server=0".

    Returns:
        dict of string to string. Of two settings with one name the last counts.
    """
    settings = {}
    for setting in text.split(","):
        name, equals, value = setting.partition("=")
        if equals:
            settings[name] = value
    return settings

def merged_godebug(label, services, own):
    """Joins the defaults of services, and fails where two differ.

    Args:
        label: Label of the merged binary.
        services: list of MergeServiceInfo.
        own: dict of string to string, what the merged binary says itself. It
            wins.

    Returns:
        string, for the linker.
    """
    settings = dict(_OF_ALL)
    owners = {}
    for service in services:
        for name, value in service.linker.godebug.items():
            if name in own:
                continue
            owner = owners.setdefault(name, service)
            if value != owner.linker.godebug[name]:
                fail(("{binary}: {first} sets {name}={first_value} in {variable}, and {second} sets {name}={second_value}, but a process has one setting. " +
                      "Decide for all services: gc_linkopts = [\"-X\", \"{variable}={name}={first_value}\"] in the go_merged_binary.").format(
                    binary = display_label(label),
                    first = display_label(owner.binary),
                    first_value = owner.linker.godebug[name],
                    name = name,
                    second = display_label(service.binary),
                    second_value = value,
                    variable = GODEBUG_DEFAULT,
                ))
            settings[name] = value
    return ",".join(["{}={}".format(*setting) for setting in (settings | own).items()])
