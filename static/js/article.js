// Copy an address, or hand it to the system's share sheet. A button that could do nothing stays hidden.
const box = button => button.closest(".copyable");

function tell(button, words) {
  const status = box(button).querySelector("[role=status]");
  status.textContent = words;
  clearTimeout(status.timer);
  status.timer = setTimeout(() => { status.textContent = ""; }, 4000);
}

const deeds = {
  async copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      tell(button, "Copied");
    } catch {
      // Not allowed: the address is selected, ready for the reader's own keys.
      getSelection().selectAllChildren(box(button).querySelector("a"));
      tell(button, "Selected: copy it with your keys");
    }
  },
  async share(button) {
    try {
      await navigator.share({ url: button.dataset.share, title: button.dataset.title });
    } catch (error) {
      if (error.name !== "AbortError") tell(button, "The share sheet did not open");
    }
  },
};
const possible = { copy: navigator.clipboard, share: navigator.share };

for (const [name, act] of Object.entries(deeds)) {
  for (const button of possible[name] ? document.querySelectorAll(`[data-${name}]`) : []) {
    button.hidden = false;
    button.onclick = () => act(button);
  }
}

// Notes. Where the page has a margin they stand in it, beside their places; elsewhere pointing at a number shows one.
const article = document.querySelector("article.story");
const text = article?.querySelector(".text");
const notes = [...text?.querySelectorAll(".footnotes > ol > li") ?? []];
const referenceOf = node => node.closest(".footnote-ref a");
const noteOf = reference => document.getElementById(reference.hash.slice(1));
const margin = () => getComputedStyle(article).getPropertyValue("--margin") === "wide";
const APART = 12;
// How far a number's middle is above that of its line, in lines of a note.
const RAISED = 0.2;

// Where each note would stand if it were alone; what reaches into the margin; how high notes are.
function measured() {
  const origin = text.getBoundingClientRect();
  const top = element => element.getBoundingClientRect().top - origin.top;
  const first = new Map();
  for (const reference of text.querySelectorAll(".footnote-ref a")) {
    if (!first.has(reference.hash)) first.set(reference.hash, reference);
  }
  const line = parseFloat(getComputedStyle(notes[0]).lineHeight);
  const level = note => {
    const reference = first.get(`#${note.id}`);
    if (!reference || reference.closest(".footnotes")) return 0;
    const folded = reference.closest("details:not([open])");
    if (folded) return top(folded);
    const place = reference.getBoundingClientRect();
    return place.top - origin.top + place.height / 2 - line * (0.5 - RAISED);
  };
  const beyond = box => box.left < origin.left - 1 || box.right > origin.right + 1;
  return {
    wanted: notes.map(level),
    heights: notes.map(note => note.offsetHeight),
    barred: [...text.children].map(part => part.getBoundingClientRect())
      .filter(box => box.height && beyond(box))
      .map(box => [box.top - origin.top, box.bottom - origin.top]),
  };
}

// The first place from where a note would stand that neither another nor a picture takes.
function arranged({ wanted, heights, barred }) {
  let free = 0;
  return wanted.map((level, number) => {
    let top = Math.max(level, free);
    for (const [from, to] of barred) {
      if (top < to + APART && top + heights[number] + APART > from) top = to + APART;
    }
    free = top + heights[number] + APART;
    return [top, free];
  });
}

// All is read before anything is written: the page is laid out once, however many notes there are.
function place() {
  if (!margin()) return;
  const offset = text.offsetTop - article.offsetTop;
  const places = arranged(measured());
  places.forEach(([top], number) => { notes[number].style.top = `${top}px`; });
  article.style.setProperty("--notes-end", `${offset + places.at(-1)[1]}px`);
  if (article.classList.contains("noted")) return;
  article.classList.add("noted");
  notes.find(note => `#${note.id}` === location.hash)?.scrollIntoView({ behavior: "instant" });
}

// What depends on the page's width is done after it was painted, and after each change.
function watch(elements, act) {
  const watching = new ResizeObserver(() => requestAnimationFrame(act));
  elements.forEach(each => watching.observe(each));
}

// A preview: hovered it stands by its number; tapped it is a sheet at the foot of the screen.
function previews() {
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const label = make("a", { className: "label" });
  const close = make("button", { type: "button", textContent: "Close" });
  const body = make("div", {});
  const box = make("div", { className: "note text", popover: "auto", role: "dialog", tabIndex: -1 }, make("div", { className: "top", lang: "en" }, label, close), body);
  let from, timer;

  const fill = reference => {
    const copy = noteOf(reference).cloneNode(true);
    copy.querySelectorAll(".footnote-backref").forEach(link => link.remove());
    copy.querySelectorAll("[id]").forEach(element => element.removeAttribute("id"));
    copy.querySelectorAll("[role=region]").forEach(region => { region.role = "group"; });
    body.replaceChildren(...copy.childNodes);
    box.ariaLabel = label.textContent = `Note ${reference.textContent}`;
    label.href = reference.hash;
  };

  const stand = reference => {
    const place = reference.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const left = Math.min(place.left - 24, wide - box.offsetWidth - 16);
    const below = place.bottom + 8;
    const above = place.top - box.offsetHeight - 8;
    box.style.left = `${Math.max(16, left) + scrollX}px`;
    box.style.top = `${(below + box.offsetHeight > innerHeight && above > 0 ? above : below) + scrollY}px`;
  };

  const show = (reference, sheet) => {
    clearTimeout(timer);
    if (margin() || !noteOf(reference) || (!sheet && from === reference)) return;
    if (box.matches(":popover-open")) box.hidePopover();
    from = reference;
    article.append(box);
    fill(reference);
    box.classList.toggle("sheet", sheet);
    box.removeAttribute("style");
    box.showPopover({ source: reference });
    if (sheet) box.focus();
    else stand(reference);
  };

  // It stays while it, or its number, is pointed at or has the focus.
  const wanted = () => box.matches(".sheet, :hover, :focus-within") || from?.matches(":hover, :focus-visible");
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(() => wanted() || box.hidePopover(), 300);
  };

  text.addEventListener("pointerover", event => {
    const reference = event.pointerType === "mouse" && referenceOf(event.target);
    if (!reference) return;
    clearTimeout(timer);
    timer = setTimeout(show, 150, reference, false);
  });
  text.addEventListener("focusin", event => {
    const reference = referenceOf(event.target);
    if (reference?.matches(":focus-visible") && reference !== from) show(reference, false);
  });
  text.addEventListener("click", event => {
    const reference = referenceOf(event.target);
    if (event.pointerType !== "touch" || !reference || margin()) return;
    event.preventDefault();
    show(reference, true);
  });
  for (const each of [text, box]) {
    each.addEventListener("pointerout", leave);
    each.addEventListener("focusout", leave);
  }
  close.onclick = () => box.hidePopover();
  box.addEventListener("click", event => {
    if (!event.target.closest("a")) return;
    from = null;
    box.hidePopover();
  });
  // Whoever leaves a sheet is where she was; a tap beside it would give the focus to the page, but only once it ends.
  let left;
  const back = () => {
    if (left && (document.activeElement ?? document.body).contains(left)) left.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", () => { left = null; });
  document.addEventListener("click", back);
  box.addEventListener("toggle", event => {
    if (event.newState === "open") return;
    left = box.matches(".sheet") ? from : null;
    from = null;
    back();
  });
}

// Contents that always stand open say so to those who listen, too.
function contents(details) {
  let opened = false;
  watch([article], () => {
    if (margin() === opened) return;
    opened = !opened;
    details.open = opened;
  });
  details.firstElementChild.addEventListener("click", event => { if (margin()) event.preventDefault(); });
}

const folded = article?.querySelector(".contents > details");
if (folded) contents(folded);
if (notes.length) watch([text, ...notes], place);
if (notes.length && HTMLElement.prototype.showPopover) previews();
