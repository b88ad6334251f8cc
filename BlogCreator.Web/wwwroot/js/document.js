// A document that is still being read: the page is fetched again when it is done.
import { call } from "./api.js";

const { id, status } = document.getElementById("document").dataset;
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  try {
    const now = await call("GET", `/api/v1/documents/${id}`);
    if (now.status !== status && now.status !== "reading") {
      location.reload();
      break;
    }
  } catch (problem) {
    if (problem.status === 401 || problem.status === 404) {
      location.reload();
      break;
    }
  }
}
