"""Labels as users write them."""

def display_label(label):
    """Returns a label's text, without the canonical prefix in the main repository.

    Args:
        label: a Label.

    Returns:
        string.
    """
    if label.repo_name:
        return str(label)
    return "//{}:{}".format(label.package, label.name)
