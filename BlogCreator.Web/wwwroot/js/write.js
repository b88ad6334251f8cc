// The brief is a plain form. This keeps it from being sent without a document or twice.
const brief = document.getElementById("brief");
const boxes = [...brief.querySelectorAll("[name=documents]")];
const button = document.getElementById("start-writing");

function need() {
  boxes[0]?.setCustomValidity(boxes.some((box) => box.checked) ? "" : "Choose at least one document; the post rests on nothing else.");
}

brief.addEventListener("change", need);
brief.addEventListener("submit", () => {
  button.disabled = true;
});

// Coming back with the back button finds the form as it was, the button included.
addEventListener("pageshow", () => {
  button.disabled = false;
});
need();
