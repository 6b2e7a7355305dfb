"""The provider that carries the identity of a package."""

PackageMetadataInfo = provider(
    doc = "Identity of the package that a target comes from.",
    fields = {
        "attributes": "list of File: further attributes of the package; empty here.",
        "files": "depset of File: every file that this provider names.",
        "metadata": "File: JSON that holds the package URL.",
    },
)
