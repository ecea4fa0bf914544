"""Charts as Vega-Lite specifications: data in, a drawing's description out. Pure."""

from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]

SANS = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
INK, INK_2, TEAL, LINE, RULE = "#1d2b2d", "#55625f", "#0e5a5a", "#e2dccf", "#8b8676"
WIDE = 500  # pixels; below it a picture is for a phone
SERIES = [TEAL, "#7fb0a8", "#c08a2d"]
THEME: Spec = {
    "background": None,
    "font": SANS,
    "view": {"stroke": None},
    "padding": 4,
    "range": {"category": SERIES},
    "bar": {"cornerRadiusEnd": 2},
    "text": {"color": INK, "fontSize": 15, "fontWeight": 600},
    "axis": {
        "labelColor": INK_2,
        "labelFontSize": 14,
        "gridColor": LINE,
        "domainColor": RULE,
        "ticks": False,
        "labelPadding": 8,
        "title": None,
        "labelLimit": 260,
    },
    "axisX": {"grid": False, "labelAngle": 0},
    "axisY": {"domain": False},
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": INK_2,
        "labelFontSize": 14,
        "symbolType": "square",
        "symbolSize": 140,
    },
}


def stacked_bars(
    rows: Sequence[tuple[str, str, int]], series: Sequence[str], *, width: int, height: int
) -> Spec:
    """Horizontal bars of (name, series, value), in the given order, with the sum at the end."""
    names = list(dict.fromkeys(name for name, _, _ in rows))
    totals = [
        {"name": name, "total": sum(value for n, _, value in rows if n == name)} for name in names
    ]
    y = {"field": "name", "type": "nominal", "sort": names, "axis": _labels(width)}
    return _chart(
        width,
        height,
        {
            "layer": [
                {
                    "data": {"values": _named(rows)},
                    "mark": {"type": "bar", "height": {"band": 0.62}},
                    "encoding": {
                        "y": y,
                        "x": {"field": "value", "type": "quantitative", "axis": None,
                              "scale": _room(totals)},
                        "color": _colour(series, width),
                        "order": {"field": "series", "type": "nominal"},
                    },
                },
                {
                    "data": {"values": totals},
                    "mark": {"type": "text", "align": "left", "dx": 6},
                    "encoding": {
                        "y": y,
                        "x": {"field": "total", "type": "quantitative"},
                        "text": {"field": "total", "type": "quantitative"},
                    },
                },
            ]
        },
    )  # fmt: skip


def columns(
    rows: Sequence[tuple[str, str, int]], series: Sequence[str], *, width: int, height: int
) -> Spec:
    """Stacked columns of (name, series, value), one a year, with the sum on top."""
    names = list(dict.fromkeys(name for name, _, _ in rows))
    totals = [
        {"name": name, "total": sum(value for n, _, value in rows if n == name)} for name in names
    ]
    x = {"field": "name", "type": "nominal", "sort": names}
    return _chart(
        width,
        height,
        {
            "layer": [
                {
                    "data": {"values": _named(rows)},
                    "mark": {"type": "bar", "width": {"band": 0.6}},
                    "encoding": {
                        "x": x,
                        "y": {"field": "value", "type": "quantitative", "axis": None},
                        "color": _colour(series, width),
                    },
                },
                {
                    "data": {"values": totals},
                    "mark": {"type": "text", "dy": -10},
                    "encoding": {
                        "x": x,
                        "y": {"field": "total", "type": "quantitative"},
                        "text": {"field": "total", "type": "quantitative"},
                    },
                },
            ]
        },
    )  # fmt: skip


def flows(
    rows: Sequence[tuple[str, str, int]], series: Sequence[str], *, width: int, height: int
) -> Spec:
    """Columns of (name, series, value), upwards for what comes and downwards for what goes."""
    names = list(dict.fromkeys(name for name, _, _ in rows))
    values = [{**row, "size": abs(row["value"])} for row in _named(rows) if row["value"]]
    x = {"field": "name", "type": "nominal", "sort": names, "scale": {"domain": names}}
    y = {"field": "value", "type": "quantitative", "axis": None, "stack": "zero"}
    middle = y | {"bandPosition": 0.5}
    order = {"field": "series", "type": "nominal"}
    return _chart(
        width,
        height,
        {
            "data": {"values": values},
            "layer": [
                {
                    "mark": {"type": "bar", "width": {"band": 0.6}},
                    "encoding": {"x": x, "y": y, "order": order, "color": _colour(series, width)},
                },
                {
                    "mark": {"type": "text", "fontSize": 13, "color": "white"},
                    "encoding": {
                        "x": x,
                        "y": middle,
                        "order": order,
                        "detail": {"field": "series", "type": "nominal"},
                        "text": {"field": "size", "type": "quantitative"},
                    },
                },
                {
                    "mark": {"type": "rule", "color": RULE},
                    "encoding": {"y": {"datum": 0}},
                },
            ],
        },
    )


def funnel(rows: Sequence[tuple[str, int]], *, width: int, height: int) -> Spec:
    """One bar a step, widest first, with its number at the end."""
    names = [name for name, _ in rows]
    y = {"field": "name", "type": "nominal", "sort": names}
    most = [{"total": value} for _, value in rows]
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": _room(most)}
    return _chart(
        width,
        height,
        {
            "data": {"values": [{"name": name, "value": value} for name, value in rows]},
            "layer": [
                {
                    "mark": {"type": "bar", "color": TEAL, "height": {"band": 0.7}},
                    "encoding": {"y": y, "x": x},
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 6},
                    "encoding": {"y": y, "x": x,
                                 "text": {"field": "value", "type": "quantitative"}},
                },
            ],
        },
    )  # fmt: skip


def intervals(rows: Sequence[tuple[str, float, float, float]], *, width: int, height: int) -> Spec:
    """A point for each (name, share, low, high), on the line between its bounds, in per cent."""
    names = [name for name, *_ in rows]
    values = [
        {"name": n, "share": share, "low": low, "high": high, "text": f"{100 * share:.0f}%"}
        for n, share, low, high in rows
    ]
    y = {"field": "name", "type": "nominal", "sort": names, "axis": _labels(width)}
    axis = {"format": "%", "grid": True, "tickCount": 5}
    scale = {"domain": [0, 1]}
    x = {"field": "share", "type": "quantitative", "axis": axis, "scale": scale}
    low = {"field": "low", "type": "quantitative", "axis": axis, "scale": scale}
    text = {"field": "text", "type": "nominal"}
    return _chart(
        width,
        height,
        {
            "data": {"values": values},
            "layer": [
                {
                    "mark": {
                        "type": "rule",
                        "color": SERIES[1],
                        "strokeWidth": 6,
                        "strokeCap": "round",
                    },
                    "encoding": {"y": y, "x": low, "x2": {"field": "high"}},
                },
                {
                    "mark": {
                        "type": "point",
                        "filled": True,
                        "color": TEAL,
                        "size": 120,
                        "opacity": 1,
                    },
                    "encoding": {"y": y, "x": x},
                },
                {
                    "mark": {"type": "text", "dy": -14},
                    "encoding": {"y": y, "x": x, "text": text},
                },
            ],
        },
    )


def _labels(width: int) -> Spec:
    """Names may take up to two fifths of the picture."""
    return {"labelLimit": width * 2 // 5}


def _room(totals: Sequence[Spec]) -> Spec:
    """A scale that leaves room for the number at the end of the longest bar."""
    most = max((row["total"] for row in totals), default=0)
    return {"domain": [0, max(most, 1) * 1.12], "nice": False}


def _colour(series: Sequence[str], width: int) -> Spec:
    """One colour a series; on a phone the legend stands below itself, or it would be cut."""
    legend = {} if width >= WIDE else {"legend": {"columns": 1}}
    scale = {"domain": list(series), "range": SERIES}
    return {"field": "series", "type": "nominal", "sort": list(series), "scale": scale, **legend}


def _named(rows: Sequence[tuple[str, str, int]]) -> list[Spec]:
    return [{"name": name, "series": series, "value": value} for name, series, value in rows]


def _chart(width: int, height: int, body: Spec) -> Spec:
    size = {"width": width, "height": height, "autosize": {"type": "fit", "contains": "padding"}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": THEME,
        **size,
        **body,
    }
