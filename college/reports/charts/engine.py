"""Draws a chart. Loads 90 MB: only the helper of `drawings.py` imports this module."""

import vl_convert


def draw(spec: str) -> bytes:
    """The SVG of a Vega-Lite specification in JSON."""
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="5.20")
    return svg.encode()
