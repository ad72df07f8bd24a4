// Switches between light and dark without loading the page, so that no input is lost.

export function switchTheme() {
  document.addEventListener("submit", async (event) => {
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
    await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
  });
}
