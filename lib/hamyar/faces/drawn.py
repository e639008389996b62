"""A chart among blocks, where one answer needs both."""

from typing import Any

from hamyar.faces.blocks import Block
from hamyar.faces.charting import Chart


class Drawn(Block):
    """A chart that stands between blocks of one answer (:class:`hamyar.faces.pages.Several`)."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    def context(self) -> dict[str, Any]:
        """Nothing of its own: the chart is drawn already."""
        return {}

    def _repr_html_(self) -> str:
        return str(self.chart.html())
