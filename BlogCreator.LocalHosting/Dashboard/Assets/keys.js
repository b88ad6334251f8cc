const help = document.getElementById("help");
const button = document.getElementById("show-help");
button.hidden = false;
button.addEventListener("click", () => help.showModal());

function step(by) {
  const rows = [...document.querySelectorAll("[data-row], .lines li button")].filter((row) => row.offsetParent !== null);
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

const press = (selector) => document.querySelector(selector)?.click();

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("input, select")) {
    // Out of the field, so that the keys are keys again.
    event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) {
    return;
  }
  const search = document.querySelector("[data-search]");
  switch (event.key) {
    case "/":
      if (search) {
        search.focus();
        search.select();
      } else {
        location.assign("/logs#search");
      }
      break;
    case "j":
      step(1);
      break;
    case "k":
      step(-1);
      break;
    case "ArrowDown":
    case "ArrowUp":
      if (!event.target.matches("[data-row], .lines li button")) {
        return;
      }
      step(event.key === "ArrowDown" ? 1 : -1);
      break;
    case "o":
      location.assign("/");
      break;
    case "l":
      location.assign("/logs");
      break;
    case "e":
      location.assign("/structured");
      break;
    case "t":
      location.assign("/traces");
      break;
    case "m":
      location.assign("/metrics");
      break;
    case "s":
      location.assign("/settings");
      break;
    case "p":
      press("[data-pause]");
      break;
    case "f":
      press("[data-follow]");
      break;
    case "?":
      help.showModal();
      break;
    default:
      return;
  }
  event.preventDefault();
});

if (location.hash === "#search") {
  document.querySelector("[data-search]")?.focus();
}
