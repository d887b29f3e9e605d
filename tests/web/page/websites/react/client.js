import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";

import { Site } from "./site.js";

window.hydrate = () => hydrateRoot(document, createElement(Site, { path: location.pathname })); // when a test says so
