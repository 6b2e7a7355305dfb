"""What runs each night, and by name, since a run of all of it takes too long for each change."""

# The tags of such a target.
NIGHTLY = [
    "manual",
    "nightly",
]
