"""Hamyar (همیار): the monthly work of a neighbourhood family-help centre.

Imports go one way, and a checked contract keeps it so::

    cli, server -> batch, faces -> store -> words -> core

``core``   pure: tables, dated parameters and a month in; tables out.
``words``  turns the core's messages into Persian or English.
``store``  the database, the frozen months, import and export.
``faces``  what notebooks call: cases, tables, charts, templates.
``batch``  the monthly run: freeze, execute, render, verify.
``cli``    the ``hamyar`` command; nothing but wiring.
"""

__version__ = "0.1.0"
