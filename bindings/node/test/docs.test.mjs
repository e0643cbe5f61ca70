// What is public is documented, and says what the library says.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import ts from "typescript";

const root = new URL("../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");

test("each public item has a comment", () => {
  const missing = [];
  let found = 0;
  for (const name of readdirSync(new URL("dist", root)).filter((name) => name.endsWith(".d.ts"))) {
    const source = ts.createSourceFile(name, read(`dist/${name}`), ts.ScriptTarget.Latest, true);
    const look = (node, path) => {
      const shown = `${path}.${node.name?.getText() ?? "constructor"}`;
      const isPrivate = node.name?.getText().startsWith("#") || (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
      if (isPrivate) return;
      found++;
      if (!node.jsDoc?.length) missing.push(shown);
      node.members?.forEach((member) => look(member, shown));
      if (node.type?.members) node.type.members.forEach((member) => look(member, shown));
    };
    for (const node of source.statements) {
      if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
        look(node, name);
      }
    }
  }
  // A class and an interface of one name share their comment.
  const shared = ["directory.d.ts.Directory", "directory.d.ts.DirectorySync"];
  assert.deepEqual(missing.filter((name) => !shared.includes(name)), []);
  assert.ok(found > 250, `only ${found} items were looked at`);
});

test("the kinds of errors are the library's, and that of a text that is not one", () => {
  const names = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name).sort();
  const known = names(read("src/errors.ts").split("export type ErrorKind")[1].split(";\n\n")[0], /\| "(\w+)"/g);
  const all = names(read("../../src/error/kind.rs").split("pub fn name")[1].split("\n    }\n")[0], /=> "(\w+)"/g);
  assert.deepEqual(known, [...all, "invalid_utf8"].sort());
});

test("the README's example runs", async () => {
  const [, example] = read("README.md").match(/```js\n([^]*?)```/);
  const program = example.replace('"users.redb"', "undefined").replace("await Directory.open(undefined)", "Directory.inMemory()");
  assert.notEqual(program, example);
  const lines = [];
  const log = console.log;
  console.log = (...values) => lines.push(values.join(" "));
  try {
    const module = program.replaceAll('"headcount"', JSON.stringify(new URL("dist/index.js", root).href));
    await import(`data:text/javascript,${encodeURIComponent(module)}`);
  } finally {
    console.log = log;
  }
  const promised = [...example.matchAll(/console\.log\(.*\/\/ (.*)/g)].map(([, text]) => text);
  assert.ok(promised.length > 1);
  assert.deepEqual(lines, promised);
});
