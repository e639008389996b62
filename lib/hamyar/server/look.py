"""Where the page template of Voilà lies, and the words it is given.

The template in ``templates/voila/templates/hamyar`` knows nothing of Hamyar, so that another project can use it.
What it says comes to it as data: :func:`look` goes into ``VoilaConfiguration.resources`` for the pages,
and into the globals of Voilà's Jinja environment for the error pages.
"""

from pathlib import Path
from typing import Any

from hamyar.core.message import N_
from hamyar.words import Words

TEMPLATE = "hamyar"
# A folder of the Jupyter data path (``JUPYTER_PATH``): Voilà looks below it for ``voila/templates/<name>``.
JUPYTER_DATA = Path(__file__).parent / "templates"
# Below the server's own address; the page of a sign-out asks before it acts.
NAVIGATION = (
    ("", N_("My own page")),
    ("password", N_("Password")),
    ("sign-out", N_("Sign out")),
)
SENTENCES = (
    N_("Pages"),
    N_("Skip to the content"),
    N_("The page is being prepared"),
    N_("Step {step} of {steps}"),
    N_("This takes longer than usual. If it does not end, load the page again."),
    N_("This page needs JavaScript; allow it for this address and load the page again."),
    N_("This page is not open to you"),
    N_("Go back to your own page; if you should see this one, ask the manager of your centre."),
    N_("There is no such page"),
    N_("Check the address, or go back to your own page."),
    N_("No more pages can be opened just now"),
    N_("To your own page"),
    N_("The page could not be shown"),
    N_("Load it again in a moment; if it fails once more, tell the operator the time and the page."),
)


def look(language: str | None = None, *, has_people: bool = False) -> dict[str, Any]:
    """The ``look`` of the template in one language: ``language``, ``direction`` and ``words`` (English to its own).

    With ``has_people``, where somebody signs in, it has the ``navigation`` of a person: own page, password, sign-out.
    """
    words = Words(language)
    # The page fills the steps in while cells arrive.
    holes = {"step": "{step}", "steps": "{steps}"}
    return {
        "language": words.language,
        "direction": words.direction,
        "words": {sentence: words(sentence, **holes) for sentence in SENTENCES},
        "navigation": [{"href": href, "title": words(title)} for href, title in NAVIGATION if has_people],
    }


def voila_options(language: str | None = None, *, has_people: bool = False) -> dict[str, Any]:
    """Voilà's settings for this look, as a configuration file says them.

    The visitor chooses neither template nor theme by address.
    """
    return {
        "VoilaConfiguration": {
            "template": TEMPLATE,
            "resources": {"look": look(language, has_people=has_people)},
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
        }
    }
