// The chat: questions out, answers in, word by word; the conversation stays in this browser.
import { page } from "./app.js";
import * as asking from "./asking.js";
import { ratingActions } from "./rating.js";
import * as shelf from "./shelf.js";
import { copy, copyWords, sourcesOf } from "./words.js";

const KEY = "conversation";
const KEPT = 50;
const SENT = 20; // exchanges sent along: what the chatbot takes into account
const PACE = { frames: 40, least: 3, most: 12 }; // a second for an answer, in words a frame
const UNDO = { do: "undo-erase", words: "Annuler" };
const wide = matchMedia("(min-width: 48rem)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

let gradio = null;
let exchanges = [];
let pending = null; // {article, question, exchange, words, stopper}
let editing = null; // the place of the question that is being edited
let erased = null; // what « Annuler » brings back

const find = (selector) => page.find(selector, page.find("#vue-chat"));
const [log, field] = [() => find("#log"), () => find("#question")];

async function start(element, tools) {
  gradio = tools;
  exchanges = page.store.read(KEY, []);
  if (!Array.isArray(exchanges)) exchanges = [];
  find("#composer").addEventListener("submit", (event) => { event.preventDefault(); send(field().value); });
  field().addEventListener("input", () => { fit(); shelf.keepDraft(field().value); });
  field().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(field().value); }
    if (event.key === "Escape" && editing !== null) stopEditing();
  });
  const opened = await gradio.server.open(exchanges.slice(-KEPT));
  if (!opened) { notice(`${page.trouble()} Rechargez la page dans un instant.`); return; }
  find("#welcome").innerHTML = opened.welcome;
  chooseAudience();
  if (opened.answers.length !== exchanges.length) { exchanges = []; opened.answers = []; }
  exchanges.forEach((exchange, place) => {
    const article = append(exchange.question);
    fill(article, opened.answers[place]);
  });
  settle();
  log().lastElementChild?.scrollIntoView({ block: "start", behavior: "instant" });
  field().value = (new URLSearchParams(location.search).get("question") ?? shelf.readDraft()).slice(0, 2000);
  fit();
  if (wide.matches && page.shown() === "chat") page.focus(field());
}

function chooseAudience() {
  const radios = [...document.querySelectorAll("#welcome [name=audience]")];
  const pick = (key) => {
    for (const radio of radios) radio.checked = radio.value === key;
    for (const list of document.querySelectorAll("#welcome [data-audience]")) list.hidden = list.dataset.audience !== key;
  };
  for (const radio of radios) {
    radio.addEventListener("change", () => { pick(radio.value); page.store.write("audience", radio.value); });
  }
  const kept = page.store.read("audience", "");
  if (radios.some((radio) => radio.value === kept)) pick(kept);
}

function append(question) {
  const article = document.createElement("article");
  article.className = "exchange";
  article.innerHTML = find("#exchange").innerHTML;
  article.querySelector(".asked .words").textContent = question.replace(/ (?=[:;?!»])/g, "\u00a0");
  log().append(article);
  return article;
}

// The markup comes from the server, where every text is escaped.
function fill(article, markup) {
  article.querySelector(".answered").innerHTML = markup;
  const sources = article.querySelector(".sources");
  if (sources) sources.open = wide.matches;
}

function send(words) {
  const question = words.trim();
  if (!question || pending || !gradio) return;
  if (editing !== null) { cut(editing); stopEditing(); }
  field().value = "";
  shelf.keepDraft(question);
  fit();
  notice("");
  erased = null;
  const article = append(question);
  article.setAttribute("aria-busy", "true");
  const asked = { article, question, exchange: null, stopper: new AbortController() };
  pending = asked;
  settle();
  if (!wide.matches) field().blur(); // the keyboard of a phone would hide the answer
  article.scrollIntoView({ block: "start", behavior: still.matches ? "instant" : "smooth" });
  const body = { question, history: exchanges.slice(-SENT) };
  asking.ask(body, (sent) => receive(asked, sent), asked.stopper).catch((failure) => fail(asked, failure));
}

function fail(asked, failure) {
  if (pending !== asked) return;
  const { article, question } = asked;
  pending = null;
  article.remove();
  field().value = question;
  shelf.keepDraft(question);
  fit();
  notice(`${failure.message} Votre question est gardée : réessayez dans un instant.`);
  settle();
  if (failure.lost) asking.look();
}

// What has come of the answer under way: so far, or whole.
function receive(asked, sent) {
  if (pending !== asked) return;
  const first = !asked.exchange;
  asked.exchange = sent.exchange;
  asked.done = sent.done;
  const holder = document.createElement("div");
  holder.innerHTML = sent.html;
  asked.whole = holder;
  asked.markup = sent.html;
  if (first) { asked.words = 0; reveal(asked); }
}

// Show a few more words of the answer at each frame.
function reveal(shown) {
  if (pending !== shown) return;
  const text = shown.whole.querySelector(".text");
  const pace = text.textContent.split(/\s+/).length / PACE.frames;
  shown.words += still.matches ? Infinity : Math.min(Math.max(pace, PACE.least), PACE.most);
  const left = { words: shown.words };
  const part = copyWords(text, left);
  const target = shown.article.querySelector(".answered");
  const answer = document.createElement("div");
  answer.className = shown.whole.firstElementChild.className;
  answer.append(part);
  target.replaceChildren(answer);
  if (left.words >= 0 && shown.done) finish(); else requestAnimationFrame(() => reveal(shown));
}

function finish() {
  const { article, exchange, markup } = pending;
  pending = null;
  article.removeAttribute("aria-busy");
  fill(article, markup);
  keep(exchange);
  const text = article.querySelector(".text").cloneNode(true);
  for (const chip of text.querySelectorAll(".chip")) chip.remove();
  page.announce(`Réponse : ${text.textContent.replace(/\s+/g, " ").trim()}`);
}

function stop() {
  if (!pending) return;
  const { article, question, stopper } = pending;
  stopper.abort();
  const text = article.querySelector(".answered .text")?.innerText ?? "";
  pending = null;
  article.removeAttribute("aria-busy");
  const exchange = { question, text, status: "answered", citations: [], suggestions: [], stopped: true };
  gradio.server.open([exchange]).then((opened) => { if (opened) fill(article, opened.answers[0]); else notice(page.trouble()); });
  keep(exchange);
  page.announce("Réponse arrêtée.");
  field().focus();
}

function keep(exchange) {
  shelf.keepDraft(field().value);
  exchanges = [...exchanges, exchange].slice(-KEPT);
  while (log().children.length > KEPT) log().firstElementChild.remove();
  if (!page.store.write(KEY, exchanges)) notice("Ce navigateur ne garde pas la conversation : elle se perdra au rechargement.");
  settle();
}

// Forget the exchanges from a place on.
function cut(place) {
  exchanges = exchanges.slice(0, place);
  while (log().children.length > place) log().lastElementChild.remove();
  page.store.write(KEY, exchanges);
  shelf.count();
}

// Show what fits the state: welcome or conversation, send or stop.
function settle() {
  const empty = !log().children.length;
  find("#welcome").hidden = !empty;
  find("[data-do=erase]").hidden = empty || Boolean(pending);
  find(".send").hidden = Boolean(pending);
  find(".stop").hidden = !pending;
}

function fit() {
  const area = field();
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, 160)}px`;
}

function notice(words, action) {
  const place = find("#notice");
  place.textContent = words;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.dataset.do = action.do;
    button.textContent = action.words;
    place.append(" ", button);
  }
}

function stopEditing() {
  editing = null;
  field().value = "";
  fit();
  notice("");
  find(".field").classList.remove("editing");
}

const placeOf = (button) => [...log().children].indexOf(button.closest(".exchange"));

// Mark an answer as one for the dossier, or no more.
function keepAnswer(place, kept) {
  if (!exchanges[place]) return;
  exchanges[place] = { ...exchanges[place], kept };
  page.store.write(KEY, exchanges);
  shelf.count();
}

const actions = {
  ask: (button) => send(button.textContent.replaceAll("\u00a0", " ")),
  stop,
  erase() {
    erased = exchanges;
    cut(0);
    page.store.erase(KEY);
    stopEditing();
    notice("Conversation effacée.", UNDO);
    page.announce("Conversation effacée.");
    settle();
    scrollTo({ top: 0, behavior: "instant" });
    field().focus();
  },
  async "undo-erase"() {
    const back = erased;
    if (!back) return;
    notice("");
    const opened = await gradio.server.open(back);
    if (exchanges.length || pending) return;
    if (!opened) { notice(page.trouble(), UNDO); return; }
    back.forEach((exchange, place) => fill(append(exchange.question), opened.answers[place]));
    exchanges = back;
    page.store.write(KEY, exchanges);
    settle();
    field().focus();
  },
  edit(button) {
    if (pending) return;
    editing = placeOf(button);
    field().value = exchanges[editing].question;
    fit();
    find(".field").classList.add("editing");
    const more = editing < exchanges.length - 1 ? " Les réponses suivantes seront remplacées." : "";
    notice(`Modifiez votre question, puis envoyez.${more}`, { do: "cancel-edit", words: "Annuler" });
    field().focus();
  },
  "cancel-edit": () => { stopEditing(); field().focus(); },
  retry(button) {
    const place = placeOf(button);
    const { question } = exchanges[place];
    cut(place);
    send(question);
  },
  async copy(button) {
    const exchange = exchanges[placeOf(button)];
    page.say(button, await copy(exchange.text + sourcesOf(exchange)) ? "Copié" : "Copie impossible");
  },
  "keep-answer"(button) {
    keepAnswer(placeOf(button), true);
    page.say(button, "Gardée");
  },
  ...ratingActions(() => gradio.server, (button) => exchanges[placeOf(button)]),
  talk(button) {
    const { question } = button.closest("[data-question]").dataset;
    page.go("?vue=chat");
    send(question.replaceAll("\u00a0", " "));
  },
};

page.define("chat", { start, actions });

export { keepAnswer };
