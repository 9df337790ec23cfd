/* The upload of a file: shows where it may be dropped, and how far it has come. Without this it is a plain form. */
"use strict";

(() => {
  const zone = (event) => event.target instanceof Element && event.target.closest("[data-drop]");

  for (const [name, isOver] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => zone(event)?.classList.toggle("is-over", isOver));
  }

  document.addEventListener("change", (event) => {
    const words = zone(event)?.querySelector("[data-drop-name]");
    const file = event.target.files?.[0];
    if (!words || !file) return;
    const name = document.createElement("b");
    name.textContent = file.name;
    words.replaceChildren(name);
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target instanceof Element && event.target.closest("[data-upload]")?.querySelector("[data-upload-progress]");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = Math.round((event.detail.loaded / event.detail.total) * 100);
  });
})();
