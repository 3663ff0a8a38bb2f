// The preview of an entry while somebody types. Without this file the button «Vorschau» shows it.
"use strict";

const PAUSE = 700; // milliseconds without a key before it is asked for

const form = document.querySelector("form[data-preview]");
const place = document.getElementById("vorschau-bereich");
let latest = 0;
let timer;

async function show() {
  latest += 1;
  const mine = latest;
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", "preview");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("vorschau-bereich");
  if (found && mine === latest) {
    place.replaceChildren(...found.childNodes);
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => show().catch(() => undefined), PAUSE); // out of reach: the old one stays
});
