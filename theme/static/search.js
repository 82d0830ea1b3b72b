// The search page: searches as one types. Asks the search API that the page names (main[data-api]) and falls back
// quietly to the static index beside the page, whose reader (main[data-lookup]) is loaded on first use only.
// Everything found is drawn as text, never as HTML. The state is the address: whoever opens it sees the same.
const $ = (id) => document.getElementById(id);
const main = document.querySelector("main[data-root]");
const [form, field, sort, list, status] = ["search", "q", "sort", "hits", "status"].map($);
const root = new URL(main.dataset.root, location.href);
const SIZE = 20, FIRST = 6, WAIT = 70, PATIENCE = 1500, REST = 30_000, SHOWN = 8;
const PARAMS = { channel: "channel", person: "person", type: "type", topic: "topic", language: "lang", has: "has", answered: "answered" };
const FACETS = [...Object.keys(PARAMS), "month"];

// The words of the page in its own language, in the order of WORDS in hub/searchpage.py.
const words = main.dataset.words.split("|");
const say = (n, ...values) => values.reduce((text, value) => text.replace("{}", () => value), words[n]);

function node(name, props = {}, ...inside) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...inside);
  return made;
}

// A sentence of the page with an element where its {} stands.
function around(n, element) {
  const [before, after] = words[n].split("{}");
  return [before, element, after ?? ""];
}

// State

const state = () => new URLSearchParams(location.search);
const chosen = (params, facet) => (PARAMS[facet] ? params.getAll(PARAMS[facet]) : []);
const idle = (params) => !(params.get("q") ?? "").trim() && !filters(params).length;

// Every filter that is on: its facet, its value, how it reads, and the address without it.
function filters(params) {
  const found = [];
  const off = (name, value) => {
    const to = new URLSearchParams(params);
    to.delete(name, value);
    to.delete("page");
    return to;
  };
  for (const [facet, name] of Object.entries(PARAMS)) for (const value of params.getAll(name)) {
    if (value) found.push({ facet, value, text: `${legend(facet)}: ${worded(facet, value)}`, without: off(name, value) });
  }
  for (const name of ["from", "to"]) {
    const value = params.get(name);
    if (value) found.push({ facet: name, value, text: `${$(name).labels[0].textContent.trim()} ${value}`, without: off(name, value) });
  }
  return found;
}

const fieldset = (facet) => form.querySelector(`[data-facet="${facet}"]`);
const legend = (facet) => fieldset(facet)?.querySelector("legend").textContent.trim() ?? facet;
const language = document.documentElement.lang || undefined;
const months = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
const days = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const tongues = new Intl.DisplayNames(language, { type: "language" });

// The page's own word for a value of a facet, where it has one.
function given(facet, value) {
  return fieldset(facet)?.querySelector("template")?.content.querySelector(`[data-value="${CSS.escape(value)}"]`);
}

// A value of a facet as people read it.
function worded(facet, value) {
  const known = given(facet, value);
  if (known) return known.textContent.trim();
  if (facet === "month") return months.format(new Date(`${value}-01T00:00Z`));
  try {
    return facet === "language" ? tongues.of(value) : value;
  } catch {
    return value;
  }
}

// Asking

let lookup, resting = 0;

async function fromApi(params, signal) {
  const address = new URL(`${main.dataset.api.replace(/\/$/, "")}/api/v1/search`, location.href);
  address.search = new URLSearchParams([...params, ["per_page", SIZE], ["facets", FACETS.join(",")]]);
  const answer = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
  if (answer.status === 400) {
    const { detail, hint } = await answer.json();
    return { hits: [], total: 0, page: 1, pages: 0, note: `${detail} ${hint}`, facets: {}, suggestions: [] };
  }
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

// The static index: loaded once, kept for the page's life.
function load() {
  const get = async (path) => {
    const answer = await fetch(new URL(`search/${path}`, root));
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };
  lookup ??= import(main.dataset.lookup).then(({ Lookup }) => new Lookup(get)).catch((why) => {
    lookup = undefined;
    throw why;
  });
  return lookup;
}

async function fromStatic(params, facets, first) {
  const page = Math.min(Math.max(parseInt(params.get("page"), 10) || 1, 1), 50);
  const chosenBy = Object.fromEntries(Object.keys(PARAMS).map((facet) => [facet, chosen(params, facet).filter(Boolean)]));
  const [q, from, to, order] = ["q", "from", "to", "sort"].map((name) => params.get(name) ?? "");
  const found = await (await load()).search({ q: [...q].slice(0, 256).join(""), filters: chosenBy, from, to, sort: order, page, per: SIZE, first, facets });
  return { ...found, note: [main.dataset.api ? say(8) : "", found.note].filter(Boolean).join(" ") };
}

// Answers to a question, as they come: the API's whole, or the static one's first hits, then all of them and the counts.
async function* answers(params, signal) {
  if (main.dataset.api && Date.now() > resting) {
    try {
      yield await fromApi(params, signal);
      return;
    } catch (why) {
      if (signal.aborted) throw why;
      resting = Date.now() + REST;
    }
  }
  if (!idle(params) && !filters(params).length) yield fromStatic(params, [], FIRST);
  yield fromStatic(params, FACETS);
}

let asking, typing;

// Only the newest question may draw.
async function ask() {
  asking?.abort();
  const mine = asking = new AbortController(), params = state();
  reflect(params);
  try {
    for await (const found of answers(params, mine.signal)) if (mine === asking) draw(found, params);
  } catch {
    if (mine !== asking) return;
    list.replaceChildren();
    announce(say(9));
  }
}

// Drawing

function piece({ text, marks }) {
  const shown = node("p", { dir: "auto" }), signs = [...text];
  let at = 0;
  for (const [start, end] of marks) {
    shown.append(signs.slice(at, start).join(""), node("mark", {}, signs.slice(start, end).join("")));
    at = end;
  }
  shown.append(signs.slice(at).join(""));
  return shown;
}

function place(channel) {
  return given("channel", channel)?.cloneNode(true) ?? channel;
}

function line(hit) {
  const address = new URL(hit.url, root);
  const title = hit.parent ? say(2, hit.parent.title) : hit.title || say(3);
  const date = hit.published ? node("time", { dateTime: hit.published }, days.format(new Date(hit.published))) : say(5);
  const meta = node("p", { className: "meta" }, place(hit.channel), " · ", node("bdi", {}, hit.person.name || say(4)), " · ", date);
  const link = node("a", {}, title);
  if (/^https?:$/.test(address.protocol)) link.href = address;
  return node("li", { lang: hit.lang }, link, meta, ...hit.snippet.map(piece));
}

function draw(found, params) {
  const bare = idle(params);
  list.start = (found.page - 1) * SIZE + 1;
  list.replaceChildren(...(bare ? [] : found.hits.map(line)));
  $("pager").replaceChildren(...(bare ? [] : turns(found, params)));
  $("meant").replaceChildren(...(bare ? [] : meaning(found, params)));
  for (const [facet, values] of Object.entries(found.facets)) options(facet, values, params);
  $("start").hidden = !bare;
  if (bare && found.facets.topic) begin(found.facets);
  nothing(bare || found.total ? null : params).catch(() => {});
  announce(bare ? "" : [found.total === 1 ? say(0) : say(1, found.total), found.note].filter(Boolean).join(" "), bare);
}

let announcing;

function announce(text, now = false) {
  clearTimeout(announcing);
  announcing = setTimeout(() => { status.textContent = text; }, status.textContent && !now ? 500 : 0);
}

// A link to another state of this page.
function link(params, text, props = {}) {
  return node("a", { href: `?${params}`, ...props }, text);
}

function turns({ page, pages }, params) {
  const to = (number, text, rel) => {
    const there = new URLSearchParams(params);
    there.set("page", number);
    return link(there, text, { rel });
  };
  if (pages < 2) return [];
  return [...(page > 1 ? [to(page - 1, say(13), "prev")] : []), node("span", {}, say(15, page, pages)), ...(page < pages ? [to(page + 1, say(14), "next")] : [])];
}

// "Did you mean …", or that something else than what was typed is shown.
function meaning({ corrected, suggestions }, params) {
  const better = corrected || suggestions?.[0];
  if (!better) return [];
  const to = new URLSearchParams(params);
  to.set("q", better);
  return around(corrected ? 6 : 7, link(to, better));
}

// What stands where nothing was found: ways out, with how much each finds.
async function nothing(params) {
  const box = $("nothing"), mine = asking;
  box.hidden = !params;
  if (!params) return;
  const ways = filters(params).slice(0, 5);
  box.querySelector("p").textContent = params.get("q")?.trim() ? say(10, params.get("q").trim()) : say(17);
  const counts = ways.map(() => node("span"));
  box.querySelector("ul").replaceChildren(...ways.map(({ text, without }, at) => node("li", {}, ...around(11, link(without, text)), counts[at])));
  for (const [at, { without }] of ways.entries()) {
    for await (const { total } of answers(without, mine.signal)) counts[at].textContent = ` (${total})`;
  }
}

// Topics and people to begin with.
function begin(facets) {
  for (const box of $("start").querySelectorAll("[data-of]")) {
    const values = (facets[box.dataset.of] ?? []).slice(0, 12);
    box.hidden = !values.length;
    box.querySelector("ul").replaceChildren(...values.map(({ value, count }) => {
      const to = new URLSearchParams([[PARAMS[box.dataset.of], value]]);
      return node("li", {}, link(to, node("bdi", {}, value)), ` ${count}`);
    }));
  }
}

// Filters

// The values of a facet with their counts: those chosen first, then the most frequent; the rest on demand.
function options(facet, values, params) {
  const box = fieldset(facet);
  if (!box) return;
  const on = chosen(params, facet), counts = new Map(values.map(({ value, count }) => [value, count]));
  const all = [...on.filter((value) => !counts.has(value)).map((value) => [value, 0]), ...counts];
  if (facet === "month") all.sort((a, b) => (a[0] < b[0] ? 1 : -1));
  box.hidden = !all.length;
  const had = document.activeElement?.value, inside = box.contains(document.activeElement);
  box.querySelector("ul").replaceChildren(...all.map((pair, at) => option(facet, pair, on, at)));
  const more = box.querySelector("button.more");
  if (more) more.hidden = box.dataset.all !== undefined || all.length <= SHOWN;
  narrow(box);
  if (inside && had) box.querySelector(`[value="${CSS.escape(had)}"]`)?.focus();
}

function option(facet, [value, count], on, at) {
  const many = node("span", { className: "count" }, String(count));
  const text = node("bdi", {}, facet === "channel" ? place(value) : worded(facet, value));
  const made = node("li", { className: count ? "" : "none" });
  made.dataset.rank = at;
  if (facet === "month") {
    const last = new Date(Date.UTC(+value.slice(0, 4), +value.slice(5), 0)).getUTCDate();
    const to = new URLSearchParams(state());
    for (const [name, day] of [["from", `${value}-01`], ["to", `${value}-${last}`]]) to.set(name, day);
    to.delete("page");
    made.append(link(to, text), " ", many);
  } else {
    const box = node("input", { type: "checkbox", name: PARAMS[facet], value, checked: on.includes(value) });
    made.append(node("label", {}, box, " ", text, " ", many));
  }
  return made;
}

// Which values of a facet are seen: those that hold what is typed above them, else the first few.
function narrow(box) {
  const typed = box.querySelector("input[type=search]")?.value.trim().toLowerCase() ?? "";
  for (const row of box.querySelectorAll("ul > li")) {
    const seen = typed ? row.textContent.toLowerCase().includes(typed) : box.dataset.all !== undefined || row.dataset.rank < SHOWN;
    row.hidden = !seen && !row.querySelector(":checked");
  }
}

// The form and the chips show the state.
function reflect(params) {
  if (document.activeElement !== field) field.value = params.get("q") ?? "";
  sort.value = params.get("sort") || "relevance";
  for (const name of ["from", "to"]) $(name).value = params.get(name) ?? "";
  const on = filters(params), bare = new URLSearchParams(["q", "sort"].filter((name) => params.get(name)).map((name) => [name, params.get(name)]));
  const chips = on.map(({ text, without }) => node("li", {}, link(without, node("bdi", {}, text), { className: "chip", ariaLabel: say(12, text) })));
  if (on.length) chips.push(node("li", {}, link(bare, say(16))));
  $("chips").replaceChildren(...chips);
  $("filters").querySelector("summary span").textContent = on.length ? ` (${on.length})` : "";
}

// What the form says becomes the state; `push` for a step back and forth, else in place.
function go(params, push) {
  clearTimeout(typing);
  for (const [name, value] of [...params]) if (!value || (name === "sort" && value === "relevance")) params.delete(name, value);
  history[push ? "pushState" : "replaceState"](null, "", `?${params}`);
  ask();
}

const said = () => new URLSearchParams(new FormData(form));

function typed() {
  const params = state();
  params.set("q", field.value);
  params.delete("page");
  go(params, false);
}

field.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(typed, WAIT); });
field.addEventListener("focus", () => { if (!main.dataset.api) load().then((found) => found.open()).then(() => idle(state()) && ask()).catch(() => {}); }, { once: true });
form.addEventListener("submit", (event) => { event.preventDefault(); go(said(), true); });
form.addEventListener("change", (event) => { if (event.target !== field && event.target.name) go(said(), true); });
form.addEventListener("input", (event) => { if (event.target.matches("fieldset input[type=search]")) narrow(event.target.closest("fieldset")); });
form.addEventListener("click", ({ target }) => {
  const box = target.closest("fieldset");
  if (target.matches("button.more")) {
    box.dataset.all = "";
    target.hidden = true;
    narrow(box);
  } else if (target.dataset.days) {
    const params = said();
    params.set("from", new Date(Date.now() - target.dataset.days * 864e5).toISOString().slice(0, 10));
    params.delete("to");
    go(params, true);
  }
});
main.addEventListener("click", (event) => {
  const to = event.target.closest('a[href^="?"]');
  if (!to || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const params = new URLSearchParams(to.getAttribute("href"));
  field.value = params.get("q") ?? "";
  go(params, true);
  if (to.closest("#pager")) {
    $("results").focus({ preventScroll: true });
    $("results").scrollIntoView();
  } else if (!to.isConnected || to.closest("#chips, #filters, #meant, #nothing, #start")) field.focus({ preventScroll: true });
});
addEventListener("popstate", () => { field.value = state().get("q") ?? ""; ask(); });

// Keys: down from the field to the first hit, up and down between hits, Esc clears, then leaves the field.
field.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && list.firstChild) {
    event.preventDefault();
    list.querySelector("a").focus();
  } else if (event.key === "Escape" && field.value) {
    event.preventDefault();
    field.value = "";
    typed();
  } else if (event.key === "Escape") field.blur();
});
list.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("li > a")], at = links.indexOf(document.activeElement);
  const to = { ArrowDown: links[at + 1], ArrowUp: links[at - 1] ?? field }[event.key];
  if (at < 0 || !to) return;
  event.preventDefault();
  to.focus();
});

document.querySelectorAll(".turns").forEach((old) => old.remove()); // the server's, which answers without scripts
main.querySelectorAll("[data-js]").forEach((part) => { part.hidden = false; });
$("filters").open = matchMedia("(min-width: 64rem)").matches;
field.value = state().get("q") ?? "";
if (main.dataset.api || !idle(state())) ask();
else reflect(state());
