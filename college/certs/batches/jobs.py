"""The worker's jobs of a batch. Light to import: the renderer loads with the first step."""

from college.core.jobs import Progress


def draw_sample(batch_id: int) -> Progress:
    """Draw the paper of one person as a sample, and find who cannot be printed."""
    from college.certs.batches import issuing  # noqa: PLC0415 - the web must not load the renderer

    return issuing.draw_sample(batch_id)


def issue_next(batch_id: int) -> Progress:
    """Issue one certificate; after the last one put all papers into one file."""
    from college.certs.batches import issuing  # noqa: PLC0415 - the web must not load the renderer

    return issuing.issue_next(batch_id)


def print_anew(batch_id: int) -> Progress:
    """Put the papers that are still in force into one file."""
    from college.certs.batches import issuing  # noqa: PLC0415 - the web must not load the renderer

    return issuing.print_anew(batch_id)
