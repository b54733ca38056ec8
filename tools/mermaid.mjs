// Checks the Mermaid diagrams of Markdown files, with Mermaid's own parser. By hand:
//
//	scratch=$(mktemp -d)
//	npm install --prefix "$scratch" --ignore-scripts mermaid@11 jsdom@24
//	NODE_PATH=$scratch/node_modules node tools/mermaid.mjs docs/pictures.md
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const {resolve} = createRequire(import.meta.url);
const load = (name) => import(pathToFileURL(resolve(name)).href);

const {JSDOM} = (await load("jsdom")).default;
const {window} = new JSDOM("");
Object.assign(globalThis, {window, document: window.document});
const mermaid = (await load("mermaid")).default;

let drawn = 0;
for (const file of process.argv.slice(2)) {
	for (const [, diagram] of readFileSync(file, "utf8").matchAll(/^```mermaid\n(.*?)^```$/gms)) {
		await mermaid.parse(diagram);
		drawn++;
	}
}
console.log(`${drawn} diagrams are valid`);
if (!drawn) process.exit(1);
