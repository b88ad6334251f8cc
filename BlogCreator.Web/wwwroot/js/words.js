// The words of the pages, as Wording.cs has them.
export const verdicts = {
  supported: "Supported",
  partly: "Partly supported",
  contradicted: "Contradicted",
  "not-found": "Not found in the source",
  "not-needed": "Needs no evidence",
};

export const documentStates = {
  queued: "Waiting to be read",
  reading: "Being read",
  ready: "Ready",
  failed: "Could not be read",
};

export const generationStates = {
  queued: "Waiting to start",
  running: "Writing",
  completed: "Finished",
  failed: "Stopped by a problem",
  cancelled: "Cancelled",
};

export const postStates = { draft: "Draft", scheduled: "Scheduled", published: "Published", archived: "Archived" };

export const steps = {
  read: "Read the documents",
  understand: "Understand what they say",
  plan: "Plan the post",
  retrieve: "Find the passages",
  write: "Write",
  check: "Check every statement",
  assemble: "Put it together",
};

const types = {
  pdf: "PDF",
  markdown: "Markdown",
  text: "Plain text",
  docx: "Word",
  pptx: "PowerPoint",
  xlsx: "Excel",
  xls: "Excel",
  csv: "CSV table",
  odt: "OpenDocument text",
  ods: "OpenDocument sheet",
  odp: "OpenDocument slides",
  rtf: "Rich text",
  epub: "EPUB book",
  html: "Web page",
  eml: "E-mail",
};

const parts = { pptx: ["slide", "slides"], odp: ["slide", "slides"], xlsx: ["sheet", "sheets"], xls: ["sheet", "sheets"], ods: ["sheet", "sheets"], epub: ["part", "parts"] };

export const badge = (fileType) => ({ markdown: "MD", text: "TXT" })[fileType] ?? fileType.toUpperCase();

/** Where trying again may help; other reasons need another file. */
export const mayRetry = (document) =>
  document.status === "failed" && ["cancelled", "reader-crashed", "reader-timeout", "reader-memory"].includes(document.reasonCode);

export const count = (number, one, many) => (number === 1 ? `1 ${one}` : `${number.toLocaleString("en")} ${many}`);

/** In the units in which the limits are set: 1 MB is 1024 KB. */
export function size(bytes) {
  if (bytes < 2 ** 10) {
    return count(bytes, "byte", "bytes");
  }
  if (bytes < 2 ** 20) {
    return `${Math.round(bytes / 2 ** 10)} KB`;
  }
  return bytes < 2 ** 30 ? `${+(bytes / 2 ** 20).toFixed(1)} MB` : `${+(bytes / 2 ** 30).toFixed(1)} GB`;
}

/** How far a document is: "page 12 of 80", "80 pages · 412 passages to cite". */
export function progress(document) {
  const [one, many] = parts[document.fileType] ?? ["page", "pages"];
  if (document.status === "reading") {
    return document.pagesRead && document.pages ? `${one} ${document.pagesRead.toLocaleString("en")} of ${document.pages.toLocaleString("en")}` : "";
  }
  const said = [];
  if (document.pages != null) {
    said.push(count(document.pages, one, many));
  }
  if (document.status === "ready") {
    said.push(`${count(document.passages, "passage", "passages")} to cite`);
  }
  return document.status === "queued" ? "" : said.join(" · ");
}

export const facts = (document) => [types[document.fileType] ?? document.fileType, size(document.size), progress(document)].filter(Boolean).join(" · ");

export const checked = (check) =>
  check.checked === 0 ? "No statement needs checking" : `${check.supported} of ${check.checked} statements ${check.supported === check.checked ? "checked" : "supported"}`;

export const where = (evidence) =>
  [evidence.documentName, evidence.page ? `page ${evidence.page}` : evidence.heading].filter(Boolean).join(", ");

/** An element with text and children; text is always text, never markup. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name in element && typeof value !== "object" && name !== "role") {
      element[name] = value;
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const verdictMark = (verdict) => make("span", { className: "verdict", data: { verdict } }, verdicts[verdict] ?? verdict);
