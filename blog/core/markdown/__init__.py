"""From Markdown to safe HTML, and from pasted HTML to Markdown. Pure."""
