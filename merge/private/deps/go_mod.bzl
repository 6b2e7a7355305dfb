"""Reads what Go knows about a go.mod file, and go.sum.

A go.mod file is parsed by Go itself. Only the line numbers, which its output
leaves out, are looked up in the text.
"""

def decode_go_mod(edit_json, content):
    """Decodes the output of `go mod edit -json`.

    Args:
      edit_json: the output.
      content: the text of the go.mod file, for line numbers.

    Returns:
      A struct of module (its path), go (struct(version, line); version is
      empty without a go directive), require (list of struct(path, version,
      indirect, line)), replace (list of struct(path, version, new_path,
      new_version, line)), exclude (list of struct(path, version, line)) and
      tools (list of package paths).
    """
    raw = json.decode(edit_json)
    lines = _words_of_lines(content)
    return struct(
        module = (raw.get("Module") or {}).get("Path", ""),
        go = struct(
            version = raw.get("Go") or "",
            line = _line_of(lines, "go", [raw.get("Go") or ""]),
        ),
        require = [
            struct(
                path = require["Path"],
                version = require["Version"],
                indirect = require.get("Indirect", False),
                line = _line_of(lines, "require", [require["Path"], require["Version"]]),
            )
            for require in raw.get("Require") or []
        ],
        replace = [_decode_replace(replace, lines) for replace in raw.get("Replace") or []],
        exclude = [
            struct(
                path = exclude["Path"],
                version = exclude["Version"],
                line = _line_of(lines, "exclude", [exclude["Path"], exclude["Version"]]),
            )
            for exclude in raw.get("Exclude") or []
        ],
        tools = [tool["Path"] for tool in raw.get("Tool") or []],
    )

def decode_go_work(edit_json, content):
    """Decodes the output of `go work edit -json`.

    Args:
      edit_json: the output.
      content: the text of the go.work file, for line numbers.

    Returns:
      What decode_go_mod returns, without a module and requirements, and a list
      of struct(path, line): the folders of its use directives.
    """
    lines = _words_of_lines(content)
    used = [
        struct(path = use["DiskPath"], line = _line_of(lines, "use", [use["DiskPath"]]))
        for use in json.decode(edit_json).get("Use") or []
    ]
    return decode_go_mod(edit_json, content), used

def _decode_replace(replace, lines):
    old = replace["Old"]
    version = old.get("Version", "")
    words = [old["Path"]] + ([version] if version else []) + ["=>"]
    return struct(
        path = old["Path"],
        version = version,
        new_path = replace["New"]["Path"],
        new_version = replace["New"].get("Version", ""),
        line = _line_of(lines, "replace", words),
    )

def _words_of_lines(content):
    """Returns a list of struct(directive, words), one per line, for blocks as for single lines."""
    lines = []
    block = ""
    for line in content.splitlines():
        words = [
            word.strip("\"`")
            for word in line.partition("//")[0].replace("\t", " ").replace("\r", " ").split(" ")
            if word
        ]
        directive = block
        if words == [")"]:
            block = ""
            words = []
        elif len(words) > 1 and words[1] == "(":
            block = words[0]
            words = []
        elif words and not block:
            directive = words[0]
            words = words[1:]
        lines.append(struct(directive = directive, words = words))
    return lines

def _line_of(lines, directive, words):
    # Go completes versions ("v1.2" to "v1.2.0"), so the path alone has to do
    # where nothing matches as a whole.
    for count in [len(words), 1]:
        for index, line in enumerate(lines):
            if line.directive == directive and line.words[:count] == words[:count]:
                return index + 1
    return 1

def parse_go_sum(content, file, tidy):
    """Parses a go.sum file.

    Args:
      content: its text.
      file: its name in error messages.
      tidy: the command that rewrites it, for error messages.

    Returns:
      A dict from "path@version" to the sum of the module's content, and a list
      of error messages.
    """
    sums = {}
    line_of = {}
    errors = []
    for index, line in enumerate(content.splitlines()):
        words = [word for word in line.replace("\t", " ").replace("\r", " ").split(" ") if word]
        if not words:
            continue
        if len(words) != 3:
            errors.append("{}:{}: {} words instead of module, version and sum; remove the line and run: {}".format(
                file,
                index + 1,
                len(words),
                tidy,
            ))
            continue
        path, version, sum = words
        if version.endswith("/go.mod") or not sum.startswith("h1:"):
            continue
        key = "{}@{}".format(path, version)
        if sums.get(key, sum) != sum:
            errors.append("{}:{}: another sum for {} than on line {}; remove the wrong one and run: {}".format(
                file,
                index + 1,
                key,
                line_of[key],
                tidy,
            ))
            continue
        sums[key] = sum
        line_of[key] = index + 1
    return sums, errors
