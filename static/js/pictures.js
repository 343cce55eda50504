// Pictures come in by paste, drop and button, each with a question: what does it show to those who do not see it?
import { insert } from "./text.js";
import { headers, make, renewed, send } from "./page.js";

const MOST = 40 * 2 ** 20;
const escaped = text => text.replace(/\s+/g, " ").trim().replace(/[\\[\]"*_`<]/g, "\\$&");
const carries = transfer => transfer?.types.includes("Files");

// `told` hears how much has gone; fetch could not say. The answer is as that of `send`.
function upload(path, file, told) {
  const request = new XMLHttpRequest(), body = new FormData();
  body.set("file", file);
  request.open("POST", path);
  request.responseType = "json";
  for (const header of Object.entries(headers())) request.setRequestHeader(...header);
  request.upload.onprogress = event => told(event.loaded / event.total);
  const answer = new Promise(resolve => {
    request.onloadend = () => resolve({ error: "It did not arrive.", ...request.response, status: request.status });
  });
  request.send(body);
  return { answer, stop: () => request.abort() };
}

// A figure stands alone: between blank lines, as many as are missing.
function putIn(field, texts) {
  const { selectionEnd: at, value } = field;
  const missing = lines => "\n\n".slice(Math.min(2, /^\n*/.exec(lines)[0].length));
  const before = value.slice(0, at).trimStart();
  insert(field, (before && missing([...before.slice(-2)].reverse().join(""))) + texts.join("\n\n") + missing(value.slice(at)), at, at);
}

// The dialog; what is returned opens it. With `use`, one picture is chosen, and given to it.
export function pictures(form, field, dialog) {
  const part = selector => dialog.querySelector(selector);
  const list = part(".uploads"), sheet = part(".sheet"), files = part("[type=file]"), find = part("[type=search]");
  const [done, close] = part(":scope > .buttons").children;
  const library = part(".library"), more = part(".library > button"), status = part("[role=status]");
  let items, caret, texts, use, next, asked;

  function show(forWhat) {
    use = forWhat;
    items = new Set();
    texts = null;
    caret = [field.selectionStart, field.selectionEnd];
    list.replaceChildren();
    done.hidden = true;
    dialog.showModal();
    library.open = Boolean(use);
  }

  function chosen(picture) {
    use(picture);
    dialog.close();
  }

  function row(name) {
    const element = document.getElementById("upload").content.cloneNode(true).firstElementChild;
    const [alt, decorative, caption] = element.querySelectorAll("input"), [stop, again] = element.querySelectorAll("button");
    const item = { element, alt, decorative, caption, again, part: selector => element.querySelector(selector) };
    item.part(".name").textContent = name;
    item.part(".told").hidden = done.hidden = Boolean(use);
    decorative.onchange = () => { alt.disabled = decorative.checked; };
    stop.onclick = () => {
      item.stop?.();
      items.delete(item);
      element.remove();
      done.hidden = !items.size;
      part(".choose button").focus();
    };
    items.add(item);
    list.append(element);
    return item;
  }

  function arrived(item, picture) {
    item.picture = picture;
    item.part("img").src = picture.small;
    item.part(".progress").hidden = true;
    item.alt.value ||= picture.alt;
    if (use) chosen(picture);
  }

  async function bring(item, file) {
    const wrong = item.part(".wrong"), progress = item.part("progress");
    const asking = file.size > MOST ? { answer: { error: "It is larger than 40 MB.", status: 413 } }
      : upload(dialog.dataset.upload, file, share => { progress.value = share; });
    wrong.textContent = "";
    item.again.hidden = true;
    item.again.onclick = () => bring(item, file);
    item.stop = asking.stop;
    const answer = await asking.answer;
    if (renewed(answer)) return bring(item, file);
    if (answer.picture) return arrived(item, answer.picture);
    wrong.textContent = answer.error;
    item.again.hidden = [413, 422].includes(answer.status);
  }

  function take(given) {
    if (!dialog.open) show();
    for (const file of given) bring(row(file.name), file);
    [...items].at(-1)?.alt.focus();
  }

  // Each picture has arrived, and is described or said to be decoration.
  function ready({ picture, alt, decorative, element }) {
    if (!picture) return element.querySelector("button").focus();
    alt.setCustomValidity(decorative.checked || alt.value.trim() ? "" : "Say what it shows, or that it is decorative.");
    return alt.reportValidity();
  }
  done.onclick = () => {
    if (![...items].every(ready)) return;
    texts = [...items].map(({ picture, alt, decorative, caption }) => {
      const title = escaped(caption.value), words = decorative.checked ? "" : alt.value;
      if (words && !picture.alt) send(picture.address, { alt: words });  // the library learns it, too
      return `![${escaped(words)}](${picture.path}${title && ` "${title}"`})`;
    });
    dialog.close();
  };
  dialog.oninput = event => event.target.setCustomValidity("");
  close.onclick = () => dialog.close();
  dialog.onclose = () => {
    for (const { picture, stop } of items) if (!picture) stop?.();
    (use ? form.elements.cover : field).focus({ preventScroll: true });
    field.setSelectionRange(...caret);  // Chromium forgets it
    if (texts) putIn(field, texts);
  };

  // -- the library ---------------------------------------------------------------------------------------------

  function entry(picture) {
    const words = picture.alt || picture.name;
    const image = make("img", { src: picture.small, alt: words, loading: "lazy" });
    return make("li", {}, make("button", { type: "button", title: words, onclick: () => {
      if (use) return chosen(picture);
      const item = row(picture.name);
      arrived(item, picture);
      item.alt.focus();
    } }, image));
  }

  async function look(address, before = []) {
    asked?.abort();
    asked = new AbortController();
    const answer = await send(address, null, asked.signal).catch(() => {});
    if (!answer) return;
    sheet.replaceChildren(...before, ...(answer.pictures ?? []).map(entry));
    ({ next } = answer);
    more.hidden = !next;
    status.textContent = answer.error ?? (sheet.children.length ? "" : "No such picture.");
  }
  find.oninput = library.ontoggle = () => library.open && look(`${dialog.dataset.upload}?q=${encodeURIComponent(find.value)}`);
  more.onclick = () => look(next, sheet.children);

  // -- how they come in ----------------------------------------------------------------------------------------

  part(".choose button").onclick = () => files.click();
  files.onchange = () => {
    take(files.files);
    files.value = "";
  };
  addEventListener("paste", event => {
    const { files: given, types } = event.clipboardData;
    // A word processor brings its text along as a picture, too: the words win.
    if (event.defaultPrevented || !given.length || types.includes("text/html") && event.target === field) return;
    event.preventDefault();
    take(given);
  });
  // Anywhere: a file that misses its place must not take the page's.
  addEventListener("dragover", event => carries(event.dataTransfer) && event.preventDefault());
  addEventListener("drop", event => {
    if (!carries(event.dataTransfer)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  return show;
}
