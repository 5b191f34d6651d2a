// A thumb up or down, with a reason; asked for where the server keeps ratings.
import { page } from "./app.js";

// `server` gives what keeps ratings, `exchangeOf` the exchange that a button belongs to.
export function ratingActions(server, exchangeOf) {
  async function rate(button, useful, reason = "", comment = "") {
    const exchange = exchangeOf(button);
    const place = button.closest(".exchange").querySelector(".rating");
    const stored = exchange && await server().rate({ exchange, useful, reason, comment });
    const unheard = exchange && typeof stored !== "boolean"; // then the buttons stay, to try again
    const words = stored ? "Merci pour votre avis." : `${unheard ? `${page.trouble()} ` : ""}Votre avis n'a pas pu être enregistré.`;
    if (unheard) {
      const told = place.querySelector(".told") ?? place.appendChild(document.createElement("span"));
      told.className = "told";
      told.textContent = words;
    } else place.textContent = words;
    page.announce(words);
  }

  return {
    "rate-up": (button) => rate(button, true),
    "rate-down"(button) {
      const rating = button.closest(".rating");
      rating.after(document.importNode(page.find("#rating-form").content, true));
      rating.hidden = true;
      const form = rating.nextElementSibling;
      form.querySelector("input").focus();
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const given = new FormData(form);
        rating.hidden = false;
        rate(rating, false, given.get("reason") ?? "", given.get("comment") ?? "");
        form.remove();
      });
    },
    "cancel-rating"(button) {
      const form = button.closest("form");
      const rating = form.previousElementSibling;
      rating.hidden = false;
      form.remove();
      rating.querySelector("[data-do=rate-down]").focus();
    },
  };
}
