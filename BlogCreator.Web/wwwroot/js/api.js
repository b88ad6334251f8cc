// The way of the studio's scripts to the API on the same address, with the session cookie.

/** A refusal of the API: its sentence for the person, its status, and whatever else it carries. */
export class Problem extends Error {
  constructor(status, details) {
    super(details?.detail || details?.title || wordsFor(status));
    this.status = status;
    this.details = details ?? {};
  }
}

function wordsFor(status) {
  if (status === 0) {
    return "The site cannot be reached right now. Nothing that was saved is lost; it is tried again.";
  }
  if (status === 413) {
    return "The file is larger than this site accepts.";
  }
  if (status === 415) {
    return "Files of this kind cannot be read. PDF, Word, PowerPoint, Excel, OpenDocument, rich text, EPUB, web pages, e-mail, CSV, Markdown and plain text can.";
  }
  return "The site could not do this. Nothing that was saved is lost; please try again.";
}

export async function call(method, path, body, options = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: body === undefined ? { Accept: "application/json" } : { Accept: "application/json", "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      ...options,
    });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new Problem(0);
  }

  if (answer.status === 401) {
    throw new Problem(401, { detail: "You are no longer signed in. Sign in again in another tab; what you wrote here stays." });
  }

  const text = await answer.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    // A proxy in between may answer with a page.
  }
  if (!answer.ok) {
    throw new Problem(answer.status, data);
  }
  return data;
}

/** Sends one file with its progress; fetch cannot tell how far a request body has gone. */
export function upload(path, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "text";
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded, event.total));
    request.addEventListener("load", () => {
      let data = null;
      try {
        data = request.responseText ? JSON.parse(request.responseText) : null;
      } catch {
        // See above.
      }
      if (request.status >= 200 && request.status < 300 && data) {
        resolve({ document: data, known: request.status === 200 });
      } else {
        reject(new Problem(request.status, data));
      }
    });
    request.addEventListener("error", () => reject(new Problem(0, { detail: "The connection broke off, or the file is larger than this site accepts. Nothing was stored; please try again." })));
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}
