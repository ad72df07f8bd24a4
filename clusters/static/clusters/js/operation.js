// An operation while it runs: lines come by the event stream, steps are asked for when it
// rings, and when there is no stream the page asks by itself.

import { announce } from "./announce.js";
import { ask, partOfThisPage } from "./connection.js";
import { apply } from "./fragments.js";
import { addElements, addEvent, lastNumber } from "./log.js";

const BETWEEN = 120;
const WITHOUT_STREAM = 2000;
const ANYWAY = 10000;
const TRY_AGAIN = 5000;

const root = document.querySelector("[data-operation]");
const state = document.getElementById("operation");
let stream = null;
let isAsking = false;
let isWanted = false;
let timer = 0;
let due = Infinity;

const isOver = () => "over" in state.dataset;
const hasStream = () => stream?.readyState === EventSource.OPEN;

// A stream that breaks off again and again brings the next question nearer, never further.
function sleepThenAsk() {
  const delay = hasStream() ? ANYWAY : WITHOUT_STREAM;
  if (isOver() || due <= Date.now() + delay) return;
  clearTimeout(timer);
  due = Date.now() + delay;
  timer = setTimeout(() => {
    due = Infinity;
    refresh();
  }, delay);
}

async function refresh() {
  isWanted = true;
  if (isAsking) return;
  isAsking = true;
  while (isWanted) {
    isWanted = false;
    const html = await ask(partOfThisPage({ after: lastNumber() }));
    if (html !== null) show(html);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  isAsking = false;
  sleepThenAsk();
}

function show(html) {
  const wasOver = isOver();
  const answer = apply(html);
  addElements([...answer.getElementById("new-lines").children]);
  if (!isOver() || wasOver) return;
  stream?.close();
  announce(`${root.dataset.sayOver} ${state.dataset.word}`);
}

function listen() {
  stream = new EventSource(`${root.dataset.events}?after=${lastNumber()}`);
  stream.addEventListener("line", (event) => addEvent(JSON.parse(event.data)));
  stream.addEventListener("progress", refresh);
  stream.addEventListener("end", () => {
    stream.close();
    refresh();
  });
  stream.addEventListener("open", refresh);
  stream.addEventListener("error", () => {
    sleepThenAsk();
    if (stream.readyState === EventSource.CLOSED && !isOver()) setTimeout(listen, TRY_AGAIN);
  });
}

if (!isOver()) {
  listen();
  sleepThenAsk();
  document.addEventListener("visibilitychange", () => document.hidden || isOver() || refresh());
}
