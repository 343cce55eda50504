// Save by itself: in this browser at once, on the server when typing rests. Saving never publishes.
import { make, send } from "./page.js";
import { insert } from "./text.js";

// -- in this browser ---------------------------------------------------------------------------------------------

// What was typed and is not saved yet, in the browser's own database. It outlives a crash: localStorage would not, which
// reaches the disk seconds later. Nothing in it expires, and nothing of it is put in the place of other words by itself.
const STORE = "unsaved", PAUSE = 300;
let opened;

const done = request => new Promise((resolve, reject) => {
  request.onsuccess = request.oncomplete = () => resolve(request.result);
  request.onerror = request.onabort = reject;
});

function base() {
  const request = indexedDB.open("broadsheet", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
  return done(request);
}

async function act(what) {
  const transaction = (await (opened ??= base())).transaction(STORE, "readwrite", { durability: "strict" });
  const request = what(transaction.objectStore(STORE));
  await done(transaction);
  return request.result;
}

// This page's own record. As long as the page is open it holds a lock of that name.
const key = `page-${Date.now()}-${Math.random()}`;
const locks = navigator.locks ?? { request: (_, held) => held() };
locks.request(key, () => new Promise(() => {}));

let turn = Promise.resolve(), waits;

// Keep what the form holds when its turn comes; the promise says whether that was possible.
function keep(form) {
  if (waits) return turn;
  waits = true;
  const kept = turn.then(() => {
    waits = false;
    const fields = new FormData(form);
    fields.delete("csrf_token");
    return act(store => store.put({ key, at: new Date(), fields: [...fields] }));
  }).then(() => true, () => { opened = undefined; });
  turn = kept.then(good => new Promise(resolve => setTimeout(resolve, PAUSE, good)));
  return kept;
}

const change = what => { turn = turn.then(() => act(what)).catch(() => {}); };
const forget = which => change(store => store.delete(which));

// -- what pages kept that are gone: closed, or crashed -----------------------------------------------------------

const plain = (text = "") => text.replace(/\s+/g, " ").trim();
const typed = field => field.selectionStart != null;

// Where fields take text, their undo takes it back. The version is the one that these words began with: by it is noticed
// who saved meanwhile.
function fill(form, words) {
  for (const field of form.elements) {
    const value = words.get(field.name);
    if (field.type === "checkbox") field.checked = value != null;
    else if (value == null || value === field.value) continue;
    else if (typed(field)) insert(field, value, 0, field.value.length);
    else field.value = value;
  }
}

function offer(record, words, form, used) {
  const section = document.getElementById("kept").content.cloneNode(true).firstElementChild;
  const [use, drop] = section.querySelectorAll("button");
  section.querySelector("span").textContent = record.at.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
  section.querySelector("q").textContent = plain(words.get("title") || words.get("body")).slice(0, 80);
  use.onclick = () => {
    fill(form, words);
    section.remove();
    used();
    forget(record.key);
  };
  // As long as the page is open, it can be had back.
  drop.onclick = () => {
    use.hidden = section.classList.toggle("dropped");
    drop.textContent = use.hidden ? "Undo" : "Throw it away";
    change(store => use.hidden ? store.delete(record.key) : store.put(record));
  };
  form.querySelector(".keeps").append(section);
}

// Offer the words that were kept for this form and are not in it, as soon as the page that kept them is gone.
export async function recover(form, used) {
  for (const other of await act(store => store.getAllKeys())) {
    if (other !== key) locks.request(other, async () => {
      const record = await act(store => store.get(other));
      const words = new Map(record?.fields), same = field => plain(words.get(field.name) ?? field.value) === plain(field.value);
      if (!record || words.get("post") !== form.elements.post?.value) return;
      if ([...form.elements].filter(typed).every(same)) forget(other);
      else offer(record, words, form, used);
    });
  }
}

// -- on the server -----------------------------------------------------------------------------------------------

const REST = 2000, LONGEST = 8000, AGAIN = [5, 10, 20, 40, 60];
// Overtaken, gone, too large, not good: to send the same again would not help. What does, the page says.
const ENDS = [404, 409, 413, 422];

// `renew` is called when the page that the server makes of this post is another one now.
export function saving(form, renew) {
  const field = name => form.elements[name], part = name => form.querySelector(name);
  const [status, mark] = part(".status").children, trouble = part(".trouble"), [words, link, compare] = trouble.children;
  let changes = 0, stored = 0;  // counted; up to which of them the server has the words
  let since, timer, running, leaving, failed = 0;
  let stopped = form.dataset.unsaved === "clash", copied = "copied" in form.dataset;

  function troubled({ error = "", status, sign_in }) {
    words.textContent = error;
    trouble.hidden = !error;
    link.hidden = !sign_in;
    compare.hidden = status !== 409;
  }
  compare.onclick = () => form.requestSubmit(part("[value=save]"));

  function touched() {
    changes++;
    mark.hidden = false;
    keep(form).then(kept => { if (!kept) status.textContent = "This browser keeps no copy of what is not saved."; });
    if (stopped || failed) return;
    clearTimeout(timer);
    since ??= performance.now();  // not the clock: that may be set
    timer = setTimeout(save, Math.min(REST, since + LONGEST - performance.now()));
  }

  // The page of a new post becomes that of the post.
  function settle({ post, address }) {
    field("guid")?.remove();
    form.append(make("input", { type: "hidden", name: "post", value: post }));
    form.setAttribute("action", address);  // `form.action` is a button of that name
    history.replaceState(null, "", address);
  }

  function saved(answer, at) {
    const fresh = !field("post");
    stored = at;
    failed = 0;
    stopped = false;
    field("version").value = answer.version;
    status.textContent = `Saved ${answer.saved}`;
    troubled({ error: Object.values(answer.errors ?? {}).join(" ") });
    if (fresh) settle(answer);
    renew(answer, fresh || copied !== answer.copied);
    ({ copied } = answer);
    if (changes !== stored) return touched();
    forget(key);
    mark.hidden = true;
  }

  function refused(answer) {
    troubled(answer);
    stopped = ENDS.includes(answer.status) && answer.status !== 422;
    if (ENDS.includes(answer.status)) failed = 0;
    else timer = setTimeout(save, 1000 * (AGAIN[failed++] ?? AGAIN.at(-1)));
  }

  async function ask(auto) {
    const at = changes, fields = new FormData(form);
    fields.set("auto", auto);
    const answer = await send(form.dataset.autosave, fields, AbortSignal.timeout(60000));
    since = running = undefined;
    answer.ok ? saved(answer, at) : refused(answer);
  }

  // One at a time: the next one needs the version that this one makes.
  async function save(auto = "1") {
    clearTimeout(timer);
    while (running) await running;
    if (!auto || changes !== stored) await (running = ask(auto));
  }

  // Signed in again in another tab, or back on the line.
  const retry = () => failed && !document.hidden && save();
  addEventListener("online", retry);
  addEventListener("focus", retry);
  document.addEventListener("visibilitychange", () => document.hidden && !stopped ? save() : retry());

  form.addEventListener("input", touched);
  form.addEventListener("submit", event => {
    if (event.submitter?.formTarget === "_blank") return;
    clearTimeout(timer);
    leaving = !running;
    if (leaving) return;
    event.preventDefault();
    running.then(() => form.requestSubmit(event.submitter));
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", event => changes !== stored && !leaving && event.preventDefault());

  if (form.dataset.unsaved) touched();
  return { save, touched };
}
