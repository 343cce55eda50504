// What the scripts of authors' pages have in common: to make elements, to hear keys, to turn text into markup, to ask
// the server.

export function make(name, traits, ...parts) {
  const element = Object.assign(document.createElement(name), traits);
  element.append(...parts);
  return element;
}

// -- keys -------------------------------------------------------------------------------------------------------

export const mac = /Mac|iP/.test(navigator.platform);

// Like "Enter" or "Ctrl+B", which is Cmd+B on a Mac. On a keyboard without Latin letters the place of the key counts.
// While a syllable is composed, keys belong to it.
function pressed(event) {
  const held = ["Alt", "Control", "Meta", "Shift"].filter(name => event.getModifierState(name)).join("+");
  const key = /^\w+$/.test(event.key) ? event.key : event.code.slice(3);
  if (event.isComposing || event.keyCode === 229) return "";
  return held ? `${held.replace(mac ? "Meta" : "Control", "Ctrl")}+${key.replace(/^./, first => first.toUpperCase())}` : key;
}

// Each of `actions` has the name of its key. For what returns false, the browser does what it would.
export function keys(element, actions) {
  element.addEventListener("keydown", event => {
    const act = actions[pressed(event)] ?? (() => false);
    if (act(element, event) !== false) event.preventDefault();
  });
}

// WAI-ARIA's way with a row of buttons: one stop of Tab, arrows inside.
export function row(element) {
  const buttons = [...element.children];
  const go = place => buttons.at(place % buttons.length).focus();
  const step = by => () => go(buttons.indexOf(document.activeElement) + (element.matches(":dir(rtl)") ? -by : by));
  element.addEventListener("focusin", ({ target }) => {
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  });
  keys(element, { Home: () => go(0), End: () => go(-1), ArrowRight: step(1), ArrowLeft: step(-1) });
  return buttons;
}

// -- markup -----------------------------------------------------------------------------------------------------

// The one place where text becomes markup: what the server rendered and cleaned, nothing else. The page names this
// policy, and allows no other (Trusted Types).
const policy = globalThis.trustedTypes?.createPolicy("broadsheet", { createHTML: html => html });

export const trusted = html => policy?.createHTML(html) ?? html;

// -- asking: JSON comes back, whatever happens ------------------------------------------------------------------

const tokens = () => document.getElementsByName("csrf_token");

export const headers = () => ({ Accept: "application/json", "X-CSRFToken": tokens()[0].value });

// Somebody signed out and in again meanwhile, perhaps in another tab: the page takes the new token, for its forms too.
export function renewed({ token }) {
  for (const field of tokens()) field.value = token ?? field.value;
  return token;
}

// `fields` are a FormData or pairs; without any, something is only asked for. No answer from there has no status.
export async function send(path, fields, signal) {
  const body = fields && new URLSearchParams(fields);
  try {
    const response = await fetch(path, { method: body ? "POST" : "GET", headers: headers(), body, signal });
    const answer = { ...await response.json(), status: response.status, ok: response.ok };
    if (!renewed(answer)) return answer;
    body.delete("csrf_token");
    return send(path, body, signal);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { error: "The server does not answer." };
  }
}
