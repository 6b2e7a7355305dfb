"""Repository names of a dependency set's modules."""

def gazelle_repo_name(path):
    """Names a module's repository as Gazelle does.

    Args:
      path: a module path.

    Returns:
      The name, without a set's.
    """
    host, slash, rest = path.lower().partition("/")
    segments = list(reversed(host.split("."))) + ([rest] if slash else [])
    name = ""
    for char in ".".join(segments).elems():
        if char.isalnum() or char == "_":
            name += char
        elif not name.endswith("_"):
            name += "_"
    return name

def repo_names(set_name, paths):
    """Names the repositories of a set's modules, each differently.

    Gazelle's names ignore case and fold punctuation. Of the modules that share
    a name, one without capitals keeps it in preference; the others get a hash
    of their path appended.

    Args:
      set_name: the dependency set's name.
      paths: list of module paths.

    Returns:
      A dict from module path to repository name.
    """
    names = {}
    taken = {}
    for path in sorted(paths, key = lambda path: (path != path.lower(), path)):
        name = "{}_{}".format(set_name, gazelle_repo_name(path))
        if name in taken:
            name += "_%x" % (hash(path) & 0xffffffff)
        if name in taken:
            fail("modules {} and {} both get the repository name {}".format(taken[name], path, name))
        taken[name] = path
        names[path] = name
    return names
