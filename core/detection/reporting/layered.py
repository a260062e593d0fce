"""Parts of a chart of a detection study laid over one another."""

import altair as alt


def layered(*layers: alt.Chart, height: int) -> alt.LayerChart:
    """One chart of these, `height` pixels high."""
    whole = alt.layer(*layers)
    assert isinstance(whole, alt.LayerChart)
    return whole.properties(height=height)
