import { createElement } from "react";
import { prerenderToNodeStream } from "react-dom/static";
import { text } from "node:stream/consumers";

import { Site } from "./site.js";

/** Return the document of a path, with the script that hydrates it. */
export async function render(path) {
  const { prelude } = await prerenderToNodeStream(createElement(Site, { path }), { bootstrapScripts: ["/client.js"] });
  return text(prelude);
}
