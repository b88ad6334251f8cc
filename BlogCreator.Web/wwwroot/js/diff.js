// What differs between two texts: by paragraph first, then by word within a paragraph that changed.
import { make } from "./words.js";

const tooMany = 4_000_000;

/** Pairs of [kind, pieces]: "same", "removed" or "added". */
function compare(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) {
    start++;
  }
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end++;
  }
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  const steps = [];
  const add = (kind, piece) => (steps.at(-1)?.[0] === kind ? steps.at(-1)[1].push(piece) : steps.push([kind, [piece]]));
  before.slice(0, start).forEach((piece) => add("same", piece));
  if (left.length * right.length > tooMany) {
    left.forEach((piece) => add("removed", piece));
    right.forEach((piece) => add("added", piece));
  } else {
    // The longest common subsequence, from the end, so that walking it yields the steps in order.
    const width = right.length + 1;
    const longest = new Uint32Array((left.length + 1) * width);
    for (let i = left.length - 1; i >= 0; i--) {
      for (let j = right.length - 1; j >= 0; j--) {
        longest[i * width + j] = left[i] === right[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
      }
    }
    let [i, j] = [0, 0];
    while (i < left.length || j < right.length) {
      if (i < left.length && j < right.length && left[i] === right[j]) {
        add("same", left[i++]);
        j++;
      } else if (i < left.length && (j === right.length || longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
        add("removed", left[i++]);
      } else {
        add("added", right[j++]);
      }
    }
  }
  before.slice(before.length - end).forEach((piece) => add("same", piece));
  return steps;
}

const lines = (text) => text.split("\n").filter((line) => line.trim() !== "");
const words = (line) => line.split(/(?<=\s)|(?=\s)/);

function row(kind, mark, spoken, ...content) {
  return make("p", { className: "diff-line", data: { change: kind } }, make("span", { className: "diff-mark" }, mark), make("span", { className: "hidden" }, spoken), ...content);
}

function changed(before, after) {
  const pieces = compare(words(before), words(after)).map(([kind, run]) => {
    const text = run.join("");
    return kind === "same" ? text : make(kind === "removed" ? "del" : "ins", {}, text);
  });
  return row("changed", "±", "Changed: ", ...pieces);
}

/** An element that shows the way from one text to the other; what stayed the same is folded. */
export function showDiff(before, after) {
  const box = make("div", { className: "diff" });
  const steps = compare(lines(before), lines(after));
  for (let at = 0; at < steps.length; at++) {
    const [kind, run] = steps[at];
    if (kind === "same") {
      const [head, tail] = [at === 0 ? 0 : 1, at === steps.length - 1 ? 0 : 1];
      const skipped = run.length - head - tail;
      const shown = skipped > 1 ? [...run.slice(0, head), null, ...run.slice(run.length - tail)] : run;
      box.append(...shown.map((line) => (line === null ? make("p", { className: "diff-skip" }, `${skipped} paragraphs are the same`) : row("same", " ", "", line))));
    } else if (kind === "removed" && steps[at + 1]?.[0] === "added") {
      const added = steps[++at][1];
      const pairs = Math.min(run.length, added.length);
      for (let i = 0; i < pairs; i++) {
        box.append(changed(run[i], added[i]));
      }
      box.append(...run.slice(pairs).map((line) => row("removed", "−", "Removed: ", make("del", {}, line))));
      box.append(...added.slice(pairs).map((line) => row("added", "+", "Added: ", make("ins", {}, line))));
    } else {
      box.append(...run.map((line) => (kind === "removed" ? row("removed", "−", "Removed: ", make("del", {}, line)) : row("added", "+", "Added: ", make("ins", {}, line)))));
    }
  }
  if (steps.every(([kind]) => kind === "same")) {
    box.replaceChildren(make("p", { className: "diff-skip" }, "The texts are the same."));
  }
  return box;
}
