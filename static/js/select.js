/* Search-as-you-type for fields marked data-select; loaded only by pages that have one.

   <select data-select> (also multiple) filters its own options. With data-url the options come from there:
   GET data-url?q=… answers [{value, text, hint}]. data-create="Use {input}" lets a person give what the list
   does not have (data-create-pattern="@": only what matches); data-text is what to show for the value at first.
   On an <input> the same works, and without JavaScript it stays a plain text field. */
"use strict";

(() => {
  const START = "[data-select]:not(.tomselected)";

  function start(field) {
    const { url, create, createPattern } = field.dataset;
    const many = field.multiple === true;
    const control = new window.TomSelect(field, {
      maxItems: many ? null : 1,
      maxOptions: 100,
      // An <input> holds one value as it is; no letter in it may split it.
      delimiter: "\u0000",
      create: create !== undefined,
      createOnBlur: create !== undefined,
      createFilter: createPattern || null,
      persist: false,
      closeAfterSelect: !many,
      hidePlaceholder: true,
      plugins: many ? ["remove_button"] : [],
      placeholder: field.getAttribute("placeholder") || "",
      valueField: "value",
      labelField: "text",
      searchField: ["text", "hint", "value"],
      preload: url && !field.value ? "focus" : false,
      loadThrottle: 200,
      ...(url ? { load(query, done) { this.clearOptions(); load(url, query, done); }, score: () => () => 1 } : {}),
      render: {
        option: (item, escape) => line("a-option", item, escape),
        item: (item, escape) => `<div>${escape(item.text || item.value)}</div>`,
        option_create: (item, escape) => `<div class="create a-option">${escape((create || "").replace("{input}", item.input))}</div>`,
        loading: () => '<div class="spinner">Searching …</div>',
        no_results: () => (create === undefined ? '<div class="no-results">Nothing found</div>' : ""),
      },
    });
    const { value } = field;
    // Of a value that is there already the page may know the words.
    if (value && field.dataset.text) control.updateOption(value, { value, text: field.dataset.text });
    describe(field, control);
  }

  function line(name, item, escape) {
    const hint = item.hint && item.hint !== item.text ? `<span class="a-option__hint">${escape(item.hint)}</span>` : "";
    return `<div class="${name}"><span>${escape(item.text || item.value)}</span>${hint}</div>`;
  }

  async function load(url, query, done) {
    const address = new URL(url, location.href);
    address.searchParams.set("q", query);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      done(answer.ok ? await answer.json() : []);
    } catch {
      done();
    }
  }

  /** What was said of the field (help, error, wrong) is said of the control that took its place. */
  function describe(field, control) {
    field.setAttribute("aria-hidden", "true");
    for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
      if (field.hasAttribute(name)) control.control_input.setAttribute(name, field.getAttribute(name));
    }
    if (field.getAttribute("aria-invalid") === "true") control.wrapper.classList.add("is-invalid");
  }

  const startAll = (root) => root.querySelectorAll(START).forEach(start);
  startAll(document);
  document.addEventListener("htmx:afterSettle", () => startAll(document));
})();
