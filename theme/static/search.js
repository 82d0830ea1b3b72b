// Search as one types. Asks the search API that the page names (main[data-api]) and falls back quietly to the static
// index beside the page, which is fetched on first use only. Everything found is drawn as text, never as HTML.
const main = document.querySelector("main[data-root]");
const form = main.querySelector("form");
const field = document.getElementById("q");
const list = document.getElementById("hits");
const status = document.getElementById("status");
const root = new URL(main.dataset.root, location.href);
const SIZE = 20, WAIT = 100, PATIENCE = 1500, PIECE = 200;
const words = (main.dataset.words ||
  "1 result.|{} results.|In reply to {}|Untitled|Unnamed|Date unknown|Nothing found as typed; showing “{}”.|" +
  "Did you mean “{}”?|Searching the static index.|The search does not answer. Try again later.").split("|");
const say = (n, value = "") => words[n].replace("{}", value);

// What is asked stands in the address; filters in it are kept while one types.
const state = () => new URLSearchParams(location.search);

// The API

async function fromApi(params, signal) {
  const address = new URL(`${main.dataset.api.replace(/\/$/, "")}/api/v1/search`, location.href);
  address.search = params;
  const answer = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
  if (answer.status === 400) {
    const problem = await answer.json();
    return { hits: [], total: 0, note: `${problem.detail} ${problem.hint}` };
  }
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

// The static index

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const plain = (text) => ` ${fold(text).replace(/[^\p{L}\p{N}\p{So}#]+/gu, " ").trim()} `;
const INSIDE = /[\p{Lo}\p{So}]/u; // scripts without spaces or with prefixes, and emoji, are found inside words
let messages;

function load() {
  const get = async (path) => {
    const answer = await fetch(new URL(path, root));
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };
  messages ??= get("search/index.json")
    .then(({ files }) => Promise.all(files.map(get)))
    .then((parts) => parts.flat().map((one) => ({ ...one, head: plain(one.type === "post" ? one.title : ""), body: plain(one.text) })))
    .catch((why) => { messages = undefined; throw why; });
  return messages;
}

// Words ANDed, "phrases", -not, OR between neighbours, fields: the API's grammar without brackets.
function read(text) {
  const groups = [];
  let either = false;
  for (const [, minus, name, phrase, word] of text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/gi)) {
    if (word === "OR" && !name && groups.length) { either = true; continue; }
    const test = tester(name?.toLowerCase(), phrase ?? word.replace(/\*+$/, ""), phrase === undefined);
    if (!test) continue;
    const term = minus ? { ...test, of: (one) => (test.of(one) ? 0 : 1), marks: [] } : test;
    if (either) groups.at(-1).push(term);
    else groups.push([term]);
    either = false;
  }
  return groups.slice(0, 16);
}

function tester(name, value, open) {
  const day = (one) => one.published.slice(0, value.length);
  const fields = {
    from: (one) => plain(one.author).includes(plain(value).trimEnd()),
    channel: (one) => one.channel.toLowerCase() === value.toLowerCase(),
    type: (one) => one.type === value.toLowerCase(),
    before: (one) => one.published && day(one) < value,
    after: (one) => one.published && day(one) >= value,
  };
  if (Object.hasOwn(fields, name || "")) return { of: (one) => (fields[name](one) ? 1 : 0), marks: [] };
  const term = plain(name ? `${name} ${value}` : value).trim();
  if (!term) return null;
  const sought = INSIDE.test(term) ? term : ` ${term}${open ? "" : " "}`;
  const times = (text) => Math.min(text.split(sought).length - 1, 5);
  return { of: (one) => 3 * times(one.head) + times(one.body), marks: [term] };
}

async function fromStatic(params) {
  const groups = read((params.get("q") || "").slice(0, 256));
  const all = await load();
  const newest = Math.max(0, ...all.map((one) => Date.parse(one.published) || 0));
  const found = [];
  for (const one of groups.length ? all : []) {
    let score = 0;
    if (groups.every((group) => { const best = Math.max(...group.map((term) => term.of(one))); score += best; return best > 0; })) {
      const age = (newest - (Date.parse(one.published) || 0)) / 31557600000;
      found.push({ ...one, score: score * (0.4 + 0.6 * 0.5 ** age) * (one.type === "post" ? 1.3 : 1) });
    }
  }
  const order = params.get("sort");
  const later = (a, b) => (a.published < b.published ? 1 : -1);
  found.sort(order === "newest" ? later : order === "oldest" ? (a, b) => later(b, a) : (a, b) => b.score - a.score || later(a, b));
  const page = Math.max(1, +params.get("page") || 1), marks = groups.flatMap((group) => group.flatMap((term) => term.marks));
  return {
    hits: found.slice((page - 1) * SIZE, page * SIZE).map((one) => shaped(one, marks)),
    total: found.length, page, pages: Math.min(50, Math.ceil(found.length / SIZE)),
    note: main.dataset.api ? say(8) : "",
  };
}

// A static message in the shape of an API hit. Folding may move places, so marks are sought in the text itself.
function shaped(one, marks) {
  const { text } = one, found = [];
  const pattern = marks.join("|"); // letters, digits, # and spaces: nothing to escape
  if (pattern) for (const hit of text.matchAll(new RegExp(pattern, "giu"))) found.push([hit.index, hit.index + hit[0].length]);
  const start = Math.max(0, (found[0]?.[0] ?? 0) - 40), end = start + PIECE;
  const inside = found.filter(([a, b]) => a >= start && b <= end).map(([a, b]) => [a - start, b - start]);
  return {
    ...one, person: { name: one.author }, snippet: [{ text: text.slice(start, end), marks: inside }],
    parent: one.type === "reply" ? { title: one.title } : null,
  };
}

// Drawing

function node(name, props = {}, ...inside) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...inside);
  return made;
}

function piece({ text, marks }) {
  const shown = node("p", { dir: "auto" });
  let at = 0;
  for (const [start, end] of marks) {
    shown.append(text.slice(at, start), node("mark", {}, text.slice(start, end)));
    at = end;
  }
  shown.append(text.slice(at));
  return shown;
}

const dates = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "long", timeZone: "UTC" });

function line(hit) {
  const address = new URL(hit.url, root);
  const title = hit.parent ? say(2, hit.parent.title) : hit.title || say(3);
  const date = hit.published ? node("time", { dateTime: hit.published }, dates.format(new Date(hit.published))) : say(5);
  const meta = node("p", { className: "meta" }, `${hit.channel} · `, node("bdi", {}, hit.person.name || say(4)), " · ", date);
  const link = node("a", {}, title);
  if (/^https?:$/.test(address.protocol)) link.href = address;
  return node("li", {}, link, meta, ...hit.snippet.map(piece));
}

const pager = node("p", { className: "pager" });
document.querySelector("#hits + .pager")?.remove();
list.after(pager);
let announcing;

function draw(found, params) {
  list.start = (found.page - 1) * SIZE + 1;
  list.replaceChildren(...found.hits.map(line));
  const turn = (page, text) => {
    const to = new URLSearchParams(params);
    to.set("page", page);
    return node("a", { href: `?${to}` }, text);
  };
  pager.replaceChildren(...(found.page > 1 ? [turn(found.page - 1, "←")] : []), " ", ...(found.page < found.pages ? [turn(found.page + 1, "→")] : []));
  const meant = found.corrected ? say(6, found.corrected) : found.suggestions?.length ? say(7, found.suggestions[0]) : "";
  announce([found.total === 1 ? say(0) : say(1, found.total), meant, found.note].filter(Boolean).join(" "));
}

function announce(text) {
  clearTimeout(announcing);
  announcing = setTimeout(() => { status.textContent = text; }, status.textContent ? 500 : 0);
}

// Asking: only the newest question may draw.

let asking, typing;

async function ask(params) {
  asking?.abort();
  const mine = asking = new AbortController();
  if (!(params.get("q") || "").trim()) {
    list.replaceChildren();
    pager.replaceChildren();
    announce("");
    return;
  }
  let found;
  try {
    found = main.dataset.api && await fromApi(params, mine.signal).catch(() => null) || mine.signal.aborted || await fromStatic(params);
  } catch {
    if (mine === asking) announce(say(9));
    return;
  }
  if (mine === asking) draw(found, params);
}

function typed(push) {
  clearTimeout(typing);
  const params = state();
  params.set("q", field.value);
  params.delete("page");
  history[push ? "pushState" : "replaceState"](null, "", `?${params}`);
  ask(params);
}

field.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(typed, WAIT, false); });
field.addEventListener("focus", () => { if (!main.dataset.api) load().catch(() => {}); }, { once: true });
form.addEventListener("submit", (event) => { event.preventDefault(); typed(true); });
addEventListener("popstate", () => { field.value = state().get("q") || ""; ask(state()); });
form.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && list.firstChild) {
    event.preventDefault();
    list.querySelector("a").focus();
  } else if (event.key === "Escape" && field.value) {
    event.preventDefault();
    field.value = "";
    typed(false);
  } else if (event.key === "Escape") field.blur();
});
list.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("li > a")], at = links.indexOf(document.activeElement);
  const to = { ArrowDown: links[at + 1], ArrowUp: links[at - 1] ?? field }[event.key];
  if (at < 0 || !to) return;
  event.preventDefault();
  to.focus();
});

field.value = state().get("q") || "";
ask(state());
