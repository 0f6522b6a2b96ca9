// One run: what it does, where its time went, what it returned, what its check found.
import { bytes, get, newKey, post, segment } from "./api.js";
import { ask } from "./ask.js";
import { chip, facts, foreign, h, renderIfNew, row, table, words } from "./dom.js";
import { duration, seconds, size, when } from "./format.js";
import { following, live, pause } from "./live.js";
import { noticeTable } from "./notices.js";
import { runLink } from "./runs.js";
import { timeline } from "./timeline.js";

const preview = 65_536, interval = 2000;
const isOver = run => !["pending", "running", "suspended"].includes(run.status);

export function showRun({ open, name, signal, onFault }) {
  const path = `jobs/${segment(name)}`;
  const cancel = h("button", { type: "button", hidden: true, click: cancelRun }, "Cancel…");
  const rerun = h("button", { type: "button", hidden: true, click: rerunRun }, "Run again…");
  const { place, head } = open(foreign(name), [cancel, rerun]);
  const status = h("span", {});
  head.children[0].after(status);
  const part = () => h("section", { hidden: true });
  const [summary, time, check, result, notices, documents] = [part(), part(), part(), part(), part(), part()];
  place.append(summary, time, check, result, notices, documents);
  renderIfNew(documents, name, () => rawDocuments(path, signal));

  let run;
  function show() {
    renderIfNew(status, run.status, () => chip(run.status));
    cancel.hidden = isOver(run) && run.check?.verdict !== "pending";
    rerun.hidden = !isOver(run);
    renderIfNew(summary, run, summaryOf);
    renderIfNew(time, isOver(run) ? run : { ...run, at: Date.now() }, () => [h("h2", {}, "Time line"), timeline(run)]);
    renderIfNew(check, [run.check, run.outcome?.job_uuid], () => run.check ? checkOf(run, signal) : null);
    renderIfNew(result, run.outcome?.result ?? null, reference => reference ? resultOf(path, signal) : null);
    renderIfNew(notices, run.notices ?? [], list => list.length ? [h("h2", {}, "Webhooks"), noticeTable(list)] : null);
    return !isOver(run) || run.check?.verdict === "pending" || run.notices?.some(notice => notice.status === "pending");
  }

  const follow = following(`${path}/events`, (type, data) => {
    if (type !== "status") {
      run = JSON.parse(data);
      show();
    }
  });
  live(async () => {
    run = await get(path, signal);
    return show();
  }, interval, signal, onFault, async wait => {
    // The line of a run that goes on grows, whether there is news or not.
    const clock = setInterval(show, interval);
    await (isOver(run) ? pause : follow)(wait, signal);
    clearInterval(clock);
  });

  async function cancelRun() {
    await ask({
      question: "Cancel this run?", button: "Cancel it",
      explanation: h("p", {}, "It stops waiting and buys nothing more. A job that is running cannot be stopped; it runs to its limits."),
      action: () => post(`${path}/cancel`),
    });
  }

  async function rerunRun() {
    const idempotencyKey = newKey();
    const started = await ask({
      question: "Run this again?", button: "Run it again",
      explanation: h("p", {}, "A new run of the same request is started, and paid for again."),
      action: () => post(`${path}/rerun`, { idempotencyKey }),
    });
    if (started) {
      location.hash = `#/run/${encodeURIComponent(started.id)}`;
    }
  }
}

function summaryOf(run) {
  const { progress, outcome } = run;
  const took = isOver(run) ? duration(Date.parse(run.updated_at) - Date.parse(run.created_at)) : null;
  const failure = outcome?.failure;
  return [
    h("h2", {}, "Summary"),
    facts([
      ["Doing", !isOver(run) && progress ? words(progress.phase) + (progress.status ? `, ${words(progress.status)}` : "") : null],
      ["Attempt", !isOver(run) && progress?.attempt ? `${progress.attempt}${progress.max_attempts ? ` of ${progress.max_attempts}` : ""}` : null],
      ["Created", when(run.created_at)],
      ["Took", took],
      ["Jobs paid for", outcome ? String(outcome.paid_attempts) : null],
      ["Turned away, unpaid", outcome?.turned_away ? `${outcome.turned_away} times` : progress?.capacity ? `${progress.capacity.count} times` : null],
      ["Executor time (cost)", seconds(outcome?.executor_seconds)],
      ["Trusted miner's time (cost of the check)", run.check?.trusted_seconds ? seconds(run.check.trusted_seconds) : null],
      ["Fallback", outcome?.fallback ? [foreign(outcome.fallback.provider), outcome.fallback.cost_usd !== undefined ? ` for $${outcome.fallback.cost_usd}` : ` for at most $${outcome.fallback.cost_bound_usd}`] : null],
      ["Job", outcome?.job_uuid ?? progress?.job_uuid ? foreign(outcome?.job_uuid ?? progress.job_uuid) : null],
      ["Namespace", run.namespace ? foreign(run.namespace) : null],
      ["Labels", Object.keys(run.labels ?? {}).length ? Object.entries(run.labels).map(([key, value]) => h("span", { class: "label" }, foreign(value === "" ? key : `${key}=${value}`))) : null],
      ["Repeats", run.rerun_of ? runLink(run.rerun_of) : null],
      ["Serves at", progress?.streaming ? foreign(`${progress.streaming.address}:${progress.streaming.port}`) : null],
    ]),
    !isOver(run) && progress?.note ? h("p", { class: "notice" }, "Last: ", foreign(progress.note)) : null,
    failure ? h("p", { class: "notice fault" }, words(failure.class), failure.exit_status !== undefined ? ` with exit status ${failure.exit_status}` : "", ": ", foreign(failure.message || failure.reason || "no reason was given")) : null,
    run.error ? h("p", { class: "notice fault" }, "The run itself broke: ", foreign(run.error)) : null,
    (run.warnings ?? []).map(warning => h("p", { class: "notice" }, foreign(warning))),
  ];
}

function checkOf({ check, outcome }, signal) {
  const evidence = h("details", {}, h("summary", {}, "Evidence, as the ledger keeps it"), h("pre", { tabindex: "0", "aria-label": "Evidence" }));
  const job = outcome?.job_uuid ?? outcome?.attempts?.at(-1)?.job_uuid;
  evidence.addEventListener("toggle", () => fill(evidence, () => get(`cheats/${segment(job)}`, signal)), { once: true });
  return [
    h("h2", {}, "Check on the trusted miner"),
    facts([
      ["Verdict", chip(check.verdict)],
      ["Why", foreign(check.reason)],
      ["Confirmed by a second copy", check.is_confirmed ? "yes" : null],
      ["Report to the facilitator", check.report ? words(check.report) : null],
      ["Trusted copies", (check.trusted_job_uuids ?? []).length ? check.trusted_job_uuids.map(uuid => h("div", { class: "mono" }, foreign(uuid))) : null],
    ]),
    check.verdict === "mismatch" && job ? evidence : null,
  ];
}

function resultOf(path, signal) {
  const place = h("div", {}, h("p", { class: "dim" }, "Reading the manifest…"));
  get(`${path}/result`, signal).then(
    manifest => place.replaceChildren(textPart("Standard output", "stdout", manifest.stdout, path, signal), textPart("Standard error", "stderr", manifest.stderr, path, signal), files(manifest, path, signal)),
    fault => place.replaceChildren(h("p", { class: "fault" }, fault.message)));
  return [h("h2", {}, "Result"), place];
}

function textPart(title, part, content, path, signal) {
  if (!content?.size) {
    return h("p", { class: "dim" }, `${title}: empty.`);
  }
  const text = h("pre", { tabindex: "0", "aria-label": title, dir: "auto" }, "…");
  const isCut = content.size > preview;
  const read = async first => {
    text.textContent = await (await bytes(`${path}/result?part=${part}`, first, signal)).text();
  };
  const all = h("button", { type: "button", hidden: !isCut, click: () => run(async () => { await read(null); all.hidden = true; }, head) }, `Show all ${size(content.size)}`);
  const head = h("div", { class: "head" }, h("strong", {}, title), h("span", { class: "dim num" }, isCut ? `first ${size(preview)} of ${size(content.size)}` : size(content.size)),
    h("div", { class: "buttons" }, all, downloadButton(part, title, path, signal)));
  run(() => read(isCut ? preview : null), head);
  return h("div", { class: "part" }, head, text);
}

function files(manifest, path, signal) {
  const columns = ["Path", "Kind", "Size", "SHA-256", "Download"];
  const all = [...Object.entries(manifest.outputs ?? {}).map(entry => ["output", ...entry]), ...Object.entries(manifest.artifacts ?? {}).map(entry => ["artifact", ...entry])];
  return all.length === 0 ? null : table("Files", columns, all.map(([kind, file, content]) => row(columns, [
    foreign(file), kind, size(content.size), h("span", { class: "mono" }, content.sha256 ? `${content.sha256.slice(0, 16)}…` : ""),
    kind === "output" ? outputButton(file, path, signal) : downloadButton(file, file, path, signal),
  ], [null, null, "num", null, null]))).element;
}

/** Artifacts and texts come through the functions, with the key. */
function downloadButton(part, title, path, signal) {
  const button = h("button", { type: "button", "aria-label": `Download ${title}`, click: () => run(async () => {
    const url = URL.createObjectURL(await (await bytes(`${path}/result?part=${segment(part)}`, null, signal)).blob());
    save(url, part === "stdout" || part === "stderr" ? `${part}.txt` : part.split("/").at(-1));
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }, button.parentElement) }, "Download");
  return button;
}

/** Outputs may be large: the browser gets them from the storage itself, by an address that is good for minutes. */
function outputButton(part, path, signal) {
  const button = h("button", { type: "button", "aria-label": `Download ${part}`, click: () => run(async () => {
    const { url } = await get(`${path}/result?part=${segment(part)}&redirect=false`, signal);
    save(url, part.split("/").at(-1), true);
  }, button.parentElement) }, "Download");
  return button;
}

function save(url, name, isElsewhere = false) {
  const link = h("a", { href: url, download: name, rel: "noopener noreferrer", target: isElsewhere ? "_blank" : null });
  document.body.append(link);
  link.click();
  link.remove();
}

/** Says beside a button what went wrong. */
async function run(action, place) {
  try {
    await action();
  } catch (fault) {
    place?.append(h("span", { class: "fault", role: "alert" }, ` ${fault.message}`));
  }
}

function rawDocuments(path, signal) {
  const documents = [["The run", ""], ["The request, without what may be secret", "/request"], ["The manifest of the result", "/result"]];
  return [h("h2", {}, "Documents"), documents.map(([title, suffix]) => {
    const details = h("details", {}, h("summary", {}, title), h("pre", { tabindex: "0", "aria-label": title }));
    details.addEventListener("toggle", () => details.open && fill(details, () => get(path + suffix, signal)));
    return details;
  })];
}

async function fill(details, read) {
  const text = details.querySelector("pre");
  try {
    text.textContent = JSON.stringify(await read(), null, 2);
  } catch (fault) {
    text.textContent = fault.message;
  }
}
