// Make the websites in dist/: files alone, which any server can send. WIDGET stands in them for the address of widget.js.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";

import { build } from "esbuild";

const NAMES = ["one", "two"];

function write(site, name, html) {
  mkdirSync(`dist/${site}`, { recursive: true });
  writeFileSync(`dist/${site}/${name}.html`, html);
}

/** Return a page whose body a script swaps; the widget's line is in its head or in its body. */
function makePage(name, loads, place) {
  const line = '<script src="WIDGET" data-title="Ask the site" async></script>';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
    ${loads}${place === "head" ? line : ""}</head>
    <body hx-boost="true" hx-boost:inherited="true"><main><h1>${name === "one" ? "One" : "Two"}</h1>
    <a href="/one.html">Go to one</a> <a href="/two.html">Go to two</a></main>${place === "body" ? line : ""}</body></html>`;
}

const run = (...command) => execFileSync("npx", ["--no-install", ...command], { stdio: "inherit" });
process.env.ASTRO_TELEMETRY_DISABLED = process.env.NEXT_TELEMETRY_DISABLED = "1";

for (const place of ["head", "body"]) {
  for (const name of NAMES) {
    write(`turbo-${place}`, name, makePage(name, '<script src="/turbo.js" type="module"></script>', place));
    for (const htmx of ["htmx2", "htmx4"]) {
      write(`${htmx}-${place}`, name, makePage(name, '<script src="/htmx.js"></script>', place));
      cpSync(`node_modules/${htmx}/dist/htmx.min.js`, `dist/${htmx}-${place}/htmx.js`);
    }
  }
  cpSync("node_modules/@hotwired/turbo/dist/turbo.es2017-esm.js", `dist/turbo-${place}/turbo.js`);
}

const bundling = { bundle: true, minify: true, define: { "process.env.NODE_ENV": '"production"' } };
await build({ ...bundling, entryPoints: ["react/client.js"], outfile: "dist/react/client.js" });
await build({ ...bundling, entryPoints: ["react/server.js"], outfile: "react/render.cjs", platform: "node" });
const { default: { render } } = await import("./react/render.cjs");
for (const name of NAMES) {
  const html = await render(`/${name}.html`);
  write("react", name, html);
  write("react-mismatch", name, html.replace("<h1>", "<h1>Not ")); // React draws the whole document anew
}
cpSync("dist/react/client.js", "dist/react-mismatch/client.js");

run("astro", "build", "--root", "astro");
run("next", "build", "next");
renameSync("astro/dist", "dist/astro");
renameSync("next/out", "dist/next");
