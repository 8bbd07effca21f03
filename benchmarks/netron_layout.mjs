// Lets Netron's own code open an ONNX file, build its graph and lay it out under node, and prints how long each took.
//
//     node netron_layout.mjs FOLDER_OF_NETRONS_SOURCES REPEATS FILE.onnx
//
// Started by other_tools.py. In place of a browser's page stand elements that keep their children and are as large as
// their text would be: parsing, graph and layout are Netron's, what a browser does to measure and to paint is left out.

import * as fs from 'node:fs';
import * as path from 'node:path';
import * as url from 'node:url';

const [folder, repeats, file] = process.argv.slice(2);
const load = (name) => import(url.pathToFileURL(path.join(folder, name)).href);
const nothing = () => {};

class Element {

    constructor() {
        this.children = [];
        this.style = { setProperty: nothing, removeProperty: nothing };
        this.classList = { add: nothing, remove: nothing, toggle: nothing };
        this.textContent = '';
        for (const name of ['setAttribute', 'removeAttribute', 'addEventListener', 'removeEventListener', 'focus', 'scrollTo', 'remove']) {
            this[name] = nothing;
        }
    }

    get lastChild() {
        return this.children[this.children.length - 1] || null;
    }

    appendChild(child) {
        this.children.push(child);
        return child;
    }

    removeChild(child) {
        this.children = this.children.filter((other) => other !== child);
    }

    getElementsByClassName() {
        return [];
    }

    getBBox() {
        return { x: 0, y: -11, width: 6.2 * this.textContent.length, height: 14 };
    }

    getBoundingClientRect() {
        return { left: 0, top: 0, width: 1920, height: 1080 };
    }
}

const named = new Map();
const document = new Element();
document.createElement = () => new Element();
document.createElementNS = () => new Element();
document.createTextNode = () => new Element();
document.getElementById = (id) => named.get(id) || named.set(id, new Element()).get(id);
const host = {
    type: 'Test',
    document,
    window: { setTimeout, clearTimeout, requestAnimationFrame: (call) => call(), addEventListener: nothing },
    environment: (name) => name === 'serial',
    event: nothing,
    update: nothing,
    exception(error) {
        throw error;
    },
    require: (id) => load(`${id}.js`),
    asset: async (name) => fs.readFileSync(path.join(folder, name), 'utf-8')
};

const { FileStream } = await load('node.js');
const { Graph } = await load('grapher.js');
const { View } = await load('view.js');
await load('dagre.js');

const spent = { nodes: 0, edges: 0, open: [], build: [], layout: [] };
const lay = Graph.prototype.layout;
let laying = 0;
Graph.prototype.layout = async function layout(worker) {
    const began = performance.now();
    const status = await lay.call(this, worker);
    laying = performance.now() - began;
    spent.nodes = this.nodes.size;
    spent.edges = this.edges.size;
    return status;
};

for (let i = 0; i < Number(repeats); i++) {
    const began = performance.now();
    const stat = fs.statSync(file);
    const stream = new FileStream(file, 0, stat.size, stat.mtimeMs);
    const context = { identifier: path.basename(file), stream, entries: new Map(), asset: host.asset, require: host.require, error: host.exception };
    const view = new View(host);
    view._model = await view._modelFactoryService.open(context);
    const opened = performance.now();
    const [graph] = view._model.modules || view._model.graphs;
    const status = await view.render(graph, null);
    if (status !== '') {
        throw new Error(`Netron drew nothing: ${status}`);
    }
    spent.open.push(opened - began);
    spent.layout.push(laying);
    spent.build.push(performance.now() - opened - laying);
}
process.stdout.write(`${JSON.stringify(spent)}\n`);
