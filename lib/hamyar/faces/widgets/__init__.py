"""Widgets that ipywidgets lacks: a day of the Jalali calendar and an amount in rial.

Both are fields of a form: a label, a text input that takes any digits, what was understood in words, and a sentence
where something is wrong.  They hold ``value`` as the core writes it (``14050830``, whole rial) or ``None``, not known.
Nothing is fetched: the page's part travels with the widget, so both work in JupyterLab and in Voilà.

A browser can write to every widget of its kernel.  :mod:`~hamyar.faces.widgets.guard` says what is taken from it.
"""

from hamyar.faces.widgets.guard import Guarded, ValueRefused
from hamyar.faces.widgets.jalali_date import JalaliDate
from hamyar.faces.widgets.rial_input import RialInput

__all__ = ["Guarded", "JalaliDate", "RialInput", "ValueRefused"]
