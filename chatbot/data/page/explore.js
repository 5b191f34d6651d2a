// The explorer: filters go to the server, cards and counts come back; the address keeps the choice.
import { page } from "./app.js";

const NAMES = ["kind", "niveau", "interet", "domaine", "statut"];
const wide = matchMedia("(min-width: 60rem)");
let server = null;
let ready = null;
let asked = 0;
let offset = 0;

const find = (selector) => page.find(selector, page.find("#vue-explorer"));
const boxes = () => [...find("#groups").querySelectorAll("input")];

function start(element, gradio) {
  server = gradio.server;
  find("#narrow").open = wide.matches;
  wide.addEventListener("change", () => { find("#narrow").open = wide.matches; });
  prepare();
  const form = find("#filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => { if (event.target.type === "checkbox") refresh(); });
  form.addEventListener("input", page.later((event) => { if (event.target.name === "text") refresh(); }, 60));
}

// The filters, asked for once; where there are none, again when the view is shown next.
function prepare() {
  ready ??= server.form().then((markup) => {
    const groups = find("#groups");
    if (markup) groups.innerHTML = markup; else groups.textContent = page.trouble();
    for (const group of groups.querySelectorAll("[data-open]")) group.open = wide.matches;
    if (!boxes().length) ready = null;
  });
  return ready;
}

// The address is the choice: it can be kept, sent, and gone back to.
async function show(parameters) {
  await prepare();
  for (const box of boxes()) box.checked = parameters.getAll(box.name).includes(box.value);
  find("#text").value = (parameters.get("texte") ?? "").slice(0, 200);
  load();
}

function query() {
  const chosen = Object.fromEntries(NAMES.map((name) => [name, []]));
  for (const box of boxes()) if (box.checked) chosen[box.name].push(box.value);
  return { ...chosen, text: find("#text").value };
}

function refresh() {
  const { text, ...chosen } = query();
  const parameters = new URLSearchParams({ vue: "explorer" });
  if (text.trim()) parameters.set("texte", text.trim());
  for (const [name, values] of Object.entries(chosen)) for (const value of values) parameters.append(name, value);
  history.replaceState(null, "", `?${parameters}`);
  load();
}

async function load(from = 0) {
  asked += 1;
  const mine = asked;
  const found = await server.explore({ ...query(), offset: from });
  if (mine !== asked) return;
  if (!found || found.message) { find("#total").textContent = found?.message ?? page.trouble(); return; }
  const cards = find("#cards");
  if (from) cards.insertAdjacentHTML("beforeend", found.cards); else cards.innerHTML = found.cards;
  if (from) page.focus(cards.children[from]?.querySelector("a"));
  offset = found.offset;
  find("#total").textContent = found.total;
  const more = find("[data-do=more]");
  more.hidden = !found.more;
  more.textContent = found.more;
  for (const box of boxes()) {
    const [number, words] = found.counts[box.name]?.[box.value] ?? [0, "0"];
    box.closest("label").querySelector(".count").textContent = words;
    box.disabled = !number && !box.checked;
  }
  tell();
}

// The filters chosen, each with a button that lifts it.
function tell() {
  const chosen = boxes().filter((box) => box.checked);
  find("#kept").replaceChildren(...chosen.map((box) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const words = box.closest("label").querySelector(".words").textContent;
    button.type = "button";
    button.append(words, " ×");
    button.setAttribute("aria-label", `Retirer le filtre ${words}`);
    button.addEventListener("click", () => { box.checked = false; refresh(); find("#total").focus(); });
    item.append(button);
    return item;
  }));
  find("#narrow > summary .chosen").textContent = chosen.length ? ` (${chosen.length})` : "";
  for (const group of find("#groups").querySelectorAll(".group")) {
    const number = group.querySelectorAll(":checked").length;
    group.querySelector(".chosen").textContent = number || "";
  }
}

page.define("explorer", { start, show, actions: { more: () => load(offset) } });
