// What every view shares: the address says what is shown, the browser keeps what is the reader's, actions go by name.
const TITLE = "Métiers et formations";
const VIEWS = { chat: "Discuter", fiche: "Fiche", explorer: "Explorer", comparer: "Comparer", dossier: "Dossier" };
const views = {}; // by name: {start(element, gradio), show(parameters), actions: {name(button, event)}}
const started = {};
const scrolled = {};
let shown = null;

// Storage may be full or forbidden: the page then works, and keeps nothing.
const store = {
  read(key, fallback) {
    try { return JSON.parse(localStorage.getItem(key)) ?? fallback; } catch { return fallback; }
  },
  write(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; }
  },
  erase(key) {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  },
};

// What the server refuses it says in French (too many requests); Gradio's client would keep that to itself.
const plainly = window.fetch;
let refused = "";
window.fetch = async (...given) => {
  const answer = await plainly(...given).catch((error) => { refused = ""; throw error; });
  if (answer.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    refused = (await answer.clone().json()).detail;
  } else if (answer.ok) refused = "";
  return answer;
};
const trouble = () => refused || "Le serveur ne répond pas.";

const find = (selector, root = document) => root.querySelector(selector);
const announce = (words) => { const status = find("#announcer"); if (status) status.textContent = words; };
const titled = (words) => { document.title = words ? `${words} · ${TITLE}` : TITLE; };

function viewOf(parameters) {
  if (parameters.has("fiche")) return "fiche";
  if (parameters.has("comparer")) return "comparer";
  const wanted = parameters.get("vue");
  return Object.hasOwn(VIEWS, wanted ?? "") ? wanted : "chat";
}

function show(moved) {
  const parameters = new URLSearchParams(location.search);
  const name = viewOf(parameters);
  if (shown) scrolled[shown] = scrollY;
  const changed = shown !== name;
  shown = name;
  document.body.dataset.view = name;
  titled(name === "chat" ? "" : VIEWS[name]);
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (!started[name]) return;
  if (changed) scrollTo({ top: scrolled[name] ?? 0, behavior: "instant" });
  views[name].show?.(parameters, moved);
  if (changed && moved) focus(find(`#vue-${name} h2`));
}

function go(address) {
  if (address !== location.search) history.pushState(null, "", address || location.pathname);
  show(true);
}

// Without a scroll: the view has its own place.
function focus(element) {
  if (!element) return;
  if (!element.matches("a, button, input, select, textarea")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

// Do it once, when nothing more has come for a while.
function later(act, milliseconds) {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(act, milliseconds, ...given); };
}

// A button says for a moment what it has done.
function say(button, words) {
  const label = button.querySelector("span");
  const before = label.dataset.words ?? label.textContent;
  label.dataset.words = before;
  label.textContent = words;
  announce(words);
  setTimeout(() => { label.textContent = before; }, 2500);
}

// A file of the page tells what its view does.
function define(name, view) { views[name] = view; }

// Gradio has put a view in its place.
function start(name, element, gradio) {
  started[name] = true;
  views[name]?.start?.(element, gradio);
  if (name === "navigation") show(false);
  else if (shown === name) views[name].show?.(new URLSearchParams(location.search), false);
}

function tally(name, number) {
  const badge = find(`[data-tally="${name}"]`);
  if (!badge) return;
  badge.hidden = !number;
  badge.textContent = number;
}

addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const button = event.target.closest?.("[data-do]");
  if (button) {
    const action = Object.values(views).map((view) => view.actions?.[button.dataset.do]).find(Boolean);
    action?.(button, event);
    return;
  }
  const link = event.target.closest?.("a[href]");
  if (!link || link.getAttribute("target")) return;
  if (link.classList.contains("skip")) {
    event.preventDefault();
    const heading = find(`#vue-${shown} h2`);
    heading?.scrollIntoView();
    focus(heading);
  } else if (link.getAttribute("href").startsWith("?")) {
    event.preventDefault();
    go(link.getAttribute("href"));
  }
});
addEventListener("popstate", () => show(true));


export const page = { store, find, trouble, announce, titled, later, say, go, focus, define, start, tally, shown: () => shown };

define("navigation", {});
