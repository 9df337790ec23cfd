/* The table of a list: rows that open, selection with ranges, the keys, the column picker. It knows the list
   by its data- attributes only and listens on the document, so a list that htmx swaps in just works. */
"use strict";

(() => {
  const list = () => document.querySelector("#list, [data-list]");
  const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
  const box = (row) => row.querySelector("input[type=checkbox][name=selected]");
  const isLinkLike = (at) => at.closest("a, button, input, label, select, textarea, summary, details, dialog");
  let currentId = null;
  let lastPicked = null;
  let hadFocus = null;

  /* --- Rows --------------------------------------------------------------------------------- */

  document.addEventListener("click", (event) => openRow(event, event.ctrlKey || event.metaKey));
  document.addEventListener("auxclick", (event) => { if (event.button === 1) openRow(event, true); });

  function openRow(event, inNewTab) {
    const row = event.target instanceof Element && event.target.closest("[data-row][data-href]");
    if (!row || isLinkLike(event.target) || event.defaultPrevented || String(getSelection())) return;
    if (event.shiftKey && box(row)) return pick(row, event);
    if (inNewTab) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  }

  function pick(row, event) {
    const input = box(row);
    input.checked = !input.checked;
    getSelection().removeAllRanges();
    picked(input, event.shiftKey);
  }

  function setCurrent(row) {
    document.querySelector("[data-row].is-current")?.classList.remove("is-current");
    row.classList.add("is-current");
    currentId = row.dataset.id;
    const stop = row.querySelector("a[href]") || box(row);
    stop?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /* --- Selection ---------------------------------------------------------------------------- */

  let withShift = false;
  document.addEventListener("click", (event) => { withShift = event.shiftKey; }, true);

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.closest("[data-list]")) return;
    if (input.matches("[data-select-page]")) selectPage(input.checked);
    else if (input.matches("[data-select-all]")) showSelection();
    else if (input.name === "selected") picked(input, withShift);
  });

  function picked(input, asRange) {
    const all = rows().map(box).filter(Boolean);
    const [from, to] = [all.indexOf(lastPicked), all.indexOf(input)].sort((a, b) => a - b);
    if (asRange && from >= 0) all.slice(from, to + 1).forEach((one) => { one.checked = input.checked; });
    lastPicked = input;
    if (!input.checked) dropSelectAll();
    showSelection();
  }

  function selectPage(checked) {
    rows().map(box).filter(Boolean).forEach((one) => { one.checked = checked; });
    if (!checked) dropSelectAll();
    showSelection();
  }

  function dropSelectAll() {
    const all = document.querySelector("[data-select-all]");
    if (all) all.checked = false;
  }

  function showSelection() {
    const bar = document.querySelector("[data-selection-bar]");
    const boxes = rows().map(box).filter(Boolean);
    const chosen = boxes.filter((one) => one.checked).length;
    const page = document.querySelector("[data-select-page]");
    if (page) {
      page.checked = chosen > 0 && chosen === boxes.length;
      page.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    if (!bar) return;
    const everything = document.querySelector("[data-select-all]");
    const offer = document.querySelector("[data-select-all-offer]");
    if (offer) offer.hidden = !(chosen && chosen === boxes.length);
    const words = everything?.checked ? everything.dataset.words : `${chosen} selected`;
    bar.hidden = chosen === 0;
    const count = bar.querySelector("[data-selection-count]");
    if (count && count.textContent !== words) {
      count.textContent = words;
      window.ambassador.announce(words);
    }
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-select-none]")) return;
    selectPage(false);
  });

  /* --- Keys --------------------------------------------------------------------------------- */

  document.addEventListener("keydown", (event) => {
    if (window.ambassador.isTaken(event) || !list()) return;
    const all = rows();
    const at = all.findIndex((row) => row.classList.contains("is-current"));
    const keys = {
      j: () => all.length && setCurrent(all[Math.min(at + 1, all.length - 1)]),
      k: () => all.length && setCurrent(all[Math.max(at - 1, 0)]),
      x: () => at >= 0 && box(all[at]) && pick(all[at], event),
      X: () => at >= 0 && box(all[at]) && pick(all[at], event),
      f: openFilters,
      n: () => document.querySelector("[data-new]")?.click(),
      e: openExport,
    };
    if (event.key === "Enter" && all[at]?.dataset.href && !isLinkLike(event.target)) location.assign(all[at].dataset.href);
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  function openFilters() {
    press(document.querySelector("[data-add-filter]"));
  }

  function openExport() {
    press(document.querySelector("[data-export]"));
  }

  /** Opens a menu (its first control gets the focus), or presses a button. */
  function press(target) {
    if (!target) return;
    if (!(target instanceof HTMLDetailsElement)) {
      target.click();
      return;
    }
    target.open = true;
    const first = target.querySelector("[data-menu-search]") || target.querySelector(".a-menu__body :is(a, button, input, select)");
    (first || target.querySelector("summary")).focus();
  }

  /* --- After a swap ------------------------------------------------------------------------- */

  document.addEventListener("htmx:beforeSwap", () => {
    const at = document.activeElement;
    hadFocus = at && list()?.contains(at) ? wordsOf(at) : null;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const arrived = event.target;
    if (arrived !== list() && !arrived.querySelector("[data-list]")) return;
    lastPicked = null;
    const same = rows().find((row) => row.dataset.id === currentId);
    if (same) same.classList.add("is-current");
    if (hadFocus !== null && document.activeElement === document.body) {
      const again = [...list().querySelectorAll("a, button, input, summary")].find((one) => wordsOf(one) === hadFocus);
      (again || document.getElementById("main")).focus({ preventScroll: true });
    }
    showSelection();
    window.ambassador.announce(document.querySelector("[data-list-summary]")?.textContent.trim());
  });

  function wordsOf(control) {
    return control.getAttribute("aria-label") || control.textContent.trim();
  }

  // The browser keeps check marks when one comes Back; the bar follows them.
  window.addEventListener("pageshow", showSelection);

  /* --- The column picker -------------------------------------------------------------------- */

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-column-picker] [data-move]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    const other = button.dataset.move === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "up") other.before(item);
    else other.after(item);
    button.focus();
    sayPlace(item);
  });

  let dragged = null;
  document.addEventListener("dragstart", (event) => {
    const item = event.target instanceof Element && event.target.closest("[data-column-picker] > li");
    if (!item) return;
    dragged = item;
    item.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", (event) => {
    const over = dragged && event.target instanceof Element && event.target.closest("[data-column-picker] > li");
    if (!over || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const middle = over.getBoundingClientRect().top + over.offsetHeight / 2;
    if (event.clientY < middle) over.before(dragged);
    else over.after(dragged);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    if (dragged) sayPlace(dragged);
    dragged = null;
  });

  function sayPlace(item) {
    const place = [...item.parentElement.children].indexOf(item) + 1;
    window.ambassador.announce(`${item.textContent.trim()}: place ${place} of ${item.parentElement.children.length}`);
  }
})();
