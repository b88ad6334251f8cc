// The evidence cards work by CSS alone. This adds what CSS cannot: a tap opens them, Escape closes them, "/" finds the search.
const claims = ".claim";
let byTouch = false;

addEventListener("pointerdown", (event) => {
  byTouch = event.pointerType === "touch";
});

addEventListener("click", (event) => {
  const claim = event.target.closest?.(claims);
  const mark = event.target.closest?.("a.cite");
  for (const other of document.querySelectorAll(`${claims}.open`)) {
    if (other !== claim) {
      other.classList.remove("open");
    }
  }

  if (!claim || !byTouch || event.target.closest(".card")) {
    return;
  }

  // The first tap shows the evidence, the second follows the mark to its page.
  if (mark && !claim.classList.contains("open")) {
    event.preventDefault();
  }

  if (!mark && claim.classList.contains("open")) {
    claim.classList.remove("open");
  } else if (claim.querySelector(".card")) {
    claim.classList.add("open");
  }
});

addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const claim of document.querySelectorAll(`${claims}:is(.open, :hover, :focus-within)`)) {
      claim.classList.remove("open");
      claim.classList.add("closed");
    }
  } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select, [contenteditable]")) {
    const search = document.getElementById("q") ?? document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

const reopen = (event) => {
  const claim = event.target.closest?.(`${claims}.closed`);
  if (claim && !claim.contains(event.relatedTarget)) {
    claim.classList.remove("closed");
  }
};
addEventListener("mouseout", reopen);
addEventListener("focusout", reopen);
