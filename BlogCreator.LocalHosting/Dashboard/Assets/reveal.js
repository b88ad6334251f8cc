// A secret comes when it is asked for, and goes with the next click.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-reveal]")) {
    return;
  }
  event.preventDefault();
  const place = form.parentElement.querySelector("[data-value]");
  const word = form.querySelector("button").firstChild;
  if (form.dataset.mask !== undefined) {
    place.textContent = form.dataset.mask;
    word.data = "Show";
    delete form.dataset.mask;
    return;
  }
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  if (!answer?.ok) {
    place.textContent = answer ? await answer.text() : "The app does not answer.";
    return;
  }
  form.dataset.mask = place.textContent;
  place.textContent = (await answer.json()).value;
  word.data = "Hide";
});
