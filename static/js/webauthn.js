/* Passkeys and security keys. A form with data-passkey asks the browser for a credential and sends it in its
   field "credential": "create" makes one, "get" uses one (both with the options that the page carries in
   #passkey-options), "login" fetches fresh options from the form's own address first. */
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => (list || []).map((entry) => ({ ...entry, id: toBytes(entry.id) }));

async function makeCredential(options, form) {
  const publicKey = { ...options.creation_options.publicKey };
  const passwordless = form.querySelector("[name=passwordless]");
  if (passwordless) {
    const needs = passwordless.checked;
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: needs ? "required" : "discouraged",
      requireResidentKey: needs,
      ...(needs ? { userVerification: "required" } : {}),
    };
  }
  publicKey.challenge = toBytes(publicKey.challenge);
  publicKey.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  publicKey.excludeCredentials = withBytes(publicKey.excludeCredentials);
  return navigator.credentials.create({ publicKey });
}

async function getCredential(options) {
  const publicKey = { ...options.request_options.publicKey };
  publicKey.challenge = toBytes(publicKey.challenge);
  publicKey.allowCredentials = withBytes(publicKey.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

async function optionsOf(form) {
  if (form.dataset.passkey !== "login") {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

/** The credential as the server reads it: binary parts in base64url. */
function asJson(credential) {
  const from = credential.response;
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (from[part]) response[part] = toText(from[part]);
  }
  if (from.getTransports) response.transports = from.getTransports();
  return JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: toText(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

function explain(form, error) {
  const place = form.querySelector("[data-passkey-error]");
  const known = {
    NotAllowedError: "The browser was not given a key in time. Please try again.",
    InvalidStateError: "This key is added already.",
    SecurityError: "Passkeys need a secure address (https), or localhost.",
  };
  place.textContent = known[error.name] || "That did not work with this browser or key. Please try again.";
  place.hidden = false;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  form.querySelector("[data-passkey-error]").hidden = true;
  try {
    if (!navigator.credentials) throw new DOMException("No credentials here", "SecurityError");
    const options = await optionsOf(form);
    const credential = await (form.dataset.passkey === "create" ? makeCredential(options, form) : getCredential(options));
    form.querySelector("[name$=credential]").value = asJson(credential);
    form.submit();
  } catch (error) {
    explain(form, error);
  }
});
