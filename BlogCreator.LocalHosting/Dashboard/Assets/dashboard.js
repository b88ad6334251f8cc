import "./state.js";
import "./keys.js";
import "./reveal.js";
import { keep } from "./live.js";
import { watch } from "./logs.js";

for (const panel of document.querySelectorAll("[data-log]")) {
  watch(panel);
}
for (const region of document.querySelectorAll("[data-live]")) {
  keep(region);
}
