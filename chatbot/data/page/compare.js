// The comparison: the address or this browser says which sheets, the server gives the table.
import { page } from "./app.js";
import * as shelf from "./shelf.js";

let server = null;
let asked = 0;

const find = (selector) => page.find(selector, page.find("#vue-comparer"));
const say = (words) => { find("#compare-message").textContent = words; };

function start(element, gradio) {
  server = gradio.server;
  shelf.pick(find(".picker"), server, (sheet) => {
    if (shelf.add("compared", sheet)) move(); else say("Quatre fiches au plus : retirez-en une d'abord.");
  });
  shelf.count();
}

// Keep the address in step with what is chosen.
function move() {
  const ids = shelf.read("compared").map((sheet) => sheet.id);
  history.replaceState(null, "", ids.length ? `?comparer=${ids.map(encodeURIComponent).join(",")}` : "?vue=comparer");
  load(ids);
}

function show(parameters) {
  if (!parameters.has("comparer")) { move(); return; }
  load(parameters.get("comparer").split(",").map((id) => id.trim()).filter(Boolean).slice(0, shelf.MOST.compared));
}

async function load(ids) {
  asked += 1;
  const mine = asked;
  const told = await server.compare({ ids });
  if (mine !== asked) return;
  if (!told) { say(page.trouble()); return; }
  shelf.write("compared", told.chosen);
  shelf.list(find("#compared"), told.chosen, "uncompare");
  say(told.message ?? "");
  find("#comparison").innerHTML = told.table ?? "";
}

const actions = {
  uncompare(button) {
    shelf.remove("compared", button.dataset.sheet);
    move();
    find("input").focus();
  },
  compare(button) {
    const { sheet, title } = button.closest("[data-sheet]").dataset;
    const room = shelf.add("compared", { id: sheet, title });
    const number = shelf.read("compared").length;
    if (room && number < 2) { page.say(button, "Ajouté : choisissez-en une autre"); return; }
    page.go(`?comparer=${shelf.read("compared").map((each) => encodeURIComponent(each.id)).join(",")}`);
    if (!room) say("Quatre fiches au plus : retirez-en une d'abord.");
  },
};

page.define("comparer", { start, show, actions });
