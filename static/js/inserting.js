// Put text into a field as typing would: the browser's undo takes it back, and whoever listens hears of it. Assigning
// `value` would empty the list of what can be undone; execCommand is called outdated, and nothing takes its place.
export function insert(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  if (!text && from === to) return;
  if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
