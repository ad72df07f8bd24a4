// The log as a terminal: follow its end, choose a level, search, never a line twice.

const list = document.getElementById("log");
const template = document.getElementById("log-line");
const search = document.getElementById("log-search");
const level = document.getElementById("log-level");
const found = document.getElementById("log-found");
const follow = document.getElementById("log-follow");
const none = document.getElementById("log-empty");
const ranks = { info: 0, warn: 1, error: 2 };
const marks = window.Highlight ? new Highlight() : null;
let last = Math.max(0, ...[...list.children].map((line) => Number(line.dataset.number)));

const isFollowing = () => follow.getAttribute("aria-pressed") === "true";
const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 8;

export const lastNumber = () => last;

function setFollowing(on) {
  follow.setAttribute("aria-pressed", String(on));
  if (on) list.scrollTop = list.scrollHeight;
}

function markWords(line, wanted) {
  const words = line.querySelector(".line-words").firstChild;
  const text = words?.data.toLowerCase() ?? "";
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const range = new Range();
    range.setStart(words, at);
    range.setEnd(words, at + wanted.length);
    marks.add(range);
  }
}

function sift(line, wanted) {
  const fits = line.textContent.toLowerCase().includes(wanted);
  line.hidden = !fits || (ranks[line.dataset.level] ?? 0) < ranks[level.value];
  if (wanted && marks && !line.hidden) markWords(line, wanted);
}

function count(wanted) {
  const shown = list.querySelectorAll("li:not([hidden])").length;
  const isSifted = wanted || level.value !== "info";
  found.textContent = isSifted ? `${shown} / ${list.children.length}` : "";
  none.hidden = shown > 0 || !isSifted;
}

function siftAll() {
  marks?.clear();
  const wanted = search.value.trim().toLowerCase();
  for (const line of list.children) sift(line, wanted);
  count(wanted);
  if (isFollowing()) list.scrollTop = list.scrollHeight;
}

function add(element) {
  const number = Number(element.dataset.number);
  if (number <= last) return;
  last = number;
  list.append(element);
  const wanted = search.value.trim().toLowerCase();
  sift(element, wanted);
  if (wanted || level.value !== "info") count(wanted);
  if (isFollowing()) list.scrollTop = list.scrollHeight;
}

// A line as the event stream brings it.
export function addEvent(line) {
  const element = template.content.firstElementChild.cloneNode(true);
  element.dataset.number = line.number;
  element.dataset.level = line.level;
  element.className = `line-${ranks[line.level] === undefined ? "info" : line.level}`;
  element.querySelector("time").dateTime = line.at;
  element.querySelector("time").textContent = new Date(line.at).toISOString().slice(11, 23);
  element.querySelector(".line-words").textContent = line.message;
  add(element);
}

// Lines as a part of the page brings them.
export function addElements(elements) {
  for (const element of elements) add(document.adoptNode(element));
}

if (marks) CSS.highlights.set("log-search", marks);
search.addEventListener("input", siftAll);
level.addEventListener("change", siftAll);
follow.addEventListener("click", () => setFollowing(!isFollowing()));
list.addEventListener("scroll", () => {
  if (isFollowing() !== isAtEnd()) follow.setAttribute("aria-pressed", String(isAtEnd()));
});
setFollowing(true);
