// Writing in a field of text: by keys, by tools, by pasting. Each edit is one step of undo.
import { keys, mac, row, send, trusted } from "./page.js";

// -- putting text in, as typing would: undo takes it back, and whoever listens hears of it -----------------------

// Assigning `value` would empty the list of what can be undone; execCommand is called outdated, and nothing takes its
// place.
const steps = [];
const at = field => [field.value.length, field.selectionStart, field.selectionEnd].join();
const escaped = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// `insertText` takes a millisecond a line (half a book: a minute), `insertHTML` none, where browsers know it in fields.
// While `dir` is auto, Chromium looks for the direction anew with each line.
function put(field, text) {
  const { dir } = field;
  field.dir = getComputedStyle(field).direction;
  const long = text.length > 999 && document.execCommand("insertHTML", false, trusted(escaped(text)));
  const done = long || document.execCommand(text ? "insertText" : "delete", false, text);
  field.dir = dir;
  return done;
}

// Browsers undo the text, and select what they replaced: here comes back what was selected before, or after.
addEventListener("input", ({ target, inputType }) => {
  const step = steps.find(one => one.field === target && one[inputType]?.[0] === at(target));
  if (step) target.setSelectionRange(...step[inputType][1]);
});

// `start` and `end`: what is selected then; without them, the caret stands behind the text.
export function insert(field, text, from = field.selectionStart, to = field.selectionEnd, start = from + text.length, end = start) {
  const before = [field.selectionStart, field.selectionEnd];
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  if (text || from < to) {
    const undone = at(field);
    // A field that is out of sight takes no focus.
    if (!put(field, text)) {
      field.setRangeText(text, from, to, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    steps.unshift({ field, historyUndo: [undone, before], historyRedo: [at(field), [start, end]] });
  }
  // Also ends the step: what is typed next is undone by itself.
  field.setSelectionRange(start, end);
}

// What was selected stays so: lines as a whole, words moved by as much as stands before them now.
function replace(field, text, from, to, shift, first = from, last = from + text.length) {
  const { value, selectionStart, selectionEnd } = field;
  const kept = place => Math.max(first, Math.min(last, place + shift));
  const whole = value.slice(selectionStart, selectionEnd).includes("\n");
  insert(field, text, from, to, whole ? from : kept(selectionStart), whole ? from + text.length : kept(selectionEnd));
}

// -- what stands where -------------------------------------------------------------------------------------------

const CODE = /(?<!`)(`+)(?:(?!`).+?(?<!`))?\1(?!`)/g;
const STARS = /(?<![\\*])(\*{1,3})(?:(?=[^\s*]).*?[^\s*\\])?\1(?!\*)/g;
const LINK = /(?<!!)\[([^[\]]*)\]\(((?:[^()]|\([^()]*\))*)\)/g;
const ADDRESS = /(?:https?:\/\/|mailto:)[^\s<>]+/gi;
const WORD = /[\p{L}\p{M}\p{N}'’-]+/gu;

function selected({ value, selectionStart: from, selectionEnd: to }) {
  const text = value.slice(from, to).trimEnd();
  return [from + text.length - text.trim().length, from + text.length];
}

const lines = ({ value }, [from, to]) => [value.slice(0, from).lastIndexOf("\n") + 1, (value + "\n").indexOf("\n", to)];

// Where what is of a kind and holds a stretch begins and ends, and its parts.
function around(field, pattern, [from, to] = selected(field)) {
  const [start, end] = lines(field, [from, to]);
  for (const match of field.value.slice(start, end).matchAll(pattern)) {
    const first = start + match.index, last = first + match[0].length;
    if (first <= from && to <= last) return [first, last, ...match];
  }
}

const word = (field, [from, to] = selected(field)) => from < to ? [from, to] : around(field, WORD) ?? [from, to];

// Whether a text ends within a block of code.
const fenced = text => [...text.matchAll(/^[-*+\d.)> \t]*(`{3,}|~{3,})[^`\n]*$([^]*?\n[> \t]*\1)?/gm)].some(match => !match[2]);

const address = text => text.match(ADDRESS)?.[0] === text;
const target = text => text.replaceAll("(", "%28").replaceAll(")", "%29");

// -- marks of words ----------------------------------------------------------------------------------------------

const LOOSE = /(?<=[^\s*\\])\*+|(?<![\\*])\*+(?=[^\s*])/g;
// What begins a list or quote stays outside of marks.
const PARTS = /^((?:(?:[-*+>#]+|\d+[.)]|\[.\])?\s)*)(.*?)(\s*)$/;

// One star is italic, two are bold, three are both: a mark is a bit of how many there are. Of code, all count.
const mark = (pattern, sign, bit) => field => {
  const count = text => {
    const [match] = text.matchAll(pattern);
    return match?.[0] === text ? match[1].length : 0;
  };
  const bared = text => text.slice(Math.min(bit, count(text)), -Math.min(bit, count(text)));
  const signs = text => sign.repeat(sign === "*" ? bit : text.includes(sign) ? 2 : 1);
  const loose = text => sign === "*" ? text.replace(LOOSE, run => run.length & bit ? run.slice(bit) : run) : text;
  const marked = text => signs(text) + loose(text) + signs(text);
  const found = around(field, pattern);
  const [from, to] = found?.[3].length & bit ? found : word(field);
  const parts = field.value.slice(from, to).split("\n").map(line => PARTS.exec(line).slice(1));
  const full = parts.filter(part => part[1] || !parts[1]);
  const turn = full.every(part => count(part[1]) & bit) ? bared : marked;
  const before = parts[0][1];
  for (const part of full) part[1] = turn(part[1]);
  const text = parts.map(part => part.join("")).join("\n"), after = turn === bared ? count(parts[0][1]) : signs(before).length;
  replace(field, text, from, to, after - count(before), from + parts[0][0].length + after, from + text.length - after);
};

const bold = mark(STARS, "*", 2);
const italic = mark(STARS, "*", 1);
const code = mark(CODE, "`", 3);

// In a link, its address is selected; where it is selected already, or missing, the words stay without it.
function link(field) {
  const [start, end, , words, there] = around(field, LINK) ?? [];
  if (end) {
    const first = end - 1 - there.length, rest = words || there;
    if (there && selected(field).join() !== [first, end - 1].join()) insert(field, "", 0, 0, first, end - 1);
    else insert(field, rest, start, end, start, start + rest.length);
    return;
  }
  const [from, to] = around(field, ADDRESS) ?? word(field);
  const text = field.value.slice(from, to);
  if (address(text)) insert(field, `[](${target(text)})`, from, to, from + 1);
  else insert(field, `[${text}]()`, from, to, text ? to + 3 : from + 1);
}

// -- lines -------------------------------------------------------------------------------------------------------

const full = line => /\S/.test(line);

// `turn` is given all lines, and those that are not empty ones among others.
function change(field, turn) {
  const [start, end] = lines(field, selected(field));
  const old = field.value.slice(start, end).split("\n");
  const text = turn(old, old.filter(line => full(line) || old.length < 2)).join("\n");
  replace(field, text, start, end, text.length - end + start);
}

// Taken off when all lines have it. Empty lines among others are left alone, but by quotes.
const each = (has, off, sign) => field => change(field, (old, words) => {
  const gone = words.every(line => has.test(line));
  let number = 0;
  return old.map(line => {
    if (!words.includes(line)) return gone || sign !== ">" ? line : sign;
    const bared = line.replace(off, "$1");
    return gone ? bared : bared.replace(/^[ \t]*/, `$&${sign.replace(1, () => ++number)} `);
  });
});

const QUOTE = /^([ \t]*)> ?/;
const LISTED = /^([ \t]*)(?:[-*+]|\d+[.)])[ \t]+(?:\[.\] )?/;

const heading = field => change(field, (old, words) => {
  const sign = ["## ", "## ", "### "][/^#*/.exec(words[0])[0].length] ?? "";
  return old.map(line => words.includes(line) ? sign + line.replace(/^#+[ \t]*/, "") : line);
});

const block = field => change(field, old => {
  if (/^```/.test(old[0]) && old[0].startsWith(old.at(-1))) return old.slice(1, -1);
  let sign = "```";
  while (old.join("\n").includes(sign)) sign += "`";
  return [sign, ...old, sign];
});

// The mark, and its note at the end, in one step. Line ends there stay: Chromium would redo them wrongly.
function footnote(field) {
  const { value, selectionEnd: to } = field;
  let number = 1;
  while (value.includes(`[^${number}]`)) number++;
  const end = Math.max(to, value.trimEnd().length);
  insert(field, `[^${number}]${value.slice(to, end)}\n\n[^${number}]: `, to, end);
  field.scrollTop = field.scrollHeight;
}

const ITEM = /^([ \t]*(?:>[ \t]*)*)(?:([-*+]|\d+[.)])([ \t]+)(\[.\] )?)?/;
const RULE = /^([-*] ){2}/;

// Enter in an item begins the next one; in an empty item it ends the list.
function next(field) {
  const { value, selectionStart: from, selectionEnd: to } = field;
  const [start, end] = lines(field, [from, from]);
  const line = value.slice(start, end);
  const [whole, quote, bullet = "", space = "", box = ""] = ITEM.exec(line);
  if (!full(whole) || from < start + whole.length || RULE.test(line) || fenced(value.slice(0, start))) return false;
  if (from === to && whole.trim() === line.trim()) return insert(field, "", start, end);
  const sign = bullet.replace(/\d+/, number => +number + 1) + space + box.replace(/x/i, " ");
  insert(field, `\n${quote}${sign}`, from, to + /^[ \t]*/.exec(value.slice(to))[0].length);
}

// -- pasting: an address on words makes a link, rich text becomes Markdown -----------------------------------------

const RICH = /<(b|strong|i|em|h\d|[uo]l|table|blockquote|pre|code|img|del|hr)\b|<a\s[^>]*href|font-(weight: *[b6-9]|style: *i)/i;

// Whatever is typed before or behind the text meanwhile, the server's Markdown finds it.
async function convert(field, html, text, from) {
  const before = field.value, to = from + text.length;
  const { markdown = text } = await send("/admin/posts/markdown/", { html });
  const behind = field.value.startsWith(before.slice(0, to)), grown = behind ? 0 : field.value.length - before.length;
  if (markdown === text || !behind && !field.value.endsWith(before.slice(from))) return;
  const { activeElement } = document;
  const kept = place => place > from + grown ? place + markdown.length - text.length : place;
  insert(field, markdown, from + grown, to + grown, kept(field.selectionStart), kept(field.selectionEnd));
  // Whoever writes in another field meanwhile stays there.
  activeElement.focus();
}

function paste(event) {
  const field = event.target, { value, selectionStart } = field;
  const [text, html] = ["plain", "html"].map(kind => event.clipboardData.getData(`text/${kind}`).replace(/\r\n?/g, "\n"));
  const [from, to] = selected(field);
  const words = value.slice(from, to), place = text.trim();
  // In code everything is meant as it stands.
  if (!place || fenced(value.slice(0, from)) || around(field, CODE)) return;
  if (address(place)) {
    if (!words || address(words) || words.includes("\n\n") || around(field, LINK)) return;
    insert(field, `[${words}](${target(place)})`, from, to);
  } else {
    if (!RICH.test(html) || html.length > 4e6) return;
    insert(field, text);
    convert(field, html, text, selectionStart);
  }
  event.preventDefault();
}

// -- all of it: the keys, and tools for those who do not know them, or Markdown -------------------------------------

export function writing(field, toolbar, actions) {
  const tools = {
    ...actions,
    bold,
    italic,
    link,
    heading,
    quote: each(QUOTE, QUOTE, ">"),
    list: each(/^[ \t]*[-*+][ \t]/, LISTED, "-"),
    numbers: each(/^[ \t]*\d+[.)][ \t]/, LISTED, "1."),
    code: () => (field.value.slice(field.selectionStart, field.selectionEnd).includes("\n") ? block : code)(field),
    footnote,
  };
  for (const button of row(toolbar)) {
    button.onclick = () => tools[button.value](field);
    if (mac) Object.assign(button, { title: button.title.replace("Ctrl", "Cmd"), ariaKeyShortcuts: button.ariaKeyShortcuts?.replace("Control", "Meta") });
  }
  // The text keeps the focus, and a phone its keyboard.
  toolbar.onmousedown = event => event.preventDefault();
  toolbar.hidden = false;
  keys(field, { "Ctrl+B": bold, "Ctrl+I": italic, "Ctrl+K": link, Enter: next });
  field.addEventListener("paste", paste);
}
