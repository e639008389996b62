"""The ``hamyar`` command: nothing but wiring."""
