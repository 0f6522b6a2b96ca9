// Batches: how far they are, what became of their lines, and how to steer them.
import { bytes, get, newKey, post, segment } from "./api.js";
import { ask } from "./ask.js";
import { chip, facts, foreign, h, reconcile, renderIfNew, row, table, words } from "./dom.js";
import { duration, seconds, when } from "./format.js";
import { live } from "./live.js";
import { noticeTable } from "./notices.js";
import { runLink } from "./runs.js";

const mostFailed = 200;
const isOver = batch => Boolean(batch.summary || batch.error);

function progressOf(batch) {
  const { progress, summary } = batch;
  if (summary) {
    return Object.entries(summary.lines_by_status ?? {}).map(([status, count]) => `${count.toLocaleString("en")} ${words(status)}`).join(", ") || `${summary.lines} lines`;
  }
  return progress ? [h("progress", { max: String(Math.max(1, progress.valid)), value: String(progress.done), "aria-label": `Progress of ${batch.id}` }),
    ` ${progress.done.toLocaleString("en")} of ${progress.valid.toLocaleString("en")}${progress.done > progress.completed ? `, ${(progress.done - progress.completed).toLocaleString("en")} not completed` : ""}`] : "";
}

export function showBatches({ open, signal, onFault }) {
  const { place } = open("Batches");
  const columns = ["Batch", "Status", "Lines", "Created", "Took"];
  const list = table("Batches, the youngest first", columns);
  const empty = h("p", { class: "empty" }, "Looking…");
  place.append(h("section", {}, list.element, empty));
  live(async () => {
    const { batches } = await get("batches", signal);
    reconcile(list.body, batches, batch => batch.id, batch => row(columns, [
      h("a", { href: `#/batch/${encodeURIComponent(batch.id)}` }, foreign(batch.id)), chip(batch.status), progressOf(batch), when(batch.created_at),
      isOver(batch) ? duration(Date.parse(batch.updated_at) - Date.parse(batch.created_at)) : "",
    ], [null, null, null, "num", "num"]));
    empty.hidden = batches.length > 0;
    empty.textContent = "No batches yet.";
  }, 3000, signal, onFault);
}

export function showBatch({ open, name, signal, onFault }) {
  const path = `batches/${segment(name)}`;
  const button = (text, question, explanation, action) => h("button", { type: "button", hidden: true, click: () => ask({ question, explanation: h("p", {}, explanation), button: text, action }).then(after) }, `${text}…`);
  const key = newKey();
  const pause = button("Pause", "Pause this batch?", "No further line is begun; jobs under way go on.", () => post(`${path}/pause`));
  const resume = button("Resume", "Let this batch go on?", "Its lines are begun again.", () => post(`${path}/resume`));
  const cancel = button("Cancel", "Cancel this batch?", "No further line is begun, and the runs under way stop waiting and paying.", () => post(`${path}/cancel`));
  const rerun = button("Run failed lines again", "Run the failed lines again?", "A new batch is started of the lines that are valid and did not complete, and paid for.", () => post(`${path}/rerun`, { idempotencyKey: key }));
  const { place, head } = open(foreign(name), [pause, resume, cancel, rerun]);
  const status = h("span", {}), summary = h("section", {}), failed = h("section", { hidden: true }), notices = h("section", { hidden: true });
  head.children[0].after(status);
  place.append(summary, failed, notices);

  function after(answer) {
    if (answer?.id && answer.id !== name) {
      location.hash = `#/batch/${encodeURIComponent(answer.id)}`;
    }
  }

  live(async () => {
    const batch = await get(path, signal);
    renderIfNew(status, batch.status, () => chip(batch.status));
    pause.hidden = isOver(batch) || batch.status === "paused";
    resume.hidden = batch.status !== "paused";
    cancel.hidden = isOver(batch);
    rerun.hidden = !batch.summary;
    renderIfNew(summary, batch, summaryOf);
    if (batch.summary) {
      renderIfNew(failed, batch.summary, () => failedLines(path, signal));
    } else {
      const query = new URLSearchParams({ prefix: `${name}~`, page_size: "100" });
      ["failed", "timed_out", "cancelled", "terminated"].forEach(value => query.append("status", value));
      const { jobs } = await get(`jobs?${query}`, signal);
      renderIfNew(failed, jobs.map(run => [run.id, run.status, run.failure_class]), runs => runs.length ? [h("h2", {}, "Lines that have not completed, so far"),
        linesTable(runs.map(([id, state, failure]) => ({ line: id.slice(name.length + 1), run: id, status: state, failure_class: failure })))] : null);
    }
    renderIfNew(notices, batch.notices ?? [], list => list.length ? [h("h2", {}, "Webhooks"), noticeTable(list)] : null);
    return !isOver(batch) || batch.summary?.verdicts?.pending > 0 || batch.notices?.some(notice => notice.status === "pending");
  }, 2000, signal, onFault);
}

const summaryOf = batch => [
  h("h2", {}, "Summary"),
  facts([
    ["Lines", progressOf(batch)],
    ["Not valid", batch.progress?.invalid ? String(batch.progress.invalid) : null],
    ["Verdicts of checks", Object.entries(batch.summary?.verdicts ?? {}).map(([verdict, count]) => `${count} ${words(verdict)}`).join(", ")],
    ["Jobs bought", batch.summary ? String(batch.summary.attempts) : null],
    ["Executor time (cost)", seconds(batch.summary?.executor_seconds)],
    ["Created", when(batch.created_at)],
    ["Took", isOver(batch) ? duration(Date.parse(batch.updated_at) - Date.parse(batch.created_at)) : null],
    ["Runs", h("a", { href: `#/runs?${new URLSearchParams({ prefix: `${batch.id}~` })}` }, "all runs of this batch")],
  ]),
  batch.summary?.problem || batch.error ? h("p", { class: "notice fault" }, foreign(batch.summary?.problem ?? batch.error)) : null,
];

function linesTable(lines) {
  const columns = ["Line", "Run", "Status", "Why"];
  return table(`Lines: ${lines.length}`, columns, lines.map(line => row(columns, [
    String(line.line), line.run ? runLink(line.run) : "", chip(line.status),
    line.problems ? line.problems.map(problem => h("div", {}, foreign(`${problem.field} ${problem.message}`))) : [words(line.failure_class ?? ""), line.reason ? [" – ", foreign(line.reason)] : null],
  ], ["num", null, null, null]))).element;
}

/** Reads the results until enough lines are found that did not complete: of ten thousand lines most are fine. */
async function* failedOf(path, signal) {
  const reader = (await bytes(`${path}/results`, null, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (; ;) {
      const { value, done } = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = done ? "" : lines.pop();
      for (const line of lines.filter(Boolean).map(text => JSON.parse(text))) {
        if (line.status !== "completed") {
          yield line;
        }
      }
      if (done) {
        return;
      }
    }
  } finally {
    await reader.cancel();
  }
}

function failedLines(path, signal) {
  const place = h("div", {}, h("p", { class: "dim" }, "Reading the results…"));
  (async () => {
    const lines = [];
    for await (const line of failedOf(path, signal)) {
      lines.push(line);
      if (lines.length === mostFailed) {
        break;
      }
    }
    place.replaceChildren(lines.length === 0 ? h("p", { class: "empty" }, "None: every line completed.")
      : linesTable(lines), ...(lines.length === mostFailed ? [h("p", { class: "dim" }, `The first ${mostFailed}; the results hold all.`)] : []));
  })().catch(fault => place.replaceChildren(h("p", { class: "fault" }, fault.message)));
  return [h("h2", {}, "Lines that did not complete"), place];
}
