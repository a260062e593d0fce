"""A dashboard with sign-in, headless, and people who have signed in to it by what a provider says of them."""

import time
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.app.pages import MAIN
from tests.core.access.people import ISSUER

POLICY = "".join(
    f'[[rule]]\nemail = "{name}@example.org"\nrole = "{role}"\n'
    for name, role in (("anna", "owner"), ("otto", "operator"), ("olga", "operator"), ("bela", "expert"))
)


def claims(name: str, **more: Any) -> dict[str, Any]:
    """What the provider says of somebody; their id is that of tests.core.access.people."""
    return {"is_logged_in": True, "iss": ISSUER, "sub": name, "name": name.capitalize(), "iat": time.time() - 60,
            "email": f"{name}@example.org", "email_verified": True} | more  # fmt: skip


def window(user: dict[str, Any], page: str = "", **query: str) -> AppTest:
    """A new window of somebody, on a page of the whole dashboard."""
    app = AppTest.from_file(MAIN, default_timeout=180)
    app.user = user
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(page).run()
    assert not app.exception
    return app


def find(app: AppTest, label: str) -> Any:
    return next((each for each in app.button if each.label == label), None)
