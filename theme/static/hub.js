// What scripts add to pages that work without them: the choice of colours, folding all, and single-key shortcuts.
// Loaded in <head> before anything is painted; nothing here asks another address for anything.
(() => {
  "use strict";
  const html = document.documentElement;

  // Storage may be forbidden (private windows, settings): then choices last as long as the page.
  const recall = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const keep = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* see above */ }
  };
  const drop = (key) => {
    try { localStorage.removeItem(key); } catch { /* see above */ }
  };

  const themes = ["auto", "light", "dark"];
  let theme = themes.indexOf(recall("hub-theme"));
  if (theme < 0) theme = 0;
  const paint = () => {
    if (theme) html.dataset.theme = themes[theme];
    else delete html.dataset.theme;
  };
  paint();
  html.dataset.js = "";

  const words = (element) => element.dataset.words.split("|");

  function themeButton(button) {
    const show = () => { button.querySelector("span").textContent = words(button)[theme]; };
    button.addEventListener("click", () => {
      theme = (theme + 1) % themes.length;
      keep("hub-theme", themes[theme]);
      paint();
      show();
    });
    show();
  }

  function foldButton(button) {
    const branches = document.querySelectorAll("details.branch");
    button.hidden = !branches.length;
    button.addEventListener("click", () => {
      const unfold = ![...branches].some((branch) => branch.open);
      for (const branch of branches) branch.open = unfold;
      button.textContent = words(button)[unfold ? 0 : 1];
    });
  }

  // A conversation that is whole on its post's page is put in another order in place; of longer ones other pages tell.
  function orderLinks() {
    const links = [...document.querySelectorAll(".orders a")];
    const thread = document.querySelector("ol.thread");
    if (!thread || !links[0]?.hasAttribute("aria-current") || document.querySelector(".onward, .replies .pager")) return;
    const tops = []; // each with what answers it one by one
    for (const line of thread.children) line.matches(".flat") ? tops.at(-1).push(line) : tops.push([line]);
    const below = (top) => top.reduce((sum, line) => sum + line.querySelectorAll(".u-comment").length, 0)
      - top[0].querySelectorAll(":scope > .u-comment").length;
    const orders = { newest: tops.toReversed?.(), most: tops.toSorted?.((one, other) => below(other) - below(one)) };
    for (const link of links) {
      const order = link === links[0] ? tops : orders[link.pathname.split("/").at(-2)];
      if (!order) continue;
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        thread.append(...order.flat());
        for (const other of links) other.removeAttribute("aria-current");
        link.setAttribute("aria-current", "true");
      });
    }
  }

  // To answer from one's own server. It is asked for nothing before that, and remembered only where a visitor wants it.
  // The form lies in a <template>, so that pages without a script do not carry it among their words.
  function homeButton(button) {
    const form = document.getElementById("home").content.firstElementChild.cloneNode(true);
    const { server, keep: wanted } = form.elements;
    server.value = recall("hub-home") ?? "";
    wanted.checked = Boolean(server.value);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const host = server.value.trim().replace(/^https?:\/\/|^.*@/, "").replace(/\/$/, "");
      if (wanted.checked) keep("hub-home", host);
      else drop("hub-home");
      location.assign(form.dataset.to.replace("*", () => host));
    });
    button.addEventListener("click", () => {
      button.parentElement.replaceWith(form);
      server.focus();
    });
  }

  const messages = () => [...document.querySelectorAll(".h-feed > .card, .thread .h-cite, #hits > li")]
    .filter((message) => message.checkVisibility?.() ?? true);
  const current = () => document.activeElement?.closest(".card, .h-cite, #hits > li");

  function focus(message) {
    if (!message) return;
    if (!message.hasAttribute("tabindex")) message.tabIndex = -1;
    message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "nearest" });
  }

  // The next message after the focused one, or, with none focused, the first that is not above the window's top.
  function step(by) {
    const all = messages();
    const here = all.indexOf(current());
    if (here >= 0) return focus(all[here + by]);
    const next = all.findIndex((message) => message.getBoundingClientRect().top >= 0);
    return focus(all[by > 0 ? next : next - 1]);
  }

  // Its title, else its date or place of origin, else whatever it links to first.
  function open() {
    const here = current();
    const links = ["h2 a", "p > .u-url", "a"].map((selector) => here?.querySelector(selector));
    links.find(Boolean)?.click();
  }

  const keys = {
    "/": () => {
      const field = document.getElementById("q") ?? document.getElementById("find");
      field?.focus();
      field?.select();
    },
    "?": help,
    j: () => step(1),
    k: () => step(-1),
    o: open,
    u: () => {
      const chip = current()?.querySelector(".chip");
      if (chip) focus(document.getElementById(chip.hash.slice(1)));
    },
    x: () => {
      const branch = current()?.parentElement.querySelector(":scope > details.branch");
      if (branch) branch.open = !branch.open;
    },
    gh: () => document.querySelector("a.brand").click(),
  };

  let before = "";
  function pressed(event) {
    const busy = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    const field = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (busy || field || recall("hub-keys") === "off") return;
    const act = keys[before + event.key] ?? keys[event.key];
    before = event.key === "g" ? "g" : "";
    if (!act) return;
    event.preventDefault();
    act();
  }

  // The help lies in a <template>, so that pages without a script do not carry it among their words.
  function help() {
    let dialog = document.querySelector("dialog.keys");
    if (!dialog) {
      document.body.append(document.getElementById("keys").content.cloneNode(true));
      dialog = document.querySelector("dialog.keys");
      const box = dialog.querySelector("input");
      box.checked = recall("hub-keys") !== "off";
      box.addEventListener("change", () => keep("hub-keys", box.checked ? "on" : "off"));
    }
    dialog.showModal();
  }

  // A wide table scrolls sideways on its own; the keyboard must be able to reach it.
  function scrollers() {
    for (const box of document.querySelectorAll(".prose table")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const wire = { theme: themeButton, fold: foldButton, "home-open": homeButton, "keys-open": (button) => button.addEventListener("click", help) };
    for (const [id, start] of Object.entries(wire)) {
      const element = document.getElementById(id);
      if (element) start(element);
    }
    orderLinks();
    // With scripts the site's own page of search does more than the one that answers without.
    for (const form of document.querySelectorAll("form[data-here]")) form.action = form.dataset.here;
    document.addEventListener("keydown", pressed);
  });
  addEventListener("load", scrollers);
})();
