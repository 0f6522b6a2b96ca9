// The list of runs: filters, pages, and what can be done with many.
import { get, newKey, post } from "./api.js";
import { ask } from "./ask.js";
import { chip, foreign, h, reconcile, row, table, words } from "./dom.js";
import { duration, seconds, when } from "./format.js";
import { live } from "./live.js";

const pageSize = 100, firstRows = 25, mostCalls = 12, mostNamed = 20;
const columns = ["Run", "Status", "Doing", "Labels", "Created", "Took", "Executor"];
const statuses = ["pending", "running", "suspended", "completed", "failed", "timed_out", "cancelled", "terminated"];
const classes = ["rejected", "horde_failed", "failed", "lost", "stuck", "not_created"];
const spans = [["", "any time"], ["1", "the last hour"], ["24", "the last day"], ["168", "the last week"], ["720", "the last month"]];
const ended = run => !["pending", "running", "suspended"].includes(run.status);

export const runLink = id => h("a", { href: `#/run/${encodeURIComponent(id)}` }, foreign(id));

const doing = run => ended(run)
  ? run.failure_class ? words(run.failure_class) : run.error ? foreign(run.error) : ""
  : [words(run.progress?.phase), run.progress?.status ? `, ${words(run.progress.status)}` : "", run.progress?.attempt > 1 ? `, attempt ${run.progress.attempt}` : ""];

export const runRow = run => row(columns, [
  runLink(run.id),
  chip(run.status),
  doing(run),
  [run.namespace ? h("span", { class: "label" }, foreign(run.namespace)) : null,
    Object.entries(run.labels ?? {}).map(([key, value]) => h("span", { class: "label" }, foreign(value === "" ? key : `${key}=${value}`)))],
  when(run.created_at),
  ended(run) ? duration(Date.parse(run.updated_at) - Date.parse(run.created_at)) : "",
  seconds(run.executor_seconds),
], [null, null, null, null, "num", "num", "num"]);

export const runTable = caption => table(caption, columns);

/** The filters of the address, as the API takes them. */
function filtersOf(query) {
  const filters = new URLSearchParams();
  for (const [name, value] of query) {
    if (name === "hours") {
      const hours = Number(value);
      if (hours > 0) {
        filters.append("created_after", new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString());
      }
    } else if (["status", "prefix", "namespace", "label", "failure_class", "phase"].includes(name) && value) {
      filters.append(name, value);
    }
  }
  return filters;
}

/** A page of the youngest runs: few at first, so that they are there at once; short pages of the API are put together. */
async function load(filters, from, signal, show) {
  const runs = [];
  let next = from;
  for (let call = 0; call < mostCalls; call++) {
    const asked = new URLSearchParams(filters);
    asked.set("order", "newest");
    asked.set("page_size", String(runs.length === 0 ? firstRows : pageSize - runs.length));
    if (next) {
      asked.set("continuation", next);
    }
    const page = await get(`jobs?${asked}`, signal);
    runs.push(...page.jobs);
    next = page.continuation ?? null;
    show(runs);
    if (!next || runs.length >= pageSize) {
      break;
    }
  }
  return { runs, next };
}

export function showRuns({ open, query, signal, onFault }) {
  const { place } = open("Runs");
  const field = (name, text, control) => h("label", {}, text, control);
  const choice = (name, options) => h("select", { name }, options.map(([value, text]) => h("option", { value, selected: query.get(name) === value }, text)));
  const input = (name, placeholder) => h("input", { name, type: "search", autocomplete: "off", placeholder, value: query.get(name) ?? "" });
  const any = text => ["", text];
  const form = h("form", { class: "filters", role: "search", "aria-label": "Filters", submit: event => { event.preventDefault(); apply(); } },
    field("prefix", "Name begins with", input("prefix", "train-")),
    field("status", "Status", choice("status", [any("any"), ...statuses.map(name => [name, words(name)])])),
    field("namespace", "Namespace", input("namespace", "")),
    field("label", "Label", input("label", "key=value")),
    field("failure_class", "Failure", choice("failure_class", [any("any"), ...classes.map(name => [name, words(name)])])),
    field("hours", "Created", choice("hours", spans)),
    h("div", { class: "buttons" },
      h("button", { type: "submit", class: "main" }, "Filter"),
      h("button", { type: "button", click: () => many("cancel") }, "Cancel these…"),
      h("button", { type: "button", click: () => many("rerun") }, "Rerun these…")));
  const list = runTable("Runs, the youngest first");
  const empty = h("p", { class: "empty" }, "Looking…");
  const younger = h("button", { type: "button", hidden: true, click: () => turn(-1) }, "Younger");
  const older = h("button", { type: "button", hidden: true, click: () => turn(1) }, "Older");
  place.append(h("section", {}, form), h("section", {}, list.element, empty, h("div", { class: "buttons" }, younger, older)));
  form.addEventListener("change", event => event.target.tagName === "SELECT" && apply());

  const filters = filtersOf(query);
  const starts = [null];
  let page = 0, turned = new AbortController();

  function apply() {
    const chosen = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
    const target = `#/runs${chosen.size ? `?${chosen}` : ""}`;
    target === location.hash ? follow() : location.hash = target;
  }

  function turn(by) {
    page += by;
    empty.textContent = "Looking…";
    empty.hidden = false;
    follow();
  }

  function follow() {
    turned.abort();
    turned = new AbortController();
    const both = AbortSignal.any([turned.signal, signal]);
    live(async () => {
      const isEmpty = list.body.childElementCount === 0;
      const { runs, next } = await load(filters, starts[page], both, some => isEmpty && reconcile(list.body, some, run => run.id, runRow));
      reconcile(list.body, runs, run => run.id, runRow);
      starts.length = page + 1;
      if (next) {
        starts.push(next);
      }
      younger.hidden = page === 0;
      older.hidden = !next;
      empty.hidden = runs.length > 0;
      empty.textContent = next ? "None among those looked through so far; there are older ones." : page > 0 ? "No more runs." : filters.size ? "No run is like that." : "No runs yet.";
      const caption = `Runs, the youngest first: ${runs.length}${next || page ? ` on page ${page + 1}` : ""}`;
      if (list.caption.textContent !== caption) {
        list.caption.textContent = caption;
      }
    }, 3000, both, onFault);
  }

  async function many(order) {
    const body = {};
    for (const name of new Set(filters.keys())) {
      const values = filters.getAll(name);
      body[name] = values.length > 1 ? values : values[0];
    }
    const isCancel = order === "cancel";
    if (filters.size === 0) {
      await ask({ question: `${isCancel ? "Cancel" : "Rerun"} which runs?`, explanation: h("p", {}, "Set a filter first: this never acts on all runs there are."), button: "I see", action: () => true });
      return;
    }
    const key = newKey();
    const found = h("div", {}, h("p", { class: "dim" }, "Counting…"));
    const counted = collect({ ...body, dry_run: true }, () => { }).then(runs => found.replaceChildren(
      h("p", {}, runs.length === 0 ? (isCancel ? "None of them is under way." : "None of them has ended without success.")
        : `${runs.length.toLocaleString("en")} ${runs.length === 1 ? "run" : "runs"}:`),
      h("ul", {}, runs.slice(0, mostNamed).map(run => h("li", {}, foreign(run.id))), runs.length > mostNamed ? h("li", {}, `and ${(runs.length - mostNamed).toLocaleString("en")} more`) : null)),
    fault => found.replaceChildren(h("p", { class: "fault" }, fault.message)));
    const done = await ask({
      question: isCancel ? "Cancel these runs?" : "Run these again?",
      explanation: [found, h("p", { class: "dim" }, isCancel
        ? "They stop waiting and buy nothing more. Jobs that are running cannot be stopped."
        : "Each is started as a new run of the same request, and paid for again.")],
      button: isCancel ? "Cancel them" : "Run them again",
      action: async progress => {
        await counted;
        return collect(body, count => progress(`${count.toLocaleString("en")} so far…`));
      },
    });
    const left = (Array.isArray(done) ? done : []).filter(run => run.problem);
    if (left.length > 0) {
      onFault(new Error(`Not repeated: ${left.slice(0, mostNamed).map(run => `${run.id} (${run.problem})`).join(", ")}`));
    }
    if (done) {
      follow();
    }

    async function collect(request, progress) {
      const runs = [];
      for (let continuation; ;) {
        const page = await post(`jobs/${order}`, { json: continuation ? { ...request, continuation } : request, idempotencyKey: isCancel ? undefined : key, signal });
        runs.push(...page.runs);
        progress(runs.length);
        continuation = page.continuation;
        if (!continuation) {
          return runs;
        }
      }
    }
  }

  follow();
}
