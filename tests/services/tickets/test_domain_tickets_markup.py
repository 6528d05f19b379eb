"""HTML of strangers as agents see it."""

import pytest

from services.tickets.adapters.markup import clean_html


@pytest.mark.parametrize("link", ["/v1/auth/logout", "close", "//v1.example/x", "#top", "?a=1"])
def test_a_link_without_a_place_of_its_own_leads_nowhere_of_ours(link: str) -> None:
    there = "https://elsewhere.example/page"
    safe = clean_html(f'<a href="{link}">x</a> <a href="{there}">y</a>') or ""
    assert link not in safe
    assert f'href="{there}"' in safe
