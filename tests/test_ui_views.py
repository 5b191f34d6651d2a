"""Sheet, explorer, comparison and dossier in a real browser, by mouse and by keyboard alone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.fake_chatbot import FakeChatbot
from tests.site import Site, ask, go, is_wider, tab_to, visit
from tests.small_world import FOUNDER, KEEPER, TAMER, TAMER_CAP


def test_a_sheet_is_read_by_its_address_and_leads_to_those_it_is_linked_with(phone: Page, site: Site) -> None:
    visit(phone, f"{site.url}/?fiche={TAMER}")
    expect(phone.get_by_role("heading", name="Dresseur ou dresseuse de puces")).to_be_visible()
    assert phone.title() == f"Dresseur ou dresseuse de puces ({TAMER}) · Métiers et formations"
    assert not is_wider(phone)
    phone.get_by_role("link", name="CAP dresseur de puces", exact=True).click()
    expect(phone.get_by_role("heading", name="CAP dresseur de puces")).to_be_visible()
    phone.get_by_role("link", name="Dresseur/euse de puces").click()
    expect(phone.get_by_role("heading", name="Dresseur ou dresseuse de puces")).to_be_visible()


def test_the_ladder_of_a_sheet_is_a_picture_with_links_and_a_text(phone: Page, site: Site) -> None:
    visit(phone, f"{site.url}/?fiche={TAMER}")
    ladder = phone.locator(".ladder")
    expect(ladder.locator("svg > title")).to_have_text("Parcours vers le métier : dresseur ou dresseuse de puces")
    phone.get_by_text("Le parcours en texte").click()
    expect(phone.locator("details li", has_text="CAP dresseur de puces, durée : 2 ans").last).to_be_visible()
    ladder.locator(f'a[href="?fiche={TAMER_CAP}"]').click()
    expect(phone.get_by_role("heading", name="CAP dresseur de puces")).to_be_visible()


def test_an_unknown_sheet_is_said_to_be_so(phone: Page, site: Site) -> None:
    visit(phone, f"{site.url}/?fiche=MET.404")
    expect(phone.get_by_role("heading", name="Fiche introuvable")).to_be_visible()
    phone.get_by_role("link", name="Chercher dans les fiches").click()
    expect(phone.get_by_role("heading", name="Explorer les fiches")).to_be_visible()


def test_filters_narrow_the_cards_and_their_counts(phone: Page) -> None:
    go(phone, "Explorer")
    expect(phone.locator("#total")).to_have_text("13 fiches")
    phone.locator("summary", has_text="Filtrer").click()
    phone.locator("summary", has_text="Métiers ou formations").click()
    phone.locator("label", has_text="Formations").get_by_role("checkbox").check()
    expect(phone.locator("#total")).to_have_text("3 fiches")
    formations = ["BTS métiers du bronze", "CAP dresseur de puces", "Master mesure du vent"]
    expect(phone.locator("#cards h3")).to_have_text(formations)
    phone.locator("summary", has_text="Niveau").click()
    expect(phone.locator("label", has_text="CAP ou équivalent").first.locator(".count")).to_have_text("1")
    expect(phone.locator("label", has_text="3e, brevet").get_by_role("checkbox")).to_be_disabled()
    assert "kind=formation" in phone.url
    phone.reload()
    expect(phone.locator("#total")).to_have_text("3 fiches")
    phone.get_by_role("button", name="Retirer le filtre Formations").click()
    expect(phone.locator("#total")).to_have_text("13 fiches")
    phone.get_by_label("Chercher dans les fiches").fill("gardien")
    expect(phone.locator("#cards h3")).to_have_text(["Gardien ou gardienne de phare"])
    assert not is_wider(phone)


def test_a_card_is_talked_about_in_the_chat(phone: Page, chatbot: FakeChatbot) -> None:
    go(phone, "Explorer")
    phone.get_by_label("Chercher dans les fiches").fill("gardien")
    card = phone.locator(".card", has_text="Gardien ou gardienne de phare")
    expect(phone.locator(".card")).to_have_count(1)
    card.get_by_role("button", name="En parler").click()
    expect(phone.get_by_role("log").get_by_text("Il faut un bac + 5")).to_be_visible()
    assert chatbot.asked[0][0] == f"Parlez-moi du métier « gardien ou gardienne de phare » ({KEEPER})."


def test_two_sheets_are_compared_cell_by_cell(phone: Page, site: Site) -> None:
    visit(phone, f"{site.url}/?fiche={TAMER}")
    phone.get_by_role("button", name="Comparer").click()
    go(phone, "Comparer")
    expect(phone.get_by_text("au moins deux fiches")).to_be_visible()
    phone.get_by_label("Ajouter un métier ou une formation").fill("fondeur")
    phone.get_by_role("button", name="Fondeur ou fondeuse de cloches").click()
    row = phone.get_by_role("row", name="Salaire du débutant")
    expect(row.get_by_role("cell")).to_contain_text(["1843 euros", "1912 euros"])
    assert phone.url.endswith(f"?comparer={TAMER},{FOUNDER}")
    assert not is_wider(phone)
    row.get_by_role("link", name=FOUNDER).click()
    expect(phone.locator("mark")).to_contain_text("1912 euros brut par mois")
    phone.go_back()
    phone.get_by_role("button", name="Retirer Dresseur ou dresseuse de puces").click()
    expect(phone.get_by_role("table")).to_have_count(0)
    expect(phone.get_by_text("au moins deux fiches")).to_be_visible()


def test_a_dossier_is_put_together_previewed_and_downloaded(desk: Page, site: Site) -> None:
    ask(desk, "Quel diplôme ?")
    desk.get_by_role("button", name="Ajouter au dossier").click()
    ask(desk, "Et après ?")
    go(desk, "Dossier")
    expect(desk.get_by_label("Quel diplôme ?")).to_be_checked()
    expect(desk.get_by_label("Et après ?")).not_to_be_checked()
    desk.get_by_label("Ajouter une fiche").fill("gardien")
    desk.get_by_role("button", name="Gardien ou gardienne de phare").first.click()
    desk.get_by_label("Titre").fill("Entretien d'été")
    with desk.expect_download() as found:
        desk.get_by_role("button", name="Télécharger en Markdown").click()
    text = Path(found.value.path()).read_text(encoding="utf-8")
    assert found.value.suggested_filename.endswith(".md")
    assert "Entretien d'été" in text and "Quel diplôme ?" in text and "Et après" not in text and KEEPER in text
    with desk.expect_download() as found:
        desk.get_by_role("button", name="Télécharger en PDF").click()
    assert Path(found.value.path()).read_bytes().startswith(b"%PDF-")
    desk.evaluate("window.printed = 0; HTMLIFrameElement.prototype.__defineGetter__('contentWindow', () => "
                  "({print: () => { window.printed += 1 }}))")
    desk.get_by_role("button", name="Imprimer").click()
    expect(desk.frame_locator("#preview").get_by_text("Entretien d'été")).to_be_visible()
    expect(desk.get_by_role("navigation", name="Vues").get_by_role("link", name="Dossier")).to_contain_text("2")
    desk.get_by_role("button", name="Vider le dossier").click()
    expect(desk.get_by_role("button", name="Imprimer")).to_be_disabled()


def test_the_whole_flow_by_keyboard_alone(desk: Page, chatbot: FakeChatbot) -> None:
    keyboard = desk.keyboard
    expect(desk.get_by_label("Votre question", exact=True)).to_be_focused()
    keyboard.type("Quel diplôme ?")
    keyboard.press("Enter")
    expect(desk.locator(".exchange .actions")).to_have_count(1)
    tab_to(desk, desk.get_by_role("link", name="MET.1, fiche").first, "Shift+Tab")
    keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Dompteur ou dompteuse de puces")).to_be_focused()
    tab_to(desk, desk.locator(".sheet").get_by_role("button", name="Comparer"))
    keyboard.press("Enter")
    tab_to(desk, desk.locator("#views").get_by_role("link", name="Explorer"), "Shift+Tab")
    keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Explorer les fiches")).to_be_focused()
    tab_to(desk, desk.get_by_label("Chercher dans les fiches"))
    keyboard.type("gardien")
    expect(desk.locator(".card")).to_have_count(1)
    tab_to(desk, desk.locator(".card").get_by_role("button", name="Comparer"))
    keyboard.press("Enter")
    expect(desk.get_by_role("table")).to_be_visible()
    tab_to(desk, desk.locator("#views").get_by_role("link", name="Dossier"), "Shift+Tab")
    keyboard.press("Enter")
    tab_to(desk, desk.get_by_label("Quel diplôme ?"))
    keyboard.press("Space")
    tab_to(desk, desk.get_by_role("button", name="Télécharger en Markdown"))
    with desk.expect_download():
        keyboard.press("Enter")
    tab_to(desk, desk.locator("#views").get_by_role("link", name="Discuter"), "Shift+Tab")
    keyboard.press("Enter")
    tab_to(desk, desk.get_by_role("button", name="Combien gagne un débutant ?"))
    keyboard.press("Enter")
    expect(desk.locator(".exchange .actions")).to_have_count(2)
    desk.reload()
    expect(desk.locator(".exchange .actions")).to_have_count(2)
    keyboard.press("Tab")
    tab_to(desk, desk.locator(".skip"), "Shift+Tab")
    keyboard.press("Enter")
    expect(desk.locator("#chat-title")).to_be_focused()


def test_what_is_loaded_is_said_anew_at_each_visit_by_any_process(phone: Page, site: Site) -> None:
    site.service.chatbot = FakeChatbot(generator="openai:x", remote_model=True)  # another than the page was made with
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    visit(phone, site.url)
    expect(phone.locator("#loaded")).to_contain_text("Un modèle de langue, sur un autre serveur")
    expect(phone.locator("#loaded")).to_contain_text("fiches indexées le 02/01/2026")
    assert not [url for url in asked if "/queue/" in url]  # Gradio's queue belongs to one process
