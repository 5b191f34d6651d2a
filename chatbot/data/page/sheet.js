// One sheet, read from the server when its address is shown; then to the passage that was cited.
import { page } from "./app.js";

let server = null;
let asked = 0;

async function show(parameters, moved) {
  asked += 1;
  const mine = asked;
  const place = page.find("#sheet");
  const wanted = Object.fromEntries(["fiche", "section", "passage"].map((name) => [name, parameters.get(name) ?? ""]));
  const markup = await server.read(wanted);
  if (mine !== asked || page.shown() !== "fiche") return;
  if (markup) place.innerHTML = markup; else {
    place.innerHTML = '<h2 tabindex="-1"></h2><p>Rechargez la page dans un instant.</p>';
    page.find("h2", place).textContent = page.trouble();
  }
  const title = page.find("h2", place);
  page.titled(`${title.textContent} (${wanted.fiche.slice(0, 20)})`);
  const mark = page.find("mark", place);
  (mark ?? place).scrollIntoView({ block: mark ? "center" : "start", behavior: "instant" });
  if (!mark) scrollTo({ top: 0, behavior: "instant" });
  if (moved) page.focus(title);
  if (mark) page.announce(`Passage cité : ${mark.textContent}`);
}

function jump(button) {
  const heading = document.getElementById(button.dataset.to);
  heading.scrollIntoView({ block: "start" });
  page.focus(heading);
}

page.define("fiche", { start: (element, gradio) => { server = gradio.server; }, show, actions: { jump } });
