// Turns the messages of the wall, asks once a minute for new ones, and goes on with what it has when nobody answers.
// ?theme=dark&speed=1.5&channel=blog&grid=2; Space, arrows, f, r.
const main = document.getElementById("main");
const queue = document.getElementById("queue");
const button = document.getElementById("play");
const late = document.getElementById("late");
const options = new URLSearchParams(location.search);
const speed = Math.min(Math.max(Number(options.get("speed")) || 1, 0.25), 4);
const EVERY = 60_000;
const LATE = 5 * EVERY;
const CALM = 10; // messages that are not shown again before others were; after as many the pinned one comes back
const QUEUE = 80; // messages that are turned
const many = options.get("grid") === "2" ? 4 : 1; // at once

let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
let timer = 0;
let drift = 0;
let etag = "";
let pin = main.dataset.pin;
let heard = Date.now();
const recent = [];
const fresh = [];

const all = () => [...queue.children];
const able = () => all().filter((item) => !("unfit" in item.dataset));
const word = (element, at) => element.dataset.words.split("|")[at];

function seconds(item) {
  const words = item.querySelector(".said").textContent.trim().split(/\s+/).length;
  return Math.min(Math.max(8, words / 2.5 + 3), 20) / speed;
}

const bySentence = new Intl.Segmenter(undefined, { granularity: "sentence" });
const byWord = new Intl.Segmenter(undefined, { granularity: "word" });

// A text without its last sentence; of a single one without its last word.
function shorter(text) {
  const bare = text.replace(/\s*…$/, "");
  const parts = [bySentence, byWord].map((kind) => [...kind.segment(bare)]).find((found) => found.length > 1);
  return parts ? `${bare.slice(0, parts.at(-1).index).trimEnd()} …` : "";
}

// What has no room is set one step smaller, then ends earlier. What its terms keep whole waits for a larger screen.
function fit(item) {
  const said = item.querySelector(".said");
  const over = () => item.scrollHeight > item.clientHeight + 1;
  said.textContent = said.dataset.all ??= said.textContent;
  said.classList.remove("long");
  said.classList.toggle("long", over());
  item.toggleAttribute("data-unfit", "whole" in item.dataset && over());
  while (!("unfit" in item.dataset) && said.textContent && over()) said.textContent = shorter(said.textContent);
}

function fitted(items) {
  items.forEach(fit);
  return !items.some((item) => "unfit" in item.dataset);
}

function show(items) {
  if (!items.length) return;
  if (recent.length) document.body.classList.add("moving"); // the first one stands there at once
  drift = (drift + 1) % 3;
  for (const other of all()) {
    other.inert = !items.includes(other);
    if (other.inert) delete other.dataset.on;
    else other.dataset.on = drift;
  }
  if (!fitted(items)) return next();
  recent.push(...items.map((item) => item.dataset.key));
  recent.splice(0, recent.length - Math.max(CALM, many));
  clearTimeout(timer);
  if (playing) timer = setTimeout(next, Math.max(...items.map(seconds)) * 1000);
}

// What is new comes first and once; then what is pinned, if it was not there lately; else one that was not either.
function chosen(shown) {
  const items = able().filter((item) => !shown.includes(item));
  while (fresh.length) {
    const key = fresh.shift();
    const item = items.find((one) => one.dataset.key === key);
    if (item) return item;
  }
  const others = items.filter((item) => !recent.includes(item.dataset.key));
  const pinned = others.find((item) => item.dataset.key === pin);
  const choice = others.length ? others : items;
  return pinned ?? choice[Math.floor(Math.random() * choice.length)];
}

function next() {
  const items = [];
  while (items.length < Math.min(many, able().length)) items.push(chosen(items));
  show(items);
}

function step(by) {
  const items = able();
  const at = items.findIndex((item) => "on" in item.dataset) + by * many;
  show(items.slice(0, many).map((_, place) => items[(at + place + items.length * many) % items.length]));
}

function again() {
  if (!fitted(all().filter((item) => "on" in item.dataset))) next();
}

function play(on) {
  playing = on;
  button.textContent = word(button, playing ? 0 : 1);
  clearTimeout(timer);
  if (playing) next();
}

function made(row) {
  const item = document.createElement("li");
  const add = (parent, tag, words, attributes = {}) => {
    const element = document.createElement(tag);
    element.textContent = words;
    for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
    parent.append(element);
    return element;
  };
  item.inert = true; // until its turn
  item.dataset.key = row.id;
  item.dataset.channel = row.channel;
  item.toggleAttribute("data-whole", row.whole);
  add(item, "h2", row.name, { dir: "auto" });
  add(item, "p", row.text, { class: "said", dir: "auto", lang: row.lang });
  if (row.picture) add(item, "img", "", { src: row.picture, alt: row.alt || " " });
  const from = add(item, "p", "", { class: "from" });
  const place = add(from, "a", row.label, { class: "place", href: row.url });
  place.dataset.kind = row.kind;
  const when = row.origin ? add(from, "a", "", { href: row.origin, rel: "noopener" }) : from;
  add(when, "time", row.date, { datetime: row.iso });
  return item;
}

const wanted = (channel) => !options.get("channel") || options.get("channel") === channel;

function take(rows) {
  const queued = rows.filter((row) => wanted(row.channel)).filter((row, at) => at < QUEUE || row.id === pin);
  const keys = new Set(queued.map((row) => row.id));
  const known = new Set(all().map((item) => item.dataset.key));
  for (const item of all()) if (!keys.has(item.dataset.key)) item.remove();
  for (const row of queued) {
    if (known.has(row.id)) continue;
    queue.append(made(row));
    if (etag) fresh.push(row.id);
  }
  if (!queue.querySelector("[data-on]")) next();
}

async function ask() {
  if (!document.hidden) {
    try {
      const answer = await fetch(main.dataset.feed, { cache: "no-cache", headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.status === 200) {
        const told = await answer.json();
        pin = told.pin;
        take(told.items);
        etag = answer.headers.get("ETag") ?? "known";
      }
      if (answer.ok || answer.status === 304) heard = Date.now();
    } catch { /* offline: what is here is shown on */ }
  }
  late.hidden = Date.now() - heard < LATE;
  late.textContent = late.dataset.words.replace("{}", new Date(heard).toLocaleTimeString([], { timeStyle: "short" }));
  setTimeout(ask, EVERY + Math.random() * 5_000);
}

const keys = {
  " ": () => play(!playing),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
  r: () => { recent.length = 0; next(); },
};

let still = 0;
function awake() {
  document.body.classList.remove("idle");
  clearTimeout(still);
  still = setTimeout(() => document.body.classList.add("idle"), 3_000);
}

// A screen stays lit; the browser takes that back whenever its tab is hidden.
const lit = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});

if (queue) {
  document.body.classList.add("turning");
  if (options.get("theme")) document.documentElement.dataset.theme = options.get("theme") === "dark" ? "dark" : "light";
  button.parentElement.hidden = false;
  document.documentElement.dataset.js = "";
  button.addEventListener("click", () => play(!playing));
  button.textContent = word(button, playing ? 0 : 1);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target === button)) return;
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("resize", () => {
    for (const item of all()) delete item.dataset.unfit;
    again();
  });
  queue.addEventListener("load", again, true); // a picture takes room once it is there
  addEventListener("pointermove", awake);
  awake();
  document.addEventListener("visibilitychange", lit);
  lit();
  document.body.classList.toggle("four", many > 1);
  for (const item of all()) if (!wanted(item.dataset.channel)) item.remove();
  const pinned = all().filter((item) => item.dataset.key === pin);
  show([...pinned, ...all().filter((item) => item.dataset.key !== pin)].slice(0, many));
  ask();
}
