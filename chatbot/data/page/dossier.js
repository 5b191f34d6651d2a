// The dossier: which answers and sheets; the server makes the document from its sheets.
import { page } from "./app.js";
import { keepAnswer } from "./chat.js";
import * as shelf from "./shelf.js";

const find = (selector) => page.find(selector, page.find("#vue-dossier"));
const say = (words) => { find("#dossier-message").textContent = words; };
const conversation = () => [page.store.read("conversation", [])].flat();

function start(element, gradio) {
  shelf.pick(find(".picker"), gradio.server, (sheet) => {
    if (shelf.add("kept", sheet)) show(); else say("Vingt fiches au plus : retirez-en une d'abord.");
  });
  find("#kept-answers").addEventListener("change", (event) => {
    keepAnswer(Number(event.target.value), event.target.checked);
    tell();
  });
  shelf.count();
}

function show() {
  const answers = conversation();
  find("#kept-answers").replaceChildren(...answers.map((exchange, place) => {
    const label = document.createElement("label");
    label.className = "choice";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = place;
    box.checked = Boolean(exchange.kept);
    const words = document.createElement("span");
    words.textContent = exchange.question;
    label.append(box, words);
    return label;
  }));
  if (!answers.length) {
    const none = document.createElement("p");
    none.className = "aside";
    none.textContent = "Aucune réponse encore : posez une question dans « Discuter ».";
    find("#kept-answers").append(none);
  }
  shelf.list(find("#kept-sheets"), shelf.read("kept"), "drop-sheet");
  tell();
}

function tell() {
  const empty = !shelf.read("kept").length && !conversation().some((exchange) => exchange.kept);
  for (const button of find(".actions").querySelectorAll("button")) button.disabled = empty;
  say(empty ? "Choisissez au moins une réponse ou une fiche." : "");
  shelf.count();
}

// Questions that are not kept go along: those after them may lean on them.
async function make(format) {
  const questions = conversation().map((exchange) => ({ question: exchange.question, kept: Boolean(exchange.kept) }));
  const last = questions.findLastIndex((each) => each.kept);
  const sheets = shelf.read("kept").map((sheet) => sheet.id);
  say("Je prépare le document…");
  try {
    const answer = await fetch("api/dossier", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ format, title: find("#dossier-title").value, questions: questions.slice(0, last + 1), sheets }),
    });
    if (!answer.ok) { say((await answer.json()).detail ?? "Le document n'a pas pu être fait."); return null; }
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? `dossier.${format}`;
    return { content: await answer.blob(), name };
  } catch {
    say("Le serveur ne répond pas.");
    return null;
  }
}

async function download(format) {
  const made = await make(format);
  if (!made) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(made.content);
  link.download = made.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(`Document prêt : ${link.download}`);
}

const actions = {
  "download-pdf": () => download("pdf"),
  "download-md": () => download("md"),
  async print() {
    const made = await make("html");
    if (!made) return;
    const frame = find("#preview");
    frame.hidden = false;
    frame.addEventListener("load", () => frame.contentWindow.print(), { once: true });
    frame.srcdoc = await made.content.text();
    say("L'aperçu est plus bas.");
  },
  "drop-sheet"(button) {
    shelf.remove("kept", button.dataset.sheet);
    show();
    find(".picker input").focus();
  },
  empty() {
    shelf.write("kept", []);
    conversation().forEach((exchange, place) => keepAnswer(place, false));
    find("#preview").hidden = true;
    show();
    page.focus(find("h2"));
  },
  "keep-sheet"(button) {
    const { sheet, title } = button.closest("[data-sheet]").dataset;
    page.say(button, shelf.add("kept", { id: sheet, title }) ? "Gardé" : "Dossier plein");
  },
};

page.define("dossier", { start, show, actions });
