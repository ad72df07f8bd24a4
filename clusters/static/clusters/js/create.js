// A form with a plan: the plan follows what is typed, then the hosts are looked at.

import { ask } from "./connection.js";
import { apply } from "./fragments.js";

const TYPING = 300;
const QUIET = 1000;
const POLL = 400;

const form = document.querySelector("[data-create]");
const check = document.getElementById("check");
let asking = new AbortController();
let typing = 0;
let quiet = 0;
let checked = "";

const fingerprint = () => document.getElementById("plan").dataset.fingerprint ?? "";
const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));

function post(address) {
  return ask(address, { method: "POST", body: new FormData(form), signal: asking.signal });
}

function markWrong() {
  for (const input of form.querySelectorAll("[aria-describedby]")) {
    const notes = document.getElementById(input.getAttribute("aria-describedby").split(" ")[0]);
    if (notes?.querySelector("[data-wrong]")) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

async function preview() {
  asking.abort();
  const mine = new AbortController();
  asking = mine;
  const html = await post(form.dataset.preview);
  if (html === null) {
    if (!mine.signal.aborted) schedule(QUIET); // the plan shown is not of what is typed
    return;
  }
  apply(html);
  markWrong();
  planCheck();
  const again = document.getElementById("plan").dataset.again;
  if (again) schedule(Number(again) * 1000);
}

function schedule(time) {
  clearTimeout(typing);
  typing = setTimeout(preview, time);
}

// A look at the hosts costs something: only of a whole plan, once, when typing has stopped.
function planCheck() {
  if (!form.dataset.check) return;
  clearTimeout(quiet);
  check.hidden = !fingerprint();
  check.classList.toggle("old", checked !== fingerprint());
  if (fingerprint() && checked !== fingerprint()) quiet = setTimeout(look, QUIET);
}

async function look() {
  clearTimeout(quiet);
  if (!fingerprint()) return;
  const mine = fingerprint();
  checked = mine;
  let html = await post(form.dataset.check);
  while (html !== null && checked === mine && fingerprint() === mine) {
    apply(html);
    check.classList.remove("old");
    if (!check.dataset.poll) return;
    await wait(POLL);
    html = await ask(check.dataset.poll);
  }
}

function refuseTwice(event) {
  if (event.submitter?.hasAttribute("data-check-now")) {
    event.preventDefault();
    checked = "";
    look();
  } else if (form.dataset.sent) {
    event.preventDefault();
  } else {
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  }
}

function forgetSending() {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

// Somebody may have typed before this script was there.
function wasTyped() {
  return [...form.elements].some((field) => "defaultValue" in field && field.value !== field.defaultValue);
}

form.addEventListener("input", () => schedule(TYPING));
form.addEventListener("submit", refuseTwice);
window.addEventListener("pageshow", forgetSending);
document.getElementById("refused")?.focus();
if (wasTyped()) schedule(0);
else if (document.getElementById("plan").dataset.again) schedule(QUIET);
else planCheck();
