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
