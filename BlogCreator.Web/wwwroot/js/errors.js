// What goes wrong in a script is told to whoever runs the site. What tells it is large, so it is fetched only when there is
// something to tell, and for every tenth visit, of which it tells how long the page took.
const most = 5;
let told = 0;

const tell = async (error) => {
  // Refusals of the API and requests that were broken off are dealt with where they happen.
  if (told >= most || error.name === "AbortError" || typeof error.status === "number") {
    return;
  }
  told += 1;
  try {
    (await import("./report.js")).tellError(error);
  } catch {
    // That it could not be told can be told to nobody.
  }
};

// What extensions of the browser do wrong is not ours.
const isOurs = (error) => error instanceof Error && String(error.stack).includes(`${location.origin}/`);
addEventListener("error", (event) => isOurs(event.error) && tell(event.error));
addEventListener("unhandledrejection", (event) => isOurs(event.reason) && tell(event.reason));

if (Math.random() < 0.1 && !navigator.connection?.saveData && !navigator.globalPrivacyControl) {
  addEventListener("load", () => setTimeout(() => import("./report.js").then((report) => report.tellVisit()).catch(() => {}), 2000));
}
