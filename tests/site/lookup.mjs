// Runs theme/static/lookup.js on files of a folder: node lookup.mjs SCRIPT FOLDER < calls.json > answers.json
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

const [script, folder] = process.argv.slice(2);
const source = Buffer.from(await readFile(script)).toString("base64");
const { Lookup, parse, show, asked, fold, tokens, cellOf, snippets } = await import(`data:text/javascript;base64,${source}`);

let read = [];
const get = async (path) => {
  const text = await readFile(`${folder}/${path}`);
  read.push(path);
  return JSON.parse(text);
};
const lookup = new Lookup(get);
const calls = {
  parse: (text) => { const { tree, text: kept, note } = parse(text); return [show(tree), kept, note]; },
  asked, fold, cell: cellOf,
  tokens: (text) => [...tokens(text)].map(({ terms, start, end }) => [terms.filter(Boolean), start, end]),
  snippets: (text, marks) => snippets(text, new Set(marks)).map((piece) => [piece.text, piece.marks]),
  search: (question) => lookup.search(question),
  // what a first question reads
  fresh: async (question) => { read = []; await new Lookup(get).search(question); return read; },
};
const asking = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const [name, ...given] of asking) answers.push(await calls[name](...given));
console.log(JSON.stringify(answers));
