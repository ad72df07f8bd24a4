// Says a sentence to those who listen to the page.

export function announce(words) {
  const place = document.getElementById("announcement");
  place.textContent = "";
  setTimeout(() => {
    place.textContent = words;
  }, 50);
}
