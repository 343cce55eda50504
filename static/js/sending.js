// Ask the server as the page's form would. An answer always comes: `status` is 0 when none came from there.
const token = () => document.querySelector("[name=csrf_token]");

export function headers() {
  return { Accept: "application/json", "X-CSRFToken": token().value };
}

// Somebody signed out and in again meanwhile, perhaps in another tab: the page takes the new token, for its forms too.
export function renewed(answer) {
  if (answer.status !== 400 || !answer.token) return false;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = answer.token;
  return true;
}

async function once(path, fields, signal) {
  const body = fields && new URLSearchParams(fields);
  body?.delete("csrf_token");
  try {
    const response = await fetch(path, { method: body ? "POST" : "GET", headers: headers(), body, signal, redirect: "error" });
    return { ...await response.json(), status: response.status, ok: response.ok };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { status: 0, ok: false, error: "The server does not answer." };
  }
}

// `fields` are a FormData or pairs; without any, something is only asked for.
export async function send(path, fields, signal) {
  const answer = await once(path, fields, signal);
  return renewed(answer) ? once(path, fields, signal) : answer;
}
