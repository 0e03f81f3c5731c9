// A form that a passkey answers: its button asks the server what to sign, then the
// browser for a passkey, and posts what came of it (WebAuthn level 3). With
// data-autofill the browser also offers passkeys in the field for the name.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

let waiting; // what the field for the name waits for; a press takes its place

export default function passkey(form) {
  if (!window.PublicKeyCredential) {
    form.hidden = true;
    return;
  }
  const say = (sentence) => { form.querySelector(".said").textContent = sentence; };
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    waiting?.abort();
    say("");
    try {
      await answer(form, {});
    } catch (problem) {
      say(problem.name === "NotAllowedError" || problem.name === "InvalidStateError" ? form.dataset.refused : form.dataset.failed);
    }
    delete form.dataset.asking;
  });
  addEventListener("pageshow", (event) => { if (event.persisted) form.elements.credential.value = ""; });
  if (form.hasAttribute("data-autofill")) autofill(form);
}

// autofill lets the browser offer passkeys where the name is typed.
async function autofill(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting = new AbortController();
  await answer(form, { mediation: "conditional", signal: waiting.signal }).catch(() => { /* the button is there still */ });
}

// answer fills the form in with what a passkey signed, and sends it.
async function answer(form, how) {
  const asked = await fetch(form.dataset.ask, { method: "POST", headers: { Accept: "application/json" } });
  if (asked.redirected) return location.assign(asked.url);
  if (!asked.ok) throw new Error("the server asks for no passkey: " + asked.status);
  const { challenge, options } = await asked.json();
  const wish = options.publicKey;
  wish.challenge = bytes(wish.challenge);
  if (wish.user) wish.user.id = bytes(wish.user.id);
  for (const known of [...(wish.excludeCredentials ?? []), ...(wish.allowCredentials ?? [])]) known.id = bytes(known.id);
  const make = form.hasAttribute("data-new");
  const made = await navigator.credentials[make ? "create" : "get"]({ ...how, publicKey: wish });
  form.elements.challenge.value = challenge;
  form.elements.credential.value = JSON.stringify(written(made));
  form.requestSubmit();
}

// written is a credential in JSON, as the specification writes it.
function written(made) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return {
    id: made.id, rawId: text(made.rawId), type: made.type, response,
    authenticatorAttachment: made.authenticatorAttachment ?? undefined,
    clientExtensionResults: made.getClientExtensionResults(),
  };
}
