/* What every page needs: htmx's token, the keyboard, dialogs, menus, copying. Everything listens on the
   document, so what htmx brings in later works like what was there at first. */
"use strict";

const ambassador = {
  /** Says `text` to those who listen instead of looking. */
  announce(text) {
    const region = document.getElementById("announce");
    if (!region || !text) return;
    region.textContent = "";
    requestAnimationFrame(() => { region.textContent = text; });
  },

  /** Whether a key press belongs to what the person is writing or choosing, not to us. */
  isTaken(event) {
    const at = event.target instanceof Element ? event.target : document.body;
    const writes = at.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    return Boolean(writes || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"));
  },

  /** Remembers a choice of this browser for a year. */
  remember(name, value) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
  },
};
window.ambassador = ambassador;

/* --- htmx ------------------------------------------------------------------------------------- */

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") {
    event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  }
});

// A refused form comes back with its errors (422); it is to be seen like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => note("That did not work. Please try again, or reload the page."));
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "dialog-body") {
    const dialog = document.getElementById("dialog");
    const title = dialog.querySelector("h1, h2");
    if (title) dialog.setAttribute("aria-label", title.textContent.trim());
    if (!dialog.open) dialog.showModal();
  }
});

function note(text) {
  const place = document.getElementById("messages");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "a-note a-note--bad";
  box.textContent = text;
  place.replaceChildren(box);
  place.scrollIntoView({ block: "nearest" });
}

/* --- The keyboard ----------------------------------------------------------------------------- */

let goes = 0;

document.addEventListener("keydown", (event) => {
  const key = event.key;
  if (event.ctrlKey && !event.shiftKey && key.toLowerCase() === "k") return search(event);
  if (key === "Escape") return closeMenus(event);
  if (ambassador.isTaken(event)) return undefined;
  if (key === "/") return search(event);
  if (key === "?") return openDialog("keys");
  const follows = goes && Date.now() - goes < 1500;
  goes = key === "g" ? Date.now() : 0;
  if (follows && /^[a-z]$/.test(key)) document.querySelector(`[data-go="${key}"]`)?.click();
  // The list's own keys stay quiet for the letter that ends "g …".
  if (follows) event.stopImmediatePropagation();
  return undefined;
});

function search(event) {
  const field = document.querySelector("[data-search]") || document.querySelector("[data-list-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

/* --- Dialogs, menus, small buttons ------------------------------------------------------------ */

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const at = event.target;
  if (!(at instanceof Element)) return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(at) || at.closest("[data-menu-close]")) menu.open = false;
  }
  const opener = at.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    opener.closest("details[data-menu]")?.removeAttribute("open");
    openDialog(opener.dataset.dialogOpen);
  }
  if (at.closest("[data-dialog-close]")) {
    event.preventDefault();
    at.closest("dialog")?.close();
  }
  // A click beside the dialog, on its backdrop, has the dialog itself as its target.
  if (at instanceof HTMLDialogElement && isOutside(at, event)) at.close();
  const closer = at.closest("[data-close]");
  if (closer) closer.closest(closer.dataset.close)?.remove();
  const copier = at.closest("[data-copy]");
  if (copier) copy(copier);
  if (at.closest("[data-fold-nav]")) foldNavigation(at.closest("[data-fold-nav]"));
});

function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    event.preventDefault();
  }
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLDetailsElement) || !menu.matches("[data-menu]") || !menu.open) return;
  for (const other of document.querySelectorAll("details[data-menu][open]")) {
    if (other !== menu && !other.contains(menu)) other.open = false;
  }
  menu.querySelector("[data-menu-search], [autofocus]")?.focus();
}, true);

// A long menu narrows to what is typed into its search field.
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !field.matches("[data-menu-search]")) return;
  const wanted = field.value.trim().toLowerCase();
  for (const item of field.closest("details").querySelectorAll("[data-menu-item]")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }
});

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !(event.target instanceof Element)) return;
  const menu = event.target.closest("details[data-menu][open]");
  if (!menu || event.target.matches("select, textarea, input[type=number], input[type=date]")) return;
  const stops = [...menu.querySelectorAll("summary, a, button, input, select")].filter((one) => one.offsetParent);
  const step = event.key === "ArrowDown" ? 1 : -1;
  event.preventDefault();
  stops[(stops.indexOf(event.target) + step + stops.length) % stops.length]?.focus();
});

async function copy(button) {
  const label = button.querySelector("span") || button;
  const before = label.dataset.before || label.textContent;
  label.dataset.before = before;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Select and copy it";
  }
  ambassador.announce(label.textContent);
  setTimeout(() => { label.textContent = before; }, 2000);
}

function foldNavigation(button) {
  const folds = document.documentElement.dataset.nav !== "rail";
  if (folds) document.documentElement.dataset.nav = "rail";
  else delete document.documentElement.dataset.nav;
  button.setAttribute("aria-pressed", String(folds));
  ambassador.remember("ambassador_nav", folds ? "rail" : "full");
}

// The choice of colours is a form that works by itself; here it takes effect without leaving the page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-theme-choice]")) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  document.querySelector("meta[name=color-scheme]").content = chosen === "system" ? "light dark" : chosen;
  for (const one of form.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === event.submitter));
  ambassador.remember("ambassador_theme", chosen);
});

// A double click sends a form once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post" || form.matches("[hx-post]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// After a refused form the first wrong field is where one wants to be.
document.querySelector("form [aria-invalid=true]")?.focus();
