import "./state.js";
import "./keys.js";
import "./reveal.js";
import { watch } from "./logs.js";

for (const panel of document.querySelectorAll("[data-log]")) {
  watch(panel);
}
