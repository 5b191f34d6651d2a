// What the reader has put aside, in this browser: sheets to compare, sheets for the dossier.
import { page } from "./app.js";

const MOST = { compared: 4, kept: 20 };

function read(key) {
  const sheets = page.store.read(key, []);
  if (!Array.isArray(sheets)) return [];
  return sheets.filter((sheet) => typeof sheet?.id === "string" && typeof sheet.title === "string").slice(0, MOST[key]);
}

function write(key, sheets) {
  page.store.write(key, sheets);
  count();
}

// Add a sheet; false when there is no room.
function add(key, sheet) {
  const sheets = read(key);
  if (sheets.some((each) => each.id === sheet.id)) return true;
  if (sheets.length >= MOST[key]) return false;
  write(key, [...sheets, sheet]);
  return true;
}

const remove = (key, id) => write(key, read(key).filter((sheet) => sheet.id !== id));

function count() {
  const conversation = page.store.read("conversation", []);
  const answers = Array.isArray(conversation) ? conversation.filter((exchange) => exchange?.kept).length : 0;
  page.tally("comparer", read("compared").length);
  page.tally("dossier", read("kept").length + answers);
}

// A list of names, each with a button that takes it away; built from texts, never from markup.
function list(place, sheets, action) {
  place.replaceChildren(...sheets.map((sheet) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `?${new URLSearchParams({ fiche: sheet.id })}`;
    link.textContent = sheet.title;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.do = action;
    button.dataset.sheet = sheet.id;
    button.title = "Retirer";
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use href="/page/icons.svg#close"/></svg>';
    button.setAttribute("aria-label", `Retirer ${sheet.title}`);
    item.append(link, button);
    return item;
  }));
}

// A field that finds sheets by the beginning of their names, and tells which one was chosen.
function pick(form, server, chosen) {
  const input = form.querySelector("input");
  const found = form.querySelector(".picked");
  let asked = 0;
  const empty = () => { asked += 1; found.replaceChildren(); };
  const search = page.later(async () => {
    const text = input.value.trim();
    if (!text) { empty(); return; }
    asked += 1;
    const mine = asked;
    const markup = await server.find({ text });
    if (mine !== asked) return;
    if (typeof markup === "string") { found.innerHTML = markup; return; }
    const told = document.createElement("li");
    told.className = "aside";
    told.textContent = page.trouble();
    found.replaceChildren(told);
    page.announce(told.textContent);
  }, 120);
  input.addEventListener("input", search);
  form.addEventListener("submit", (event) => { event.preventDefault(); found.querySelector("button")?.click(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { input.value = ""; empty(); input.focus(); } });
  found.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do=choose]");
    if (!button) return;
    event.preventDefault();
    chosen({ id: button.dataset.sheet, title: button.dataset.title });
    input.value = "";
    empty();
    input.focus();
  });
}

// What is typed outlives a reload, for as long as this tab is open.
function keepDraft(words) {
  try { sessionStorage.setItem("draft", words); } catch { /* it is lost, then */ }
}

function readDraft() {
  try { return sessionStorage.getItem("draft") ?? ""; } catch { return ""; }
}

export { read, write, add, remove, count, list, pick, keepDraft, readDraft, MOST };
