import { enhance } from "./turno.js";

// The part of another page that selector finds, or null when it has none: signed
// out, gone, or the network is away. by says who asks: "person", or "page" for
// what a page does by itself, which is no sign that somebody is there.
export async function part(url, selector, by = "person") {
  const answer = await fetch(url, { headers: { Accept: "text/html", "Turno-By": by } });
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(selector);
}

// Puts a part in the place of the one that stands there.
export function put(old, fresh) {
  document.adoptNode(fresh);
  enhance(fresh);
  old.replaceWith(fresh);
}
