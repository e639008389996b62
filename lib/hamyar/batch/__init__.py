"""The monthly run: freeze, assess, execute and render every notebook, verify."""
