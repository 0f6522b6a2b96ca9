// Chooses the view by the address, and asks for the key when the functions do.
import { ApiFault, get, hasKey, setKey } from "./api.js";
import { foreign, h } from "./dom.js";
import { showBatch, showBatches } from "./batches.js";
import { showCheats } from "./cheats.js";
import { showLimits } from "./limits.js";
import { showNotices } from "./notices.js";
import { showRun } from "./run.js";
import { showRuns } from "./runs.js";
import { showWaiting } from "./waiting.js";

const views = { runs: showRuns, run: showRun, batches: showBatches, batch: showBatch, waiting: showWaiting, cheats: showCheats, limits: showLimits, notices: showNotices };
const belongsTo = { run: "runs", batch: "batches" };
const main = document.getElementById("main");
const keyDialog = document.getElementById("key-dialog");
const forget = document.getElementById("forget");
let leave = new AbortController();
let isFirst = true;

/** Waits for a key that the functions take. */
async function unlock() {
  for (; ;) {
    try {
      await get("jobs?page_size=1");
      return;
    } catch (fault) {
      if (!(fault instanceof ApiFault) || (fault.status !== 401 && fault.status !== 403) || fault.message.startsWith("You are signed out")) {
        return;
      }
      document.getElementById("key-fault").textContent = hasKey() ? "The functions do not take this key." : "";
      setKey(null);
      await askForKey();
    }
  }
}

function askForKey() {
  const form = document.getElementById("key-form"), field = document.getElementById("key");
  field.value = "";
  keyDialog.showModal();
  return new Promise(resolve => {
    form.onsubmit = event => {
      event.preventDefault();
      setKey(field.value.trim());
      field.value = "";
      keyDialog.close();
      resolve();
    };
    keyDialog.oncancel = event => event.preventDefault();
  });
}

function parse() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...rest] = path.split("/");
  const decode = text => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return { view: Object.hasOwn(views, view) ? view : "runs", name: decode(rest.join("/")), query: new URLSearchParams(query) };
}

/** The head of a view: its title takes the focus, so that a screen reader says where it is. */
function open(title, buttons = []) {
  const heading = h("h1", { tabindex: "-1" }, title);
  const place = h("div", {}), head = h("div", { class: "head" }, heading, h("div", { class: "buttons" }, buttons));
  main.replaceChildren(head, place);
  document.title = `${heading.textContent.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")} · ComputeHorde`;
  if (!isFirst) {
    heading.focus();
  }
  isFirst = false;
  return { place, head };
}

function route() {
  leave.abort();
  leave = new AbortController();
  const { view, name, query } = parse();
  for (const link of document.querySelectorAll("#views a")) {
    const isCurrent = link.getAttribute("href") === `#/${belongsTo[view] ?? view}`;
    isCurrent ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  forget.hidden = !hasKey();
  const onFault = fault => main.append(h("section", {}, h("p", { class: "fault", role: "alert" }, fault.message)));
  views[view]({ open, name, query, signal: leave.signal, onFault, foreign });
}

forget.addEventListener("click", () => {
  setKey(null);
  location.reload();
});
document.getElementById("skip").addEventListener("click", event => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", route);
await unlock();
route();
