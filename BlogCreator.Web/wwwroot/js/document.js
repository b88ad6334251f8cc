// A document that is still being read: how far it is, and the page anew when it is done.
import { call } from "./api.js";
import { progress } from "./words.js";

const { id } = document.getElementById("document").dataset;
const text = document.getElementById("reading-text");
const bar = document.getElementById("reading-bar");
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  if (document.visibilityState === "hidden") {
    continue;
  }
  try {
    const now = await call("GET", `/api/v1/documents/${id}`);
    if (now.status !== "queued" && now.status !== "reading") {
      location.reload();
      break;
    }
    const far = progress(now);
    if (far) {
      text.textContent = `Being read: ${far}. Its passages appear here in a moment.`;
      bar.max = now.pages;
      bar.value = now.pagesRead;
    }
  } catch (problem) {
    if (problem.status === 401 || problem.status === 404) {
      location.reload();
      break;
    }
  }
}
