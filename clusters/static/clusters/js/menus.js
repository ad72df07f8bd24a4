// Menus close when one leaves them.

export function tameMenus() {
  const close = (but) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(but)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}
