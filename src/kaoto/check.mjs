// Checks that the Kaoto editor draws each step of the routes and Kamelets, and that a save changes nothing but the edit.
// Saves each file with typical edits in routes/ or kamelets/ beside this script, for a rehearsal.
// Runs the model of the editor without its user interface. Usage: node check.mjs [file...]

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { JSDOM } from "jsdom";

const CATALOG = "Camel Main 4.18.4";

/** Entities without a canvas: templates of what each tenant has, and their use for the default tenant. */
const NOT_DRAWN = new Set(["routeTemplate", "templatedRoute"]);

const EDITED = "edited by this check";

const here = import.meta.dirname;
const project = resolve(here, "../..");
const { CamelResourceFactory, fetchCamelCatalog, parse } = await loadKaoto();
await loadCatalog();

const files = process.argv.length > 2 ? process.argv.slice(2) : shipped();
for (const directory of new Set(files.map(file => dirname(savedFile(file))))) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
}
for (const file of files) {
  const source = readFileSync(file, "utf8");
  const faults = await check(source).catch(error => [error.message]);
  writeFileSync(savedFile(file), await editAll(source));
  console.log(faults.length === 0 ? "ok    " : "FAILED", relative(project, resolve(file)));
  for (const fault of faults) console.log("      ", fault);
  if (faults.length > 0) process.exitCode = 1;
}

async function check(source) {
  const before = parse(source);
  const unedited = await saved(await open(source));
  return [
    ...differences(before, unedited).map(change => `changed by a save: ${text(change)}`),
    ...await edit(source, unedited),
    ...await draw(source, before),
  ];
}

/** Edits one step after the other, each in a file of its own. */
async function edit(source, unedited) {
  const faults = [];
  for (let i = 0, steps = (await nodes(await open(source))).length; i < steps; i++) {
    const resource = await open(source);
    const node = (await nodes(resource))[i];
    node.updateModel({ ...node.getNodeDefinition(), description: EDITED });
    const changes = differences(unedited, await saved(resource));
    const others = changes.filter(change => change.to !== EDITED);
    if (others.length === changes.length) faults.push(`not saved: an edit of ${name(node)}`);
    faults.push(...others.map(change => `changed by an edit of ${name(node)}: ${text(change)}`));
  }
  return faults;
}

/** Edits the label of each step, and adds a log step before the steps of each route. */
async function editAll(source) {
  const resource = await open(source);
  for (const node of await nodes(resource)) node.updateModel({ ...node.getNodeDefinition(), description: EDITED });
  for (const node of await nodes(resource)) {
    if (node.data.path.endsWith(".from")) node.addBaseEntityStep({ type: "processor", name: "log" }, "insert-step", undefined, true);
  }
  // the four digits of an id that Kaoto generates would collide among so many steps
  for (const node of await nodes(resource)) {
    const step = node.getNodeDefinition();
    if (/^log-\d+$/.test(step.id)) node.updateModel({ ...step, id: `${node.getId()}-added-log` });
  }
  return resource.toSourceCode();
}

async function draw(source, before) {
  const drawn = await nodes(await open(source));
  const paths = new Set(drawn.map(node => `${node.getId()}: ${node.data.path}`));
  return [
    ...expected(before).filter(path => !paths.has(path)).map(path => `not drawn: ${path}`),
    ...drawn.filter(node => node.getNodeValidationText())
      .map(node => `marked in red: ${name(node)}: ${node.getNodeValidationText()}`),
  ];
}

/** Lists everything in the file that must be drawn, as id of the route and path in it. */
function expected(file) {
  if (file.kind === "Kamelet") return steps(file.spec.template, "template").map(path => `${file.metadata.name}: ${path}`);
  return file.flatMap(entity => Object.entries(entity)).filter(([kind]) => !NOT_DRAWN.has(kind))
    .flatMap(([kind, entity]) => steps(entity, kind).map(path => `${entity.id}: ${path}`));
}

function steps(value, path) {
  if (!isObject(value)) return [];
  const isDrawn = !path.includes(".") || value.id !== undefined || /\.steps\.\d+\.\w+$/.test(path);
  return [
    ...isDrawn ? [path] : [],
    ...Object.entries(value).filter(([key]) => key !== "parameters").flatMap(([key, member]) => steps(member, `${path}.${key}`)),
  ];
}

function differences(from, to, path = "") {
  if (from === to) return [];
  // Kaoto adds this to an endpoint that has no parameters, and Camel ignores it
  if (from === undefined && path.endsWith("/parameters") && JSON.stringify(to) === "{}") return [];
  if (!isObject(from) || !isObject(to)) return [{ path, from, to }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .flatMap(key => differences(from[key], to[key], `${path}/${key}`));
}

function text({ path, from, to }) {
  return `${path} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
}

function name(node) {
  return node.getNodeDefinition().id ?? node.data.path;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

async function open(source) {
  const resource = CamelResourceFactory.createCamelResource(source);
  await resource.initialize();
  return resource;
}

async function saved(resource) {
  return parse(await resource.toSourceCode());
}

async function nodes(resource) {
  const flatten = node => [...node.data.isPlaceholder ? [] : [node], ...(node.getChildren() ?? []).flatMap(flatten)];
  return (await Promise.all(resource.getVisualEntities().map(entity => entity.toVizNode()))).flatMap(flatten);
}

function savedFile(file) {
  return join(here, basename(dirname(resolve(file))), basename(file));
}

function shipped() {
  return ["routes", "src/main/resources/kamelets"].map(directory => join(project, directory))
    .flatMap(directory => readdirSync(directory).filter(file => file.endsWith(".yaml")).sort().map(file => join(directory, file)));
}

/** Kaoto's modules import styles and images and expect a browser. */
async function loadKaoto() {
  const { window } = new JSDOM("", { url: "http://localhost/" });
  for (const key of Object.getOwnPropertyNames(window)) if (!(key in globalThis)) globalThis[key] = window[key];
  const outfile = join(here, "kaoto.mjs");
  await build({
    stdin: {
      contents: `
        export { CamelResourceFactory } from "./node_modules/@kaoto/kaoto/lib/models/camel/camel-resource-factory.js";
        export { fetchCamelCatalog } from "./node_modules/@kaoto/kaoto/lib/dynamic-catalog/support/fetch-camel-catalog.js";
        export { parse } from "yaml";`,
      resolveDir: here,
    },
    bundle: true,
    format: "esm",
    loader: { ".css": "empty", ".scss": "empty", ".svg": "empty", ".png": "empty" },
    logLevel: "error",
    outfile,
  });
  return import(pathToFileURL(outfile));
}

async function loadCatalog() {
  globalThis.fetch = async file => new Response(readFileSync(file));
  const catalogs = join(here, "node_modules/@kaoto/camel-catalog/dist/camel-catalog");
  const { definitions } = JSON.parse(readFileSync(join(catalogs, "index.json")));
  const index = join(catalogs, definitions.find(definition => definition.name === CATALOG).fileName);
  await fetchCamelCatalog({ catalogIndex: JSON.parse(readFileSync(index)), relativeBasePath: dirname(index) });
}
