// Tags that are known, offered below their field. WAI-ARIA's combobox with a list; nothing is taken unasked.
import { keys, make, send } from "./page.js";
import { insert } from "./text.js";

// A tag, or one in quotation marks, which may hold commas.
const PART = /\s*("(?:[^"]|"")*"?|[^,]*)(?:,|$)/dg;
const quoted = name => /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
const plain = text => text.trim().replace(/^"|"$/g, "").replaceAll('""', '"');

const parts = ({ value }) => [...value.matchAll(PART)].map(({ 1: text, indices }) => [plain(text), ...indices[1]]);
const current = field => parts(field).find(([, , to]) => field.selectionStart <= to);

export function completing(field) {
  const list = field.nextElementSibling, status = list.nextElementSibling, options = list.children;
  let asked, chosen, timer;

  function choose(option) {
    chosen = option;
    for (const one of options) one.ariaSelected = one === chosen;
    chosen?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen?.id ?? "");
  }

  function show(names) {
    list.replaceChildren(...names.map((name, n) => make("li", { id: `tag-${n}`, role: "option", dir: "auto", textContent: name })));
    list.hidden = !names[0];
    field.ariaExpanded = !list.hidden;
    status.textContent = names[0] ? `${names.length} suggestion${names[1] ? "s" : ""}` : "";
    choose();
    list.scrollIntoView({ block: "nearest" });
  }

  function close() {
    clearTimeout(timer);
    asked = undefined;
    show([]);
  }

  async function ask() {
    const [name] = current(field) ?? [], mine = asked = {};
    if (!name) return close();
    const { tags = [] } = await send(`/admin/tags/names/?q=${encodeURIComponent(name)}`);
    const known = parts(field).map(([tag]) => tag.toLowerCase());
    if (mine === asked) show(tags.filter(tag => !known.includes(tag.toLowerCase())));
  }

  function take(option) {
    const [, from, to] = current(field);
    insert(field, quoted(option.textContent) + (to < field.value.length ? "" : ", "), from, to);
    close();
  }

  const step = by => {
    const all = [undefined, ...options];
    choose(all.at((all.indexOf(chosen) + by) % all.length));
  };
  keys(field, {
    ArrowDown: () => list.hidden ? ask() : step(1),
    ArrowUp: () => !list.hidden && step(-1),
    Escape: () => !list.hidden && close(),
    Enter: () => !list.hidden && (chosen ? take(chosen) : close()),
    Tab: () => chosen ? take(chosen) : false,
  });
  field.addEventListener("input", event => {
    clearTimeout(timer);
    if (!event.isComposing && !/^history/.test(event.inputType)) timer = setTimeout(ask, 120);
  });
  field.addEventListener("blur", close);
  // The field keeps the focus.
  list.onmousedown = event => event.preventDefault();
  list.onclick = ({ target }) => target !== list && take(target);
  Object.assign(field, { role: "combobox", ariaExpanded: "false" });
}
