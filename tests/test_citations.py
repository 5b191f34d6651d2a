"""Markers in a text: found, and linked."""

from chatbot.citations import cited_ids, link_markers, public_url


def test_each_cited_id_comes_once_in_order_whatever_its_prefix() -> None:
    assert cited_ids("a [FOR.2], [MET.1] et [FOR.2] ; [ECOLE.30]") == ("FOR.2", "MET.1", "ECOLE.30")


def test_what_only_resembles_a_marker_is_none() -> None:
    assert cited_ids("MET.1 [met.1] [MET.] [MET.1a] [MET 1] [M.1]") == ()


def test_the_public_page_follows_the_kind() -> None:
    assert public_url("FOR.2", "formation") == "https://www.onisep.fr/http/redirection/formation/slug/FOR.2"


def test_only_markers_with_an_address_are_linked() -> None:
    assert link_markers("a [MET.1] b [MET.2]", {"MET.1": "https://x.fr/1"}) == "a [MET.1](https://x.fr/1) b [MET.2]"
