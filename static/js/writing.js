// The writing page, laid over a form that works without any of this.
import { completing } from "./completing.js";
import { keys, make, row, send, trusted } from "./page.js";
import { pictures } from "./pictures.js";
import { recover, saving } from "./saving.js";
import { insert, writing } from "./text.js";

const REST = 250, UNSEEN = 2000;

const form = document.querySelector(".writing");
if (!("locked" in form.dataset)) begin();

// -- the preview: the text as readers will find it, made by the server's own renderer, beside the words -----------

// Where `y` lies between the marks of one scale, carried over to the other.
function across(from, to, y) {
  let n = from.findIndex(mark => mark > y);
  if (n < 0) n = from.length - 1;
  if (n < 1) return to[0] ?? 0;
  const part = (y - from[n - 1]) / (from[n] - from[n - 1] || 1);
  return to[n - 1] + part * (to[n] - to[n - 1]);
}

// How far down the field each of these lines begins: measured in a copy that wraps as the field does.
function measured(field, lines) {
  const text = field.value.split("\n");
  const marks = lines.map((line, n) => make("span", {}, text.slice(line, lines[n + 1]).join("\n") + "\n"));
  const mirror = make("div", { className: "mirror" }, ...text.slice(0, lines[0]).map(line => line + "\n"), ...marks);
  mirror.style.inlineSize = `${field.offsetWidth}px`;
  field.after(mirror);
  const tops = marks.map(mark => mark.offsetTop);
  mirror.remove();
  return tops;
}

function previewing(field, pane, told) {
  const beside = pane.shadowRoot.querySelector(".beside");
  let timer, asked, lines = [], here = [], there = [], leads;

  function measure() {
    const blocks = [...beside.querySelectorAll(".text > *")], top = beside.getBoundingClientRect().top;
    const known = lines.slice(0, blocks.length);
    here = [0, ...measured(field, known), field.scrollHeight];
    there = [0, ...known.map((_, n) => blocks[n].getBoundingClientRect().top - top), pane.scrollHeight];
  }

  function follow() {
    pane.scrollTop = field.scrollTop + field.clientHeight > field.scrollHeight - 2 && field.scrollTop
      ? pane.scrollHeight : across(here, there, field.scrollTop);
  }

  function draw(answer) {
    beside.lang = answer.language;
    beside.dir = answer.direction;
    beside.innerHTML = trusted(answer.html);
    ({ lines } = answer);
    if (!pane.offsetHeight) return;
    measure();
    if (leads !== pane) follow();
  }

  async function show() {
    clearTimeout(timer);
    asked?.abort();
    asked = new AbortController();
    const answer = await send(form.dataset.live, new FormData(form), asked.signal).catch(() => {});
    if (!answer) return;  // a newer question took its place
    pane.classList.toggle("stale", !answer.ok);
    if (!answer.ok) return;
    draw(answer);
    told(answer);
  }

  form.addEventListener("input", () => {
    leads = field;
    clearTimeout(timer);
    timer = setTimeout(show, pane.offsetHeight ? REST : UNSEEN);
  });
  // Who is touched, or written in, leads; the other one follows.
  for (const one of [field, pane]) for (const name of ["pointerdown", "focusin", "wheel"]) {
    one.addEventListener(name, () => { leads = one; }, { passive: true });
  }
  field.addEventListener("scroll", () => leads !== pane && follow());
  pane.addEventListener("scroll", () => {
    if (leads === pane) field.scrollTop = across(there, here, pane.scrollTop);
  });
  new ResizeObserver(() => pane.offsetHeight && measure()).observe(pane);
  // Links lead to places in the text, or to a tab of their own: never away from the words.
  beside.addEventListener("click", event => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const hash = link.getAttribute("href")?.match(/^#(.+)/);
    if (hash) pane.shadowRoot.getElementById(decodeURIComponent(hash[1]))?.scrollIntoView();
    else open(link.href, "_blank", "noopener");
  });
  show();
  return show;
}

function begin() {
  const part = selector => form.querySelector(selector);
  const { body, slug, cover, tags, title, summary } = form.elements;
  const pane = part(".pane"), bar = part(".bar"), wide = matchMedia("(width >= 62em)");
  form.classList.add("live");
  bar.hidden = pane.hidden = false;

  // While nobody chooses the address it is not sent, and follows the title.
  const choose = chosen => { slug.name = chosen ? "slug" : ""; };
  const follow = made => { if (!slug.name && document.activeElement !== slug) slug.value = made; };
  choose(!("follows" in slug.dataset));
  slug.addEventListener("input", () => choose(slug.value));

  // Parts of the page that follow from what is saved.
  async function renew(answer, changed) {
    follow(answer.slug);
    if (!changed) return;
    const page = await fetch(answer.address).then(fresh => fresh.text()).catch(() => "");
    const fresh = new DOMParser().parseFromString(trusted(page), "text/html");
    for (const name of [".state", ".more", ".deeds"]) {
      const old = part(name), made = fresh.querySelector(`.writing ${name}`);
      // The same buttons stay where they are: one of them may be being pressed.
      if (made?.textContent !== old.textContent) old.replaceWith(made ?? old);
      else for (const [n, { className }] of [...made.children].entries()) old.children[n].className = className;
    }
  }
  const { save, touched } = saving(form, renew);

  // -- what is learnt with the preview -----------------------------------------------------------------------

  const remarks = part(".remarks"), copies = part(".copies"), [bring, brought] = copies.children;
  let foreign = [];
  const show = previewing(body, pane, answer => {
    part(".tally").textContent = `${answer.words.toLocaleString("en")} ${answer.words === 1 ? "word" : "words"} · ${answer.minutes} min`;
    follow(answer.slug);
    part(".remarks ul").replaceChildren(...answer.remarks.map(text => make("li", {}, text)));
    remarks.hidden = !answer.remarks.length;
    ({ foreign } = answer);
    copies.hidden = !foreign.length;
  });

  // Bring pictures of other sites here, one after the other.
  bring.onclick = async event => {
    event.preventDefault();
    const failed = [];
    for (const [n, address] of foreign.entries()) {
      brought.textContent = `${n + 1} of ${foreign.length} …`;
      const { picture, error } = await send(form.dataset.copies, { address });
      if (!picture) failed.push(`${address}: ${error}`);
      for (let at; picture && (at = body.value.lastIndexOf(address)) >= 0;) insert(body, picture.path, at, at + address.length);
    }
    brought.textContent = failed.join(" ");
  };

  // -- tabs on a narrow page, buttons at the top of a wide one -----------------------------------------------

  const tabs = row(part(".tabs"));
  for (const tab of tabs) {
    tab.onclick = () => tab.focus();
    tab.onfocus = () => {
      for (const one of tabs) one.ariaSelected = one === tab;
      if (form.classList.toggle("reading", tab === tabs[1])) show();
    };
  }
  wide.onchange = () => wide.matches ? bar.append(part(".deeds")) : part(".actions").prepend(part(".deeds"));
  wide.onchange();

  // -- the card that networks show ---------------------------------------------------------------------------

  let seen, timer;
  const draw = async () => {
    const { html } = seen ? await send(form.dataset.looks, new FormData(form)) : {};
    if (html) part(".drawn").innerHTML = trusted(html);
  };
  part(".shared .buttons").hidden = true;
  new IntersectionObserver(([now]) => {
    seen = now.isIntersecting;
    draw();
  }).observe(part(".shared"));
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, 800);
  });

  // A title is one line, however many it takes to show it.
  title.onkeydown = event => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    summary.focus();
  };

  // -- keys, toolbar, pictures -------------------------------------------------------------------------------

  const open = pictures(form, body, document.querySelector(".pictures"));
  writing(body, part(".toolbar"), { picture: () => open() });
  completing(tags);
  keys(form, {
    "Ctrl+S": (_, { repeat }) => { if (!repeat) save(""); },
    "Ctrl+Enter"() {
      if (wide.matches) show().then(() => pane.focus());
      else tabs.find(tab => tab.tabIndex < 0).focus();
    },
  });
  cover.after(make("button", { type: "button", className: "quiet", textContent: "Choose a picture …", onclick: () => open(({ path }) => {
    cover.value = path;
    cover.dispatchEvent(new Event("input", { bubbles: true }));
  }) }));

  recover(form, touched).catch(() => {});
}
