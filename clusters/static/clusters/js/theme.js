// Switches between light and dark without loading the page, so that no input is lost.

// One after the other: whichever answer came last would decide.
let saving = Promise.resolve();

export function switchTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    if (!form) return;
    event.preventDefault();
    const chosen = event.submitter;
    const body = new FormData(form, chosen);
    document.documentElement.dataset.theme = chosen.value;
    const buttons = [...form.querySelectorAll("button")];
    const next = buttons[(buttons.indexOf(chosen) + 1) % buttons.length];
    chosen.hidden = true;
    next.hidden = false;
    next.focus();
    // It outlives the page, should somebody leave at once.
    const choice = { method: "POST", body, redirect: "manual", keepalive: true };
    saving = saving.then(() => fetch(form.action, choice)).catch(() => {});
  });
}
