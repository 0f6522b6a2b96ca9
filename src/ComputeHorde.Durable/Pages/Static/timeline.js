// Where the time of a run went: every status of every attempt, and the waits between them.
import { foreign, h, words } from "./dom.js";
import { duration, when } from "./format.js";

const known = new Set(["sent", "received", "accepted", "executor_ready", "volumes_ready", "streaming_ready", "execution_done", "completed", "rejected", "failed", "horde_failed"]);
const final = new Set(["completed", "rejected", "failed", "horde_failed"]);
const swatch = step => `s-${step.isWait ? "wait" : known.has(step.status) ? step.status : "other"}`;

/** Steps in their order: what, from when, until when (null: still). */
export function stepsOf(run) {
  const isOver = Boolean(run.outcome || run.error);
  const attempts = (run.outcome?.attempts ?? run.progress?.attempts ?? []).filter(attempt => attempt.history?.length || attempt.failure);
  const steps = [];
  let at = run.created_at;
  const wait = (name, until) => {
    if (until === null || Date.parse(until) - Date.parse(at) >= 50) {
      steps.push({ name, isWait: true, from: at, until });
      at = until ?? at;
    }
  };
  for (const [index, attempt] of attempts.entries()) {
    const history = attempt.history ?? [];
    if (history.length > 0) {
      wait(index === 0 ? "before the first job" : "before the next attempt", history[0].at);
    }
    steps.push({ attempt });
    for (const [place, change] of history.entries()) {
      const isLast = place === history.length - 1;
      const isOpen = isLast && !final.has(change.status) && !attempt.failure && !isOver && index === attempts.length - 1;
      const until = isLast ? (isOpen ? null : change.at) : history[place + 1].at;
      steps.push({ name: words(change.status), status: change.status, from: change.at, until });
      at = until ?? change.at;
    }
  }
  const isOpen = steps.at(-1)?.until === null;
  if (isOver) {
    wait("until the run had ended", run.updated_at);
  } else if (!isOpen) {
    wait(run.progress ? words(run.progress.phase) : "begins", null);
  }
  return steps;
}

export function timeline(run, now = Date.now()) {
  const steps = stepsOf(run);
  const length = step => Math.max(0, (step.until === null ? now : Date.parse(step.until)) - Date.parse(step.from));
  const bar = h("div", { class: "line", "aria-hidden": "true" }, steps.filter(step => !step.attempt).map(step => {
    const part = h("i", { class: `${swatch(step)}${step.until === null ? " live" : ""}`, title: step.name });
    part.style.flexGrow = String(length(step) + 1);
    return part;
  }));
  return [bar, h("ol", { class: "steps" }, steps.map(step => step.attempt
    ? h("li", { class: "attempt" }, h("span", {}, `Attempt ${step.attempt.number}`,
      step.attempt.failure ? h("span", { class: "fault" }, ": ", words(step.attempt.failure.class), " – ", foreign(step.attempt.failure.message || step.attempt.failure.reason || "")) : null))
    : h("li", {}, h("span", { class: `swatch ${swatch(step)}`, "aria-hidden": "true" }), foreign(step.name), h("span", { class: "num at dim" }, when(step.from)),
      h("span", { class: "num" }, step.until === null ? "now" : duration(length(step))))))];
}
