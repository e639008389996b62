"""Templates are compiled once, and never served stale."""

import jinja2

from hamyar.server.compiled import CompiledTemplates


def environment(cache: CompiledTemplates, **templates: str) -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.DictLoader(templates), bytecode_cache=cache, autoescape=True)


def test_a_second_environment_compiles_nothing(monkeypatch):
    """What one environment compiled serves the next."""
    cache = CompiledTemplates()
    environment(cache, page="{{ name }}").get_template("page")
    monkeypatch.setattr(jinja2.Environment, "_compile", None)

    assert environment(cache, page="{{ name }}").get_template("page").render(name="<b>") == "&lt;b&gt;"


def test_a_changed_template_is_compiled_anew():
    """A template whose source changed is not served as it was."""
    cache = CompiledTemplates()
    environment(cache, page="old").get_template("page")

    assert environment(cache, page="new").get_template("page").render() == "new"
