// Every view of the page; Gradio calls `page` once a view stands in its place, which may be before this is loaded.
import { page } from "./app.js";
import "./chat.js";
import "./compare.js";
import "./dossier.js";
import "./explore.js";
import "./sheet.js";

page.define("loaded", {
  start: (element, { server }) => server.loaded().then((markup) => { if (markup) element.innerHTML = markup; }, () => {}),
});

const waiting = window.page?.calls ?? [];
window.page = { start: page.start };
for (const [name, given] of waiting) window.page[name](...given);
