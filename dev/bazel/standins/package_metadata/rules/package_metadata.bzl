"""`package_metadata`, which names the package URL of a repository."""

load("//providers:package_metadata_info.bzl", "PackageMetadataInfo")

def _package_metadata_impl(ctx):
    metadata = ctx.actions.declare_file(ctx.label.name + ".package-metadata.json")
    ctx.actions.write(
        output = metadata,
        content = json.encode({
            "attributes": {},
            "label": str(ctx.label),
            "purl": ctx.attr.purl,
        }),
    )
    files = depset([metadata])
    return [
        DefaultInfo(files = files),
        PackageMetadataInfo(attributes = [], files = files, metadata = metadata),
    ]

_package_metadata = rule(
    implementation = _package_metadata_impl,
    doc = "Writes the package URL to a file that rules_go turns into build info.",
    attrs = {
        "purl": attr.string(mandatory = True, doc = "Package URL, such as pkg:golang/a/b@v1.2.3."),
    },
    provides = [PackageMetadataInfo],
)

# buildifier: disable=unused-variable
def package_metadata(name, purl, attributes = [], visibility = None):
    """Declares the identity of the repository that it stands in.

    Args:
      name: name of the target.
      purl: package URL of the repository.
      attributes: accepted for the real module's sake, and not used.
      visibility: visibility of the target.
    """
    _package_metadata(
        name = name,
        # Gazelle names this target in REPO.bazel as the license of every target, itself included.
        applicable_licenses = [],
        purl = purl,
        visibility = visibility,
    )
