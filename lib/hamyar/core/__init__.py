"""The rules of the centre as pure functions.

Nothing here reads the clock, a file, a database or a widget.
Every function takes tables of any number of families and says which month it speaks of;
one family is a table with one family in it.
"""
