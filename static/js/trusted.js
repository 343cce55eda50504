// The one place where text becomes markup: what the server rendered and cleaned, nothing else. The pages of authors
// name this policy, and allow no other (Trusted Types).
const policy = globalThis.trustedTypes?.createPolicy("broadsheet", { createHTML: html => html });

export const trusted = html => policy ? policy.createHTML(html) : html;
