// Webhooks: what was delivered, what waits, and what was given up.
import { get, post, segment } from "./api.js";
import { ask } from "./ask.js";
import { chip, foreign, h, reconcile, row, table, words } from "./dom.js";
import { when } from "./format.js";
import { live } from "./live.js";

const columns = ["Notice", "Tells", "Status", "Tries", "Last problem", "Next try", "Changed", "Again"];

const noticeRow = notice => row(columns, [
  foreign(notice.id), words(notice.type), chip(notice.status), notice.attempts === undefined ? "" : String(notice.attempts), foreign(notice.problem ?? ""), when(notice.next_at), when(notice.updated_at),
  notice.status === "pending" ? "" : h("button", { type: "button", "aria-label": `Deliver ${notice.id} again`, click: () => ask({
    question: "Deliver this again?", button: "Deliver it", explanation: h("p", {}, "Its receiver gets it anew, under the same webhook-id."), action: () => post(`notices/${segment(notice.id)}/redeliver`),
  }) }, "Deliver again…"),
], [null, null, null, "num", null, "num", "num"]);

export const noticeTable = notices => table(`Notices: ${notices.length}`, columns, notices.map(noticeRow)).element;

export function showNotices({ open, signal, onFault }) {
  const { place } = open("Webhooks that were given up");
  const list = table("Notices that nobody took for a day", columns);
  const empty = h("p", { class: "empty" }, "Looking…");
  place.append(h("section", {}, list.element, empty));
  live(async () => {
    const { notices } = await get("notices", signal);
    reconcile(list.body, notices.map(notice => ({ ...notice, status: "dead", updated_at: notice.at })), notice => notice.id, noticeRow);
    empty.hidden = notices.length > 0;
    empty.textContent = "None: every notice was delivered, or is still tried.";
  }, 10_000, signal, onFault);
}
