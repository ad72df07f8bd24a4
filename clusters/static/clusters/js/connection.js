// Asks the panel for a part of a page; says so when it does not answer.

export function showLost(isLost) {
  document.getElementById("connection").hidden = !isLost;
}

// The text of the answer, or null when there was none. A login page instead of the part, or
// a thing that is gone, is shown by loading the page again.
export async function ask(address, options = {}) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(15000), ...options });
    const text = await answer.text();
    if (answer.redirected || answer.status === 404) {
      location.reload();
      return null;
    }
    showLost(!answer.ok);
    return answer.ok ? text : null;
  } catch (error) {
    if (error.name !== "AbortError") showLost(true);
    return null;
  }
}

export function partOfThisPage(more = {}) {
  const address = new URL(location.href);
  address.hash = "";
  for (const [name, value] of Object.entries({ part: "live", ...more })) {
    address.searchParams.set(name, value);
  }
  return address;
}
