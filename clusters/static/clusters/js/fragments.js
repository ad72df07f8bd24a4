// Puts what the server sent in place of what is on the page, and leaves alone what is the
// same: focus, selection, scrolling and opened parts stay.

const keyOf = (node) => node.id || node.dataset?.key || "";
const alike = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

function copyAttributes(old, fresh) {
  const kept = old.nodeName === "DETAILS" ? ["open"] : [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !kept.includes(name)) old.setAttribute(name, value);
  }
}

function copyChildren(old, fresh) {
  const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let here = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = keyOf(wanted);
    const candidate = key ? keyed.get(key) : here;
    if (candidate && alike(candidate, wanted)) {
      if (candidate === here) here = here.nextSibling;
      else old.insertBefore(candidate, here);
      morph(candidate, wanted);
    } else {
      old.insertBefore(wanted, here);
    }
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  copyAttributes(old, fresh);
  copyChildren(old, fresh);
}

// Each element of the answer that has an ID replaces the one of the page. Answers the parsed
// answer, for whoever looks for more in it.
export function apply(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of [...answer.body.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (old) morph(old, fresh);
  }
  return answer;
}
