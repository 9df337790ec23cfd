/* Ambassador's site script. It keeps who referred a visitor and hands it to forms and checkouts.
   Options are data- attributes of its tag: key, consent, domain. No dependency, one cookie. */
(() => {
  "use strict";
  const tag = document.currentScript;
  const { key, consent, domain } = tag.dataset;
  const COOKIE = "ambassador";
  const CODE = /^[\w-]{1,32}$/;
  const CLICK = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

  // What the address says wins over what was kept: it is the newer click.
  const address = new URLSearchParams(location.search);
  const kept = (document.cookie.match(/(?:^|; )ambassador=([^;]*)/) || ["", ""])[1].split(".");
  let known = read(address.get("mbsy"), address.get("click_id"));
  const isNew = Boolean(known.mbsy);
  if (!isNew) known = read(kept[0], kept[1]);
  let allowed = consent ? consent === "granted" || (consent !== "denied" && Boolean(kept[0])) : true;

  function read(mbsy, click) {
    if (!CODE.test(mbsy || "")) return {};
    return { mbsy, click_id: CLICK.test(click || "") ? click : "" };
  }

  /** Keeps it for the campaign's tracking window. */
  function keep() {
    const days = Math.min(Math.max(parseInt(address.get("mbsy_days"), 10) || 90, 1), 365);
    write(`${known.mbsy}.${known.click_id}`, days * 86400);
  }

  function write(value, seconds) {
    document.cookie = `${COOKIE}=${value}; path=/; max-age=${seconds}; samesite=lax` +
      (domain ? `; domain=${domain}` : "") + (location.protocol === "https:" ? "; secure" : "");
  }

  function get() {
    return { mbsy: "", click_id: "", ...(allowed ? known : {}) };
  }

  function fill() {
    const found = get();
    for (const field of document.querySelectorAll("[data-ambassador]")) {
      field.value = found[field.dataset.ambassador] || field.value;
    }
  }

  async function tell(what, more) {
    const { click_id } = get();
    if (!key || !click_id) return false;
    const body = JSON.stringify({ click_id, ...more });
    const to = `${new URL(tag.src).origin}/site/${key}/${what}/`;
    try {
      return (await fetch(to, { method: "POST", body, credentials: "omit", keepalive: true })).ok;
    } catch {
      return false;
    }
  }

  function begin() {
    if (!allowed) return;
    if (isNew && known.mbsy) keep();
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
    else show();
  }

  function show() {
    fill();
    tell("visits", { page: location.href.split(/[?#]/)[0], referrer: document.referrer.split(/[?#]/)[0] });
  }

  function withdraw() {
    known = {};
    allowed = false;
    write("", 0);
  }

  window.ambassador = {
    get,
    fill,
    identify: (email) => tell("identify", { email }),
    consent(given) {
      if (!given) return withdraw();
      if (allowed) return;
      allowed = true;
      begin();
    },
  };
  document.addEventListener("submit", fill, true);
  begin();
})();
