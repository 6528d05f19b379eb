"""Pages that would burn a parser are shown as their words, and soon."""

import time

import pytest

from services.intake.adapters.pages import read_page
from services.intake.domain.heavy import ATTRIBUTES, TAGS

_MANY = " ".join(f"a{n}=1" for n in range(50_000))
_QUOTED = " ".join(f'a{n}=">"' for n in range(50_000))
HEAVY = {
    "attributes": f"<p {_MANY}>hello",
    "attributes with brackets": f"<p {_QUOTED}>hello",
    "attributes behind a stray quote": f'<p x" {_MANY} "y>hello',
    "attributes behind a script": f'<script>x<b a="</script><p {_MANY}>hello',
    "attributes in an end tag": f"hello</p {_MANY}>",
    "slashes": "<p " + "/".join(f"a{n}" for n in range(50_000)) + ">hello",
    "paragraphs": "hello" + "<p>x" * 500_000,
    "rules": "hello" + "<hr>" * 500_000,
    "values without end": "hello" + '<p a="' * 300_001,
    "values that hold tags": "hello" + "<p a='<p b=\"" * 19_999,
    "formats that blocks reopen": (
        "<p>hello" + "".join(f"<b a={n}>" for n in range(250)) + "</p><p>x" * 9_000
    ),
    "scripts": "hello" + "<script>" * 250_000,
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_page_that_is_dear_to_parse_is_its_words(name: str) -> None:
    began = time.process_time()
    page = read_page(HEAVY[name])
    assert time.process_time() - began < 2
    if name != "values that hold tags":
        assert page.cut
        assert "hello" in page.text
        assert "<p a" not in page.safe
        assert "<b " not in page.safe


def test_its_words_are_told_line_by_line_and_escaped() -> None:
    page = read_page("<style>p{}</style><p>a &lt;b&gt; c</p><div>d" + "<hr>" * 20_001)
    assert page.cut
    assert page.text == "a <b> c\nd"
    assert page.safe == '<p dir="auto">a &lt;b&gt; c<br>d</p>'


def test_what_people_write_is_parsed() -> None:
    cell = '<td style="color: red; font: a b c" title="one two three"><b><i>x</i></b></td>'
    page = read_page("<table>" + f"<tr>{cell}</tr>" * 2_000 + "</table>")
    assert not page.cut
    full = " ".join(f"a{n}=1" for n in range(ATTRIBUTES))
    assert not read_page(f"<p {full}>x").cut
    assert read_page(f"<p {full} b=1>x").cut
    assert not read_page("<br>" * TAGS).cut
    assert not read_page('<p title="' + "word " * 500 + '">x').cut
