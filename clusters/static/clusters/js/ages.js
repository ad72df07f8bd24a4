// Keeps "3 s ago" and running clocks up to date, by the panel's clock.

const say = document.body.dataset;
const skew = Date.parse(say.now) - Date.now() || 0;
const units = [
  [86400, say.sayD],
  [3600, say.sayH],
  [60, say.sayMin],
  [1, say.sayS],
];

function rough(seconds) {
  const [size, words] = units.find(([unit]) => seconds >= unit) ?? units.at(-1);
  return words.replace("{n}", Math.floor(seconds / size));
}

function span(seconds) {
  if (seconds < 60) return rough(seconds);
  const [large, small] = seconds >= 3600 ? [3600, 60] : [60, 1];
  const words = units.find(([unit]) => unit === small)[1];
  const rest = Math.floor((seconds % large) / small);
  const whole = units.find(([unit]) => unit === large)[1];
  return `${whole.replace("{n}", Math.floor(seconds / large))} ${words.replace("{n}", rest)}`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  if (document.hidden) return;
  const now = Date.now() + skew;
  const since = (moment) => Math.max(0, (now - Date.parse(moment)) / 1000);
  for (const time of document.querySelectorAll("time[data-ago]")) {
    write(time, say.sayAgo.replace("{age}", rough(since(time.dateTime))));
  }
  for (const clock of document.querySelectorAll("[data-since]")) {
    write(clock, span(since(clock.dataset.since)));
  }
}

export function keepAges() {
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
