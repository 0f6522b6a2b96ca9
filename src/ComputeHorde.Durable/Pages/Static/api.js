// Asks the functions. The key goes into a header, and nowhere else.

const base = new URL(".", document.baseURI);
const keyName = "computehorde-function-key";
const patience = 30_000, firstWord = 10_000;
const mostKept = 40;

/** Path to what was answered last, for conditional requests. */
const kept = new Map();
let key = read();

/** A request that was answered with a fault, or not at all. */
export class ApiFault extends Error {
  constructor(status, title, errors = {}, retryAfter = null) {
    super([title, ...Object.entries(errors).map(([field, rules]) => `${field} ${[rules].flat().join(" ")}`)].join(" – "));
    Object.assign(this, { status, retryAfter });
  }
}

function read() {
  try {
    return sessionStorage.getItem(keyName);
  } catch {
    return null;
  }
}

export const hasKey = () => key !== null;

export function setKey(value) {
  key = value;
  kept.clear();
  try {
    value === null ? sessionStorage.removeItem(keyName) : sessionStorage.setItem(keyName, value);
  } catch {
    // Without a storage the key lives as long as the page.
  }
}

async function send(path, { method = "GET", headers = {}, body, signal, limit = AbortSignal.timeout(patience) } = {}) {
  let answer;
  try {
    answer = await fetch(new URL(path, base), {
      method, body, cache: "no-store", credentials: "same-origin", redirect: "manual", referrerPolicy: "no-referrer",
      headers: { ...headers, ...(key === null ? {} : { "x-functions-key": key }) },
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new ApiFault(0, limit.aborted ? "The functions did not answer in time." : "The functions do not answer.");
  }
  if (answer.type === "opaqueredirect") {
    throw new ApiFault(401, "You are signed out. Load the page again to sign in.");
  }
  if (!answer.ok && answer.status !== 304) {
    const problem = await answer.json().catch(() => ({}));
    throw new ApiFault(answer.status, problem.title ?? problem.detail ?? `The functions answered ${answer.status}.`, problem.errors, Number(answer.headers.get("Retry-After")) || null);
  }
  return answer;
}

/** JSON, asked for conditionally: what has not changed is not sent again. */
export async function get(path, signal) {
  const known = kept.get(path);
  const answer = await send(path, { headers: known ? { "If-None-Match": known.tag } : {}, signal });
  const value = answer.status === 304 ? known.value : await answer.json();
  const tag = answer.headers.get("ETag") ?? known?.tag;
  kept.delete(path);
  if (tag) {
    kept.set(path, { tag, value });
    if (kept.size > mostKept) {
      kept.delete(kept.keys().next().value);
    }
  }
  return value;
}

export async function post(path, { json, idempotencyKey, signal } = {}) {
  const headers = { ...(json ? { "Content-Type": "application/json" } : {}), ...(idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {}) };
  return (await send(path, { method: "POST", headers, body: json ? JSON.stringify(json) : undefined, signal })).json();
}

/** Bytes: all of them, or the first few. */
export const bytes = (path, first, signal) => send(path, { headers: first ? { Range: `bytes=0-${first - 1}` } : {}, signal });

/** Gives the signal of a limit that begins anew whenever something is heard. The first word comes at once, unless somebody in between keeps it. */
function silence() {
  const limit = new AbortController();
  let timer = setTimeout(() => limit.abort(), firstWord);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => limit.abort(), patience);
  };
  return { signal: limit.signal, heard, end: () => clearTimeout(timer) };
}

/**
 * Reads server-sent events until the stream ends. A browser's EventSource sends no header, so the key would have to stand in the address.
 * @param onEvent Gets type and data of each.
 */
export async function events(path, signal, onEvent) {
  const limit = silence();
  try {
    const answer = await send(path, { headers: { Accept: "text/event-stream" }, signal, limit: limit.signal });
    if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      throw new ApiFault(answer.status, "The functions sent no events.");
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "", type = "message", data = [];
    for (; ;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      limit.heard();
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        const [, name, text] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (line === "") {
          data.length && onEvent(type, data.join("\n"));
          [type, data] = ["message", []];
        } else if (name === "event") {
          type = text;
        } else if (name === "data") {
          data.push(text);
        }
      }
    }
  } catch (fault) {
    throw fault instanceof ApiFault || signal.aborted ? fault : new ApiFault(0, "The connection was lost.");
  } finally {
    limit.end();
  }
}

export const segment = name => encodeURIComponent(name);

export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
}
