// The ledger of confirmed mismatches.
import { get } from "./api.js";
import { foreign, h, reconcile, row, table, words } from "./dom.js";
import { when } from "./format.js";
import { live } from "./live.js";
import { runLink } from "./runs.js";

const mostPages = 20;

export function showCheats({ open, signal, onFault }) {
  const { place } = open("Cheats");
  const columns = ["Recorded", "Run", "Job", "Compared by", "What differs", "Report", "Evidence"];
  const list = table("Confirmed mismatches, the youngest first", columns);
  const empty = h("p", { class: "empty" }, "Looking…");
  place.append(h("section", {}, list.element, empty));
  live(async () => {
    const cheats = [];
    let next = "";
    for (let page = 0; page < mostPages && next !== null; page++) {
      const found = await get(`cheats${next ? `?continuation=${encodeURIComponent(next)}` : ""}`, signal);
      cheats.push(...found.cheats);
      next = found.continuation ?? null;
    }
    cheats.sort((one, other) => String(other.evidence.recorded_at).localeCompare(String(one.evidence.recorded_at)));
    reconcile(list.body, cheats, cheat => cheat.job_uuid, cheat => {
      const { recorded_at: at, evidence } = cheat.evidence;
      return row(columns, [
        when(at), runLink(evidence.run_id), h("span", { class: "mono" }, foreign(cheat.job_uuid)), foreign(evidence.comparer), foreign(evidence.reason),
        cheat.report ? words(cheat.report.outcome) : "none yet",
        h("details", {}, h("summary", {}, "Show"), h("pre", { tabindex: "0", "aria-label": `Evidence against ${cheat.job_uuid}` }, JSON.stringify(cheat, null, 2))),
      ], ["num"]);
    });
    empty.hidden = cheats.length > 0;
    empty.textContent = "None: no result was found wrong, or none was checked.";
  }, 10_000, signal, onFault);
}
