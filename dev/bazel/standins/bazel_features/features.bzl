"""Answers for Bazel 7.7 and later 7.x, which is what dev/bazel provisions.

Debian's own bazel_features is older than rules_go asks for; the real one decides by version.
"""

bazel_features = struct(
    cc = struct(
        find_cpp_toolchain_has_mandatory_param = True,
    ),
    external_deps = struct(
        bazel_mod_tidy = True,
        extension_metadata_has_reproducible = True,
        is_bzlmod_enabled = True,
        module_extension_has_os_arch_dependent = True,
    ),
    globals = struct(
        RunEnvironmentInfo = RunEnvironmentInfo,
    ),
    rules = struct(
        # Bazel 8 and later only.
        instrumented_files_info_has_baseline_coverage_files = False,
        instrumented_files_info_has_metadata_files = True,
    ),
    toolchains = struct(
        has_optional_toolchains = True,
    ),
)
