// Copies what stands in an element, also where the browser has no clipboard (plain http).

import { announce } from "./announce.js";

function textOf(source) {
  const lines = [...source.querySelectorAll("li:not([hidden])")];
  if (!lines.length) return source.textContent.trim();
  return lines.map((line) => [...line.children].map((part) => part.textContent).join("  ")).join("\n");
}

function copyBySelection(source) {
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  return document.execCommand("copy");
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(textOf(source));
    return true;
  } catch {
    return copyBySelection(source);
  }
}

export function offerCopies() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const done = await copy(document.getElementById(button.dataset.copy));
    const { sayCopied, sayNotCopied } = document.body.dataset;
    announce(done ? sayCopied : sayNotCopied);
    if (!done) return;
    const label = button.lastChild;
    const before = (button.dataset.label ??= label.textContent);
    label.textContent = sayCopied;
    setTimeout(() => {
      label.textContent = before;
    }, 1500);
  });
}
