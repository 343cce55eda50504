// Buttons that copy an address. They stay hidden where nothing can be copied; the result is told to everybody.
const SHOWN_MS = 4000;

function tell(button, words) {
  const status = button.parentElement.querySelector("[role=status]");
  status.textContent = words;
  clearTimeout(status.timer);
  status.timer = setTimeout(() => { status.textContent = ""; }, SHOWN_MS);
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    tell(button, "Copied");
  } catch {
    // Not allowed: the address is selected instead, ready for the reader's own keys.
    getSelection().selectAllChildren(button.parentElement.querySelector("a"));
    tell(button, "Selected: copy it with your keys");
  }
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}
