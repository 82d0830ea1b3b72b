// The search of a plain file host: reads the files that hub/site/search.py writes and answers in the shape of the API.
// The grammar is that of hub/query.py, folding that of hub/index/words.py, weights those of hub/index/matching.py and
// hub/index/answer.py; tests/site/test_lookup.py holds them together. Stems are not found here: they lie in the files.

const LENGTH = 256, TERMS = 16, DEPTH = 16, PREFIX = 3, PAGES = 50, DEEPEST = 1000;
const size = (text) => [...text].length;

// The grammar

const S = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"; // Python's white space
const TOKEN = new RegExp(
  `(?<space>[${S}]+)|(?<open>-?\\()|(?<close>\\))` +
  `|(?<minus>-(?=[^${S}()\\-]))?(?:(?<field>[a-z]+):(?=[^${S}()]))?` +
  `(?:"(?<phrase>[^"]*)(?<end>"|$)|(?<word>[^${S}()"]+)|(?<quote>"))|(?<other>[^])`, "giu");
const HAS = ["image", "video", "audio", "poll", "link"], IS = ["ours", "edited", "automated", "answered", "unanswered"];
const NEEDS = {
  from: "names nobody", channel: "names no channel", topic: "names no topic", type: "must be post or reply",
  lang: "must be a language such as de", before: "must be a date such as 2026-11-05", after: "must be a date such as 2026-11-05",
  has: `must be one of ${HAS.join(", ")}`, is: `must be one of ${IS.join(", ")}`,
};
const strip = (text) => text.replace(new RegExp(`^[${S}]+|[${S}]+$`, "gu"), "");
const clean = (text) => text.replace(/\p{Cs}/gu, "").replace(/[\x00-\x1f\x7f-\x9f]/g, " ");

// The first day of a year, month or day and the day after its last one, counted from 1970; null when it names none.
export function period(text) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text) ?? [];
  const on = (y, m, d) => new Date(0).setUTCFullYear(y, m - 1, d) / 864e5;
  const first = year && on(+year, +(month ?? 1), +(day ?? 1));
  if (!first && first !== 0) return null;
  const last = day ? first + 1 : month ? on(+year, +month + 1, 1) : on(+year + 1, 1, 1);
  const shown = new Date(first * 864e5).toISOString().slice(0, 10);
  return shown === `${year}-${month ?? "01"}-${day ?? "01"}` && year > 0 && last <= 2932896 ? [first, last] : null;
}

function property(name, raw) {
  const value = name === "from" ? strip(raw) : strip(raw).toLowerCase();
  const sound = {
    from: value, channel: value, topic: value.replace(/^#+/, ""), type: ["post", "reply"].includes(value),
    lang: /^[a-z]{2,3}(-[a-z0-9]+)*$/.test(value), before: period(value), after: period(value),
    has: HAS.includes(value), is: IS.includes(value),
  };
  if (!Object.hasOwn(sound, name) || !sound[name]) return null;
  return { is: "field", name, value: name === "topic" ? value.replace(/^#+/, "") : value };
}

// Reads tokens onto a stack of groups. Gives the tree, the cleaned text, and a note on what could not be meant.
export function parse(raw) {
  const notes = [], stack = [{ parts: [] }];
  let terms = 0, minus = false, text = clean(raw);
  const top = () => stack.at(-1);
  const add = (node) => {
    const frame = top();
    if (frame.either && frame.parts.length) {
      const last = frame.parts.pop();
      node = { is: "either", parts: [...(last.is === "either" ? last.parts : [last]), node] };
    }
    frame.either = false;
    frame.parts.push(node);
  };
  const whole = ({ parts, negated }) => {
    const node = parts.length === 1 ? parts[0] : { is: "all", parts };
    return negated ? { is: "not", part: node } : node;
  };
  const term = (node) => {
    if (++terms > TERMS) notes.push(`Only the first ${TERMS} terms were searched.`);
    else add(minus ? { is: "not", part: node } : node);
  };
  const word = (value, last) => {
    const stem = value.replace(/\*+$/, ""), starred = stem !== value, long = size(stem) >= PREFIX;
    if (starred && !long) notes.push(`“${value}” is too short to stand for many words.`);
    if (stem.startsWith("*")) notes.push("A star can only end a word.");
    if (stem) term({ is: "word", text: stem, prefix: long && (starred || last) });
  };
  const spoken = () => {
    notes.push("“OR” was searched as a word.");
    top().either = false;
    word("OR", false);
  };
  const close = () => {
    if (stack.length === 1) return notes.push("A bracket was not opened.");
    const group = stack.pop();
    if (group.either) notes.push("OR needs something on both sides.");
    if (group.parts.length) add(whole(group));
  };
  const field = (name, value, quoted) => {
    const checked = property(name, value);
    if (checked) return term(checked);
    if (Object.hasOwn(NEEDS, name)) notes.push(`“${name}:${value}” ${NEEDS[name]}; it was searched as text.`);
    else if (!value.startsWith("//")) notes.push(`There is no field “${name}:”; it was searched as text.`);
    term(quoted ? { is: "phrase", text: `${name} ${value}` } : { is: "word", text: `${name}:${value}`, prefix: false });
  };
  if (size(text) > LENGTH) {
    notes.push(`Only the first ${LENGTH} characters were searched.`);
    text = [...text].slice(0, LENGTH).join("");
  }
  for (const found of text.matchAll(TOKEN)) {
    const at = found.groups, quoted = at.phrase !== undefined, value = at.phrase ?? at.word;
    if (at.open && stack.length > DEPTH) notes.push("Some brackets were too deep and were left out.");
    else if (at.open) stack.push({ parts: [], negated: at.open[0] === "-" });
    else if (at.close) close();
    else if (at.word === "OR" && !at.minus && !at.field) {
      if (top().parts.length && !top().either) top().either = true;
      else spoken();
    } else if (value) {
      if (quoted && !at.end) notes.push("A quotation mark was not closed.");
      minus = Boolean(at.minus);
      if (at.field) field(at.field.toLowerCase(), value, quoted);
      else if (quoted) term({ is: "phrase", text: strip(value) });
      else word(value, found.index + found[0].length === text.length && !minus);
      minus = false;
    }
  }
  if (stack.length > 1) notes.push("A bracket was not closed.");
  while (stack.length > 1) close();
  if (stack[0].either) spoken();
  return { tree: whole(stack[0]), text: strip(text), note: [...new Set(notes)].join(" ") };
}

// The tree in the grammar's own words, with every group in brackets.
export function show(node) {
  switch (node.is) {
    case "word": return node.text + (node.prefix ? "*" : "");
    case "phrase": return `"${node.text}"`;
    case "field": return node.value.includes(" ") ? `${node.name}:"${node.value}"` : `${node.name}:${node.value}`;
    case "not": return `-${show(node.part)}`;
    default: return `(${node.parts.map(show).join(node.is === "all" ? " " : " OR ")})`;
  }
}

function* wordsOf(node) {
  if (node.is === "word") yield node;
  else if (node.parts) for (const part of node.parts) yield* wordsOf(part);
}

// From text to terms

const MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc" +
  "\u06df-\u06e8\u0900-\u0963\u0970-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff";
const UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf" +
  "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}";
const EMOJI = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u{1f000}-\u{1faff}";
const PIECES = new RegExp(
  `(?<tag>[#\uff03](?=[\\p{L}\\p{N}_${MARKS}]))?(?:(?<run>[${UNSPACED}]+)` +
  `|(?<word>(?![_${UNSPACED}])[\\p{L}\\p{N}][\\p{L}\\p{N}_${MARKS}]*))|(?<emoji>[${EMOJI}])`, "gu");
const CUT = new RegExp(`^[${UNSPACED}]`, "u");
const COMBINING = /[\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb\u1037\u1039-\u103a\u108d\u17d2\u17dd\u3099-\u309a]/; // of those scripts' marks the ones that do not stand for themselves
const STRIPPED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]/u;
const SPELLED = { ß: "ss", ς: "σ", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i", ة: "ه", ى: "ي", ـ: "" };
const ARTICLE = /^و?(?:ال|بال|كال|فال|لل)(?=[\p{L}\p{N}_]{2})|^و(?=[\p{L}\p{N}_]{3})/u;

export function fold(word) {
  if (/^[\x00-\x7f]*$/.test(word)) return word.toLowerCase().slice(0, 64);
  let kept = "", keeps = false;
  for (const sign of word.normalize("NFKD").toLowerCase()) {
    if (/\p{M}/u.test(sign) && (COMBINING.test(sign) || !unspaced(sign))) kept += keeps ? sign : "";
    else [kept, keeps] = [kept + sign, !STRIPPED.test(sign)];
  }
  return [...kept.normalize("NFC").replace(/[ßςøłđæœıةىـ]/g, (sign) => SPELLED[sign])].slice(0, 64).join("");
}

const unspaced = (text) => CUT.test(text);

// The terms of a query's word or phrase, in order.
export function asked(text) {
  const found = [...text.matchAll(PIECES)].map((match) => match.groups);
  if (found.length === 1 && found[0].tag) return ["#" + fold((found[0].run ?? found[0].word).replace(/_+$/, ""))];
  return found.flatMap(({ run, word, emoji }) => {
    const signs = run ? [...run] : [];
    if (signs.length > 1) return signs.slice(1).map((sign, at) => fold(signs[at] + sign));
    return [fold((run ?? word ?? emoji).replace(/_+$/, ""))];
  }).filter(Boolean);
}

// The plain terms of a text with where they stand, counted in characters as Python counts them.
export function* tokens(text) {
  let at = 0, passed = 0;
  for (const match of text.matchAll(PIECES)) {
    at += size(text.slice(passed, match.index));
    passed = match.index;
    const { tag, run, word, emoji } = match.groups, start = at + (tag ? 1 : 0), signs = [...(run ?? word ?? emoji)];
    const named = tag ? "#" + fold((run ?? word).replace(/_+$/, "")) : "";
    if (!run) yield { terms: [word ? fold(word.replace(/_+$/, "")) : emoji, named], start: at, end: start + signs.length };
    else for (let i = 0; i < signs.length; i++) {
      yield { terms: [fold(signs[i] + (signs[i + 1] ?? "")), i ? "" : named], start: start + i, end: start + Math.min(i + 2, signs.length) };
    }
  }
}

// Which of so many cells a term lies in.
export function cellOf(term, many) {
  const bare = term.replace(/^#/, "").replace(ARTICLE, "");
  let mixed = 0;
  for (const letter of [...bare].slice(0, unspaced(bare) ? 1 : 3)) mixed = mixed * 31 + letter.codePointAt(0);
  return Math.floor((Math.imul(mixed, 0x9e3779b1) >>> 0) * many / 2 ** 32);
}

// Numbers as hub/site/lexicon.py writes them: digits of base 45, the last one of each from the first half of the signs.
const BASE = 45;

function reader(written) {
  let at = 0;
  const next = () => {
    for (let value = 0, weight = 1; ; weight *= BASE) {
      const code = written.charCodeAt(at++), digit = code - 0x23 - (code > 0x5c ? 1 : 0);
      value += (digit % BASE) * weight;
      if (digit < BASE) return value;
    }
  };
  return { next, more: () => at < written.length };
}

export function numbers(written) {
  const { next, more } = reader(written), found = [];
  while (more()) found.push(next());
  return found;
}

// Every place of a term: message, field (0 title, 1 text, 2 author), position.
function places(written, each) {
  const { next, more } = reader(written);
  let message = 0;
  while (more()) {
    message += next();
    for (let field = -1, position = 0, last = false; !last;) {
      const value = next(), of = value >> 1 & 3;
      position = (of === field ? position : 0) + (value >> 3);
      [field, last] = [of, Boolean(value & 1)];
      each(message, field, position);
    }
  }
}

const length = (sign) => 2 ** ((sign - 0x23 - (sign > 0x5c ? 1 : 0)) / 4) - 1;

// The files

class Block {
  constructor(library, [name, docs, many]) {
    Object.assign(this, { library, name, docs, many, cells: new Map() });
  }

  get(file) { return this.library.file(`${this.name}/${file}`); }

  // What ranks its messages. A message that is not in here yet is not in the block: the files are of two moments then.
  async open() {
    const { days, types, title, body, lengths, letters } = await this.get("rank");
    let day = 0;
    this.days = numbers(days).map((step) => (day += step));
    this.docs = Math.min(this.docs, this.days.length);
    Object.assign(this, { types, title, body, lengths, letters });
  }

  async cell(term) {
    const at = cellOf(term, this.many);
    if (!this.cells.has(at)) {
      const held = new Map();
      for (const [key, written] of Object.entries(await this.get(`${this.many}-${at}`))) {
        const [word, ...stems] = key.split("~");
        held.set(word, { word, stems, written });
      }
      this.cells.set(at, held);
    }
    return this.cells.get(at);
  }

  // message → how often the term stands in [title, text, author]
  counts(entry) {
    if (!entry.counts) {
      entry.counts = new Map();
      entry.held = [0, 0, 0];
      places(entry.written, (message, field) => {
        if (message >= this.docs) return;
        if (!entry.counts.has(message)) entry.counts.set(message, [0, 0, 0]);
        const row = entry.counts.get(message);
        if (!row[field]++) entry.held[field]++;
      });
    }
    return entry.counts;
  }

  async facets() {
    if (this.values) return;
    const files = await this.get("facets"), found = {};
    for (const [name, { values, of }] of Object.entries(files)) {
      const { next, more } = reader(of);
      const several = name === "topic" || name === "has";
      found[name] = [];
      while (more()) found[name].push(Array.from({ length: several ? next() : 1 }, () => values[next()]));
    }
    found.type = [...this.types].map((type) => [type === "p" ? "post" : "reply"]);
    found.day = this.days.map((day) => (day ? [new Date(day * 864e5).toISOString().slice(0, 10)] : []));
    found.month = found.day.map((days) => days.map((day) => day.slice(0, 7)));
    found.answered = found.has.map((all) => ANSWERED.filter((value) => all.includes(`is:${value}`)));
    this.values = found;
  }

  // Every value of a facet that is here.
  known(facet) { return (this.told ??= {})[facet] ??= new Set(facet === "answered" ? ANSWERED : this.values[facet].flat()); }

  value(facet, message) { return this.values[facet]?.[message] ?? []; }

  norm(field, message, usual) {
    return 0.4 + 0.6 * length((field ? this.body : this.title).charCodeAt(message)) / usual;
  }
}

// Matching. A part of a query finds message → score in one block, among those given.

const WEIGHTS = [2.5, 1, 0.8], STEM = 0.6, BEGINS = 0.4, NEAR = 0.25, K = 1.2, EXPANSIONS = 48;
const saturated = (held) => held * (K + 1) / (held + K);

class Planner {
  constructor(blocks, near = new Map()) {
    Object.assign(this, { blocks, near });
    this.docs = blocks.reduce((sum, block) => sum + block.docs, 0) || 1;
    this.usual = [0, 1].map((field) => blocks.reduce((sum, block) => sum + block.lengths[field], 0) / this.docs || 1);
  }

  rarity(known) { return Math.log(1 + (this.docs - Math.min(known, this.docs) + 0.5) / (known + 0.5)); }

  async plan(node) {
    switch (node.is) {
      case "word": return this.terms(asked(node.text), node.prefix, true);
      case "phrase": return this.terms(asked(node.text), false, false);
      case "field": return this.property(node);
      case "not": {
        const part = await this.plan(node.part);
        return part && { cost: this.docs, marks: [], find: (block, within) => without(every(block, within), part, block) };
      }
      case "either": {
        const parts = (await Promise.all(node.parts.map((part) => this.plan(part)))).filter(Boolean);
        return parts.length ? oneOf(parts) : null;
      }
      default: return this.all(node.parts);
    }
  }

  async all(nodes) {
    const planned = await Promise.all(nodes.map((node) => this.plan(node.is === "not" ? node.part : node)));
    const wanted = planned.filter((part, at) => part && nodes[at].is !== "not").sort((a, b) => a.cost - b.cost);
    const nots = planned.filter((part, at) => part && nodes[at].is === "not");
    return nodes.length && !wanted.length && !nots.length ? null : both(wanted, nots, wanted[0]?.cost ?? this.docs);
  }

  terms(found, prefix, inflected) {
    if (!found.length) return null;
    return found.length > 1 ? this.run(found) : this.word(found[0], prefix, inflected);
  }

  // The words that stand for one word, each with its weight: itself, its inflections, longer ones, likely typos.
  async word(word, prefix, inflected) {
    const plain = word[0] !== "#" && !unspaced(word), near = inflected && plain ? this.near.get(word) ?? [] : [];
    const cells = await Promise.all(this.blocks.map((block) => block.cell(word)));
    const roots = new Set(inflected && plain ? [word, ...cells.flatMap((cell) => cell.get(word)?.stems ?? [])] : []);
    const weights = new Map([[word, 1]]);
    let inflections = 0;
    for (const [at, cell] of cells.entries()) {
      if (roots.size) for (const { word: other, stems, written } of cell.values()) {
        const stemmed = stems.some((stem) => roots.has(stem));
        if (!stemmed && (other === word || !roots.has(other))) continue;
        weights.set(other, (other === word ? 1 : 0) + (stemmed ? STEM : 0) + (other !== word && roots.has(other) ? STEM : 0));
        if (stemmed) inflections += this.blocks[at].counts(cell.get(other)).size;
      }
    }
    for (const [other, edits] of near) if (!weights.has(other)) weights.set(other, NEAR ** edits);
    if (prefix || (unspaced(word) && size(word) === 1)) {
      for (const longer of beginning(cells, word)) if (!weights.has(longer)) weights.set(longer, BEGINS);
    }
    const entries = await Promise.all(this.blocks.map((block) => this.entries(block, weights)));
    return this.weigh(entries, WEIGHTS, inflections);
  }

  async entries(block, weights) {
    const found = await Promise.all([...weights].map(async ([word, weight]) => [(await block.cell(word)).get(word), weight]));
    return found.filter(([entry]) => entry);
  }

  // A word from its entries of each block.
  weigh(entries, fields, known = 0) {
    const at = new Map(this.blocks.map((block, i) => [block, entries[i]])), held = new Map();
    for (const [block, found] of at) for (const [entry] of found) {
      block.counts(entry);
      const sum = held.get(entry.word) ?? [0, 0, 0];
      held.set(entry.word, sum.map((count, field) => count + entry.held[field]));
    }
    const most = [...held.values()].map((sum) => Math.max(...sum));
    const rarity = this.rarity(Math.max(known, ...most, 0));
    const find = (block, within) => {
      const scores = new Map();
      for (const [entry, weight] of at.get(block)) for (const [message, counts] of block.counts(entry)) {
        if (within && !within.has(message)) continue;
        let score = 0;
        for (let field = 0; field < 3; field++) {
          if (!counts[field] || !fields[field]) continue;
          const norm = field < 2 ? block.norm(field, message, this.usual[field]) : 1;
          score += weight * fields[field] * counts[field] / norm;
        }
        if (score) scores.set(message, (scores.get(message) ?? 0) + score);
      }
      for (const [message, score] of scores) scores.set(message, rarity * saturated(score));
      return scores;
    };
    return { find, cost: most.reduce((sum, count) => sum + count, 0), marks: [...held.keys()] };
  }

  // Plain terms side by side.
  async run(terms) {
    const entries = await Promise.all(this.blocks.map(async (block) =>
      Promise.all(terms.map(async (term) => (await block.cell(term)).get(term)))));
    const at = new Map(this.blocks.map((block, i) => [block, entries[i]]));
    const known = terms.map((_, i) => [0, 1, 2].reduce((most, field) => Math.max(most, this.blocks.reduce((sum, block) => {
      const entry = at.get(block)[i];
      return sum + (entry ? (block.counts(entry), entry.held[field]) : 0);
    }, 0)), 0));
    const rarity = known.reduce((sum, count) => sum + this.rarity(count), 0);
    const find = (block, within) => {
      const scores = new Map(), found = at.get(block);
      if (found.some((entry) => !entry)) return scores;
      for (const [message, times] of sideBySide(found, block, within)) scores.set(message, rarity * saturated(times));
      return scores;
    };
    return { find, cost: Math.min(...known), marks: terms };
  }

  async property({ name, value }) {
    if (name === "from") {
      const weigh = async (term) => {
        const entries = await Promise.all(this.blocks.map((block) => this.entries(block, new Map([[term, 1]]))));
        return this.weigh(entries, [0, 0, 1]);
      };
      const parts = await Promise.all(asked(value).map(weigh));
      return parts.length ? both(parts, [], Math.min(...parts.map((part) => part.cost))) : null;
    }
    const [first] = period(value) ?? [];
    const has = (facet, wanted) => (block, n) => block.value(facet, n).includes(wanted);
    const holds = {
      channel: (block, n) => block.value("channel", n)[0]?.toLowerCase() === value,
      type: (block, n) => block.types[n] === value[0],
      lang: has("language", value.split("-")[0]),
      topic: has("topic", value.split(/[-_\s]+/).filter(Boolean).join(" ")),
      before: (block, n) => block.days[n] > 0 && block.days[n] < first,
      after: (block, n) => block.days[n] >= Math.max(first, 1),
      is: has("has", `is:${value}`),
      has: has("has", value),
    }[name];
    if (!["type", "before", "after"].includes(name)) await Promise.all(this.blocks.map((block) => block.facets()));
    const find = (block, within) => new Map([...every(block, within).keys()].filter((n) => holds(block, n)).map((n) => [n, 0]));
    return { find, cost: this.docs, marks: [] };
  }
}

const every = (block, within) => new Map(Array.from(within?.keys() ?? Array(block.docs).keys(), (n) => [n, 0]));

function without(found, part, block) {
  for (const message of part.find(block, found).keys()) found.delete(message);
  return found;
}

function both(parts, nots, cost) {
  const find = (block, within) => {
    let found = null;
    for (const part of parts) {
      const scores = part.find(block, within);
      if (found) for (const [message, score] of scores) scores.set(message, score + found.get(message));
      within = found = scores;
      if (!found.size) return found;
    }
    found ??= every(block, within);
    for (const part of nots) without(found, part, block);
    return found;
  };
  return { find, cost, marks: parts.flatMap((part) => part.marks) };
}

function oneOf(parts) {
  const find = (block, within) => {
    const found = new Map();
    for (const part of parts) for (const [message, score] of part.find(block, within)) {
      found.set(message, (found.get(message) ?? 0) + score);
    }
    return found;
  };
  return { find, cost: parts.reduce((sum, part) => sum + part.cost, 0), marks: parts.flatMap((part) => part.marks) };
}

// The most frequent words that begin so; how much is written of a word tells how frequent it is.
function beginning(cells, prefix) {
  const found = new Map();
  for (const cell of cells) for (const { word, written } of cell.values()) {
    if (word.startsWith(prefix)) found.set(word, (found.get(word) ?? 0) + written.length);
  }
  return [...found].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, EXPANSIONS).map(([word]) => word);
}

// message → how often the terms stand in this order, weighed by field.
function sideBySide(entries, block, within) {
  let starts = null; // "message field position" of the first term
  for (const at of entries.map((_, i) => i).sort((a, b) => entries[a].written.length - entries[b].written.length)) {
    const here = new Set();
    places(entries[at].written, (message, field, position) => {
      if (message >= block.docs || (within && !within.has(message)) || position < at) return;
      const start = (message * 4 + field) * 65536 + position - at;
      if (!starts || starts.has(start)) here.add(start);
    });
    starts = here;
  }
  const times = new Map();
  for (const start of starts) {
    const place = Math.floor(start / 65536), message = place >> 2;
    times.set(message, (times.get(message) ?? 0) + WEIGHTS[place & 3]);
  }
  return times;
}

// Words that one may be a typo of: one edit for 4 to 7 letters, two from 8 on; the first letter is right. Where there
// are none, words that end otherwise: inflections of a word that the index does not hold.
async function nearest(blocks, word) {
  const edits = word.length < 4 ? 0 : word.length < 8 ? 1 : 2, held = new Map(), [letter] = word;
  if (!edits) return [];
  const with_ = blocks.filter((block) => [...block.letters].includes(letter));
  for (const sizes of await Promise.all(with_.map((block) => block.get(`words-${letter.codePointAt(0).toString(16)}`)))) {
    for (const [bits, words] of Object.entries(sizes)) for (const other of words.split(" ")) {
      held.set(other, (held.get(other) ?? 0) + 2 ** bits);
    }
  }
  const order = (a, b) => a[1] - b[1] || held.get(b[0]) - held.get(a[0]) || (a[0] < b[0] ? -1 : 1);
  const others = [...held.keys()].filter((other) => other !== word);
  const typos = others.map((other) => [other, apart(word, other, edits)]).filter(([, distance]) => distance <= edits);
  const akin = typos.length || held.has(word) ? [] : others.filter((other) => alike(word, other)).map((other) => [other, 2]);
  return [...typos, ...akin].sort(order).slice(0, 8);
}

// Do they begin alike, four letters or more, and end in three others at most?
function alike(one, other) {
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared++;
  return shared > 3 && Math.max(one.length, other.length) - shared < 4;
}

// How many letters to change, leave out, put in or swap with the next one; more than `most` where that is too many.
function apart(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [], row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...row, ...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row.at(-1);
}

// Snippets: at most two fragments, 200 characters together.

const TOTAL = 200, FRAGMENTS = 2, LEAD = 24;

export function snippets(text, marks) {
  const signs = [...text], spans = [];
  for (const { terms, start, end } of tokens(text)) {
    const term = terms.find((one) => one && marks.has(one));
    if (term) spans.push([start, end, term]);
  }
  if (!spans.length) return strip(text) ? [cut(signs, 0, TOTAL, [])] : [];
  const whole = signs.length <= TOTAL, each = whole ? TOTAL : TOTAL / FRAGMENTS, chosen = [];
  for (const start of starts(spans, each)) {
    if (chosen.length < (whole ? 1 : FRAGMENTS) && chosen.every((other) => Math.abs(start - other) >= each)) chosen.push(start);
  }
  return chosen.sort((a, b) => a - b).map((start) => cut(signs, start, Math.floor(TOTAL / chosen.length), spans));
}

function starts(spans, length) {
  const ranked = spans.slice(0, 500).map(([start], at) => {
    const begin = Math.max(start - LEAD, 0);
    const inside = spans.slice(at, at + 40).filter(([, end]) => end <= begin + length).map(([, , term]) => term);
    return [new Set(inside).size, inside.length, begin];
  });
  return ranked.sort((a, b) => b[0] - a[0] || b[1] - a[1] || a[2] - b[2]).map(([, , begin]) => begin);
}

function cut(signs, begin, length, spans) {
  let end = Math.min(begin + length - 2, signs.length);
  if (end < signs.length) {
    const space = signs.lastIndexOf(" ", end);
    if (space > begin + length / 2) end = space;
  }
  if (begin) {
    const space = signs.indexOf(" ", begin);
    if (space >= 0 && space < begin + LEAD) begin = space + 1;
  }
  const head = begin ? "…" : "", shift = head.length - begin;
  const shown = signs.slice(begin, end).map((sign) => (/\s/.test(sign) ? " " : sign)).join("");
  const marks = [];
  for (const [a, b] of spans) {
    if (a < begin || b > end) continue;
    const last = marks.at(-1);
    if (last && a + shift < last[1]) last[1] = Math.max(last[1], b + shift);
    else marks.push([a + shift, b + shift]);
  }
  return { text: head + shown + (end < signs.length ? "…" : ""), marks };
}

// Answers

const STANDING = ["type", "channel", "language", "has", "answered"]; // facets whose every value is told
const ANSWERED = ["answered", "unanswered"];
const FEW = 3, CHUNK = 8, VALUES = 50, YEAR = 365.25, LASTING = 0.4, POST = 1.3;
export const FACETS = ["channel", "person", "type", "topic", "language", "day", "month", "has", "answered"];

export class Lookup {
  // `get` brings the parsed JSON of a path below search/.
  constructor(get) {
    this.get = get;
    this.files = new Map();
  }

  file(name) {
    if (!this.files.has(name)) {
      const coming = this.get(`${name}.json`);
      coming.catch(() => this.files.delete(name));
      this.files.set(name, coming);
    }
    return this.files.get(name);
  }

  // What every question needs: fetch it when one is likely.
  open() {
    this.opened ??= this.file("index").then(async ({ newest, blocks }) => {
      const made = blocks.map((row) => new Block(this, row));
      await Promise.all(made.map((block) => block.open()));
      return { newest: newest / 86400, blocks: made };
    }).catch((why) => {
      this.opened = undefined;
      throw why;
    });
    return this.opened;
  }

  // `filters`: facet → values, OR inside one, AND across; `from` and `to` are days, months or years, both included.
  // `first`: so many hits of the page are enough, whose texts alone are fetched.
  async search({ q = "", filters = {}, from = "", to = "", sort = "relevance", page = 1, per = 20, first = per, facets = [] }) {
    const { tree, text, note } = parse(q), opened = await this.open();
    const bounds = [period(from)?.[0] ?? -Infinity, period(to)?.[1] ?? Infinity];
    const question = { ...opened, tree, text, filters, bounds, sort, facets };
    if (facets.length || Object.values(filters).some((values) => values.length)) {
      await Promise.all(opened.blocks.map((block) => block.facets()));
    }
    const found = await this.found(question);
    const ordered = order(found, sort), pages = Math.min(Math.ceil(ordered.length / per), PAGES, Math.floor(DEEPEST / per));
    const shown = ordered.slice((page - 1) * per, page * per).slice(0, first);
    return {
      query: text, parsed: show(tree), note, corrected: found.behind.length && !found.kept.length ? found.meant : null,
      total: ordered.length, page, per_page: per, pages, partial: false,
      hits: await Promise.all(shown.map((row) => this.hit(row, found.marks))),
      facets: Object.fromEntries(facets.map((name) => [name, counted(name, found.rows, question)])),
      suggestions: found.meant ? [found.meant] : [],
    };
  }

  // Exact hits; where they are fewer than three, those of near words stand behind them.
  async found(question) {
    const plan = await new Planner(question.blocks).plan(question.tree), rows = run(plan, question);
    const kept = passing(rows, question), marks = new Set(plan?.marks);
    if (kept.length >= FEW || !question.text) return { rows, kept, behind: [], marks, meant: "" };
    const single = new Map([...wordsOf(question.tree)].map((node) => [asked(node.text), node.text]).filter(([found]) => found.length === 1).map(([[term], typed]) => [term, typed]));
    const near = new Map();
    for (const term of single.keys()) near.set(term, await nearest(question.blocks, term));
    const wider = [...near.values()].some((words) => words.length) ? await new Planner(question.blocks, near).plan(question.tree) : null;
    const had = new Set(rows.map((row) => row.key)), more = run(wider, question).filter((row) => !had.has(row.key));
    const meant = await this.meant(question, single, near);
    return { rows: [...rows, ...more], kept, behind: passing(more, question), marks: new Set(wider?.marks ?? marks), meant };
  }

  // The question with each unknown word replaced by the nearest known one; "" when nothing changes.
  async meant({ text, blocks }, single, near) {
    let better = text;
    for (const [term, typed] of single) {
      const known = await Promise.all(blocks.map(async (block) => (await block.cell(term)).has(term)));
      if (near.get(term)?.length && !known.includes(true)) better = better.replace(typed, () => near.get(term)[0][0]);
    }
    return better === text ? "" : better;
  }

  async hit({ block, message, score }, marks) {
    const chunk = await block.get(`d${Math.floor(message / CHUNK)}`), one = chunk[message % CHUNK] ?? {};
    const parent = one.type === "reply" ? { title: one.title ?? "", url: one.parent ?? "" } : null;
    return {
      id: one.id ?? "", url: one.url ?? "", type: one.type ?? "post", channel: one.channel ?? "",
      person: { name: one.name ?? "", handle: one.handle ?? "", url: one.profile ?? "" }, published: one.published ?? null,
      lang: one.lang ?? "", title: parent ? "" : one.title ?? "", snippet: snippets(one.text ?? "", marks), parent, score,
    };
  }
}

// Everything that matches, weighed: the newer the better, posts before replies.
function run(plan, { blocks, newest }) {
  return !plan ? [] : blocks.flatMap((block, at) => Array.from(plan.find(block, null), ([message, score]) => {
    const fresh = LASTING + (1 - LASTING) * 0.5 ** (Math.max(newest - block.days[message], 0) / YEAR);
    const weighed = (score || 0.001) * fresh * (block.types[message] === "p" ? POST : 1);
    return { block, message, score: weighed, key: at * 2 ** 32 + message };
  }));
}

// The matches that pass every filter but that of one facet.
function passing(rows, { filters, bounds: [first, last] }, but = "") {
  const wanted = Object.entries(filters).filter(([name, values]) => name !== but && values.length);
  return rows.filter(({ block, message }) => {
    const day = block.days[message];
    if ((first > -Infinity || last < Infinity) && !(day && first <= day && day < last)) return false;
    return wanted.every(([name, values]) => block.value(name, message).some((value) => values.includes(value)));
  });
}

// Exact hits first, unless the order is by time. Messages are numbered by time, those of no date first.
function order({ kept, behind }, sort) {
  const dated = ({ block, message }) => (block.days[message] ? 1 : 0);
  const newest = (a, b) => dated(b) - dated(a) || b.key - a.key, oldest = (a, b) => dated(b) - dated(a) || a.key - b.key;
  if (sort === "newest" || sort === "oldest") return [...kept, ...behind].sort(sort === "newest" ? newest : oldest);
  const best = (a, b) => b.score - a.score || newest(a, b);
  return [...kept.sort(best), ...behind.sort(best)];
}

// How many hits each value of a facet leaves.
function counted(name, rows, question) {
  const counts = new Map(), chosen = question.filters[name] ?? [];
  for (const { block, message } of passing(rows, question, name)) for (const value of block.value(name, message)) {
    if (value && !value.startsWith("is:")) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (STANDING.includes(name)) for (const block of question.blocks) for (const value of block.known(name)) {
    if (value && !value.startsWith("is:")) counts.set(value, counts.get(value) ?? 0);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, VALUES)
    .map(([value, count]) => ({ value, label: value, count, selected: chosen.includes(value) }));
}
