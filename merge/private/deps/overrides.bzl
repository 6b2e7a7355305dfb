"""Overrides of how a dependency set's modules are fetched and built.

An override counts for one set, or without `set` for each set that has the
module; the one that names the set wins.
"""

_SET = {
    "set": attr.string(
        doc = "The name of the dependency set that this applies to; all sets by default.",
    ),
}

_PATH = {
    "path": attr.string(
        doc = "The path of a module of the set, as the go.mod file requires it.",
        mandatory = True,
    ),
}

_PATCHES = {
    "patches": attr.label_list(
        doc = "Patches to apply to the module after Gazelle has written its BUILD files.",
    ),
    "patch_strip": attr.int(
        default = 0,
        doc = "How many leading path segments to remove from the file names in the patches.",
    ),
}

_GAZELLE = {
    "build_file_generation": attr.string(
        default = "clean",
        doc = """How the module gets BUILD files. With `clean`, the default, Gazelle writes
        them and the ones that the module ships are removed, because their labels do not lead
        to the set's repositories; `on` keeps those and has Gazelle merge into them; `auto`
        runs Gazelle only if there is no BUILD file in the module's root; `off` never runs it.""",
        values = ["auto", "clean", "off", "on"],
    ),
    "build_extra_args": attr.string_list(
        doc = "More command-line arguments for Gazelle, such as `-exclude=testdata`.",
    ),
    "directives": attr.string_list(
        doc = "Gazelle directives for the module's root, written `gazelle:key value`.",
    ),
}

gazelle_override = tag_class(
    doc = "Changes how Gazelle writes the BUILD files of one module. All attributes replace those of gazelle_default_attributes, even where they are left out.",
    attrs = _SET | _PATH | _GAZELLE,
)

gazelle_default_attributes = tag_class(
    doc = "Changes how Gazelle writes the BUILD files of all modules.",
    attrs = _SET | _GAZELLE,
)

module_override = tag_class(
    doc = "Patches one module.",
    attrs = _SET | _PATH | _PATCHES,
)

archive_override = tag_class(
    doc = "Takes one module from an archive instead of a Go module proxy.",
    attrs = _SET | _PATH | _PATCHES | {
        "urls": attr.string_list(
            doc = "Where the archive can be downloaded: one URL and its mirrors.",
            mandatory = True,
        ),
        "sha256": attr.string(
            doc = "The archive's SHA-256 sum.",
        ),
        "strip_prefix": attr.string(
            doc = "The directory inside the archive that holds the module.",
        ),
    },
)

_KINDS = ["gazelle_override", "gazelle_default_attributes", "module_override", "archive_override"]

# For sets that nothing overrides.
NO_OVERRIDES = struct(**{kind: [] for kind in _KINDS})

def check_overrides(tags, paths_by_set):
    """Fails on an override that is malformed, superfluous or matches nothing.

    Args:
      tags: the extension's tags of the root module.
      paths_by_set: dict from set name to the list of its module paths.
    """
    seen = {}
    for kind in _KINDS:
        for tag in getattr(tags, kind):
            path = getattr(tag, "path", "")
            if tag.set and tag.set not in paths_by_set:
                fail("there is no dependency set {}, only {}. Correct the name in".format(
                    repr(tag.set),
                    ", ".join([repr(set) for set in sorted(paths_by_set)]) or "none",
                ), tag)
            sets = [tag.set] if tag.set else paths_by_set.keys()
            if path and not [set for set in sets if path in paths_by_set[set]]:
                fail("{} not require module {}. Correct the path or remove the override:".format(
                    "set {} does".format(tag.set) if tag.set else "the dependency sets do",
                    path,
                ), tag)

            # Patches come with either of the two.
            exclusive = "source" if kind in ["module_override", "archive_override"] else kind
            key = (exclusive, tag.set, path)
            if key in seen:
                fail("two overrides are for the same module; keep one of", seen[key], "and", tag)
            seen[key] = tag
            for directive in getattr(tag, "directives", []):
                _check_directive(directive, tag)

def _check_directive(directive, tag):
    key = directive.partition(" ")[0]
    if not key.startswith("gazelle:") or key == "gazelle:" or key == directive:
        fail("a directive has the form \"gazelle:key value\", not {}; correct it in".format(repr(directive)), tag)

def overrides_for(tags, set_name, path):
    """Returns the attributes of go_repository that overrides change.

    Args:
      tags: the extension's tags of the root module.
      set_name: the name of a dependency set.
      path: the path of one of its modules.

    Returns:
      A dict of go_repository attributes.
    """
    attributes = {"build_file_generation": "clean"}
    gazelle = _find(tags.gazelle_override, set_name, path) or _find(tags.gazelle_default_attributes, set_name, "")
    if gazelle:
        attributes["build_file_generation"] = gazelle.build_file_generation
        attributes["build_extra_args"] = gazelle.build_extra_args
        attributes["build_directives"] = gazelle.directives
    archive = _find(tags.archive_override, set_name, path)
    if archive:
        attributes["urls"] = archive.urls
        attributes["sha256"] = archive.sha256
        attributes["strip_prefix"] = archive.strip_prefix
    patched = _find(tags.module_override, set_name, path) or archive
    if patched:
        attributes["patches"] = patched.patches
        attributes["patch_args"] = ["-p%d" % patched.patch_strip]
    return attributes

def _find(tags, set_name, path):
    for set in [set_name, ""]:
        for tag in tags:
            if tag.set == set and getattr(tag, "path", "") == path:
                return tag
    return None
