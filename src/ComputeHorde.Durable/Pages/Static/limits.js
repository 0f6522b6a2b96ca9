// What namespaces may use, and what they do.
import { get } from "./api.js";
import { foreign, h, reconcile, row, table } from "./dom.js";
import { seconds } from "./format.js";
import { live } from "./live.js";

const use = (name, value, most, text) => most === undefined || most === null
  ? text(value)
  : [h("meter", { min: "0", max: String(Math.max(most, 1)), value: String(Math.min(value, most)), "aria-label": name }), ` ${text(value)} of ${text(most)}`];

export function showLimits({ open, signal, onFault }) {
  const { place } = open("Limits");
  const columns = ["Namespace", "In flight", "Waiting", "Executor time of the last day", "Trusted time an hour", "Priority"];
  const list = table("Namespaces", columns);
  const empty = h("p", { class: "empty" }, "Looking…");
  place.append(h("section", {}, list.element, empty));
  live(async () => {
    const { namespaces } = await get("limits", signal);
    reconcile(list.body, namespaces, space => `n${space.namespace}`, space => row(columns, [
      space.namespace ? foreign(space.namespace) : h("span", { class: "dim" }, "(none)"),
      use(`In flight in ${space.namespace}`, space.in_flight, space.limits.max_in_flight, String),
      String(space.waiting),
      use(`Executor time of ${space.namespace}`, space.executor_seconds_last_day, space.limits.executor_seconds_per_day, value => seconds(value) || "0 s"),
      space.limits.trusted_seconds_per_hour === undefined ? "" : seconds(space.limits.trusted_seconds_per_hour),
      String(space.limits.priority ?? 0),
    ], [null, "num", "num", "num", "num", "num"]));
    empty.hidden = namespaces.length > 0;
    empty.textContent = "No namespace has limits: nobody waits for anybody.";
  }, 3000, signal, onFault);
}
