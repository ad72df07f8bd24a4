// Keeps a page up to date while somebody looks at it.

import { ask, partOfThisPage } from "./connection.js";
import { apply } from "./fragments.js";

export function watchLive() {
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const every = Number(root.dataset.every) * 1000;
  let timer = 0;
  let failures = 0;

  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(look, every * Math.min(1 + failures, 5));
  };
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    const html = await ask(partOfThisPage());
    failures = html === null ? failures + 1 : 0;
    if (html !== null) apply(html);
    again();
  };
  document.addEventListener("visibilitychange", () => document.hidden || look());
  again();
}
