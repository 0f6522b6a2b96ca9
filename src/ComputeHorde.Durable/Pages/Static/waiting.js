// Who waits for room: for a place in a namespace, or for a miner.
import { get } from "./api.js";
import { foreign, h, reconcile, row, table } from "./dom.js";
import { when } from "./format.js";
import { live } from "./live.js";
import { runLink } from "./runs.js";

export function showWaiting({ open, signal, onFault }) {
  const { place } = open("Waiting for room");
  const placeColumns = ["Run", "Namespace", "Priority", "Since"], roomColumns = ["Run", "Since", "Turned away", "Last"];
  const places = table("For a place in their namespace, in the order in which they get one", placeColumns);
  const room = table("For a miner: nothing is paid meanwhile", roomColumns);
  const [noPlaces, noRoom] = [h("p", { class: "empty" }, "Looking…"), h("p", { class: "empty" }, "Looking…")];
  place.append(h("section", {}, h("h2", {}, "Places"), places.element, noPlaces), h("section", {}, h("h2", {}, "Capacity"), room.element, noRoom));
  live(async () => {
    const [{ waiting_runs: waiting }, { jobs, continuation }] = await Promise.all([get("limits", signal), get("jobs?status=running&phase=waiting_for_capacity&page_size=200", signal)]);
    reconcile(places.body, waiting, run => run.run, run => row(placeColumns, [runLink(run.run), foreign(run.namespace), String(run.priority), when(run.since)], [null, null, "num", "num"]));
    reconcile(room.body, jobs, run => run.id, run => row(roomColumns, [
      runLink(run.id), when(run.progress.capacity?.since), run.progress.capacity ? `${run.progress.capacity.count} times` : "", foreign(run.progress.note ?? ""),
    ], [null, "num", "num", null]));
    noPlaces.hidden = waiting.length > 0;
    noPlaces.textContent = "Nobody.";
    noRoom.hidden = jobs.length > 0 && !continuation;
    noRoom.textContent = continuation ? "There are more runs under way than are looked through here." : "Nobody.";
  }, 3000, signal, onFault);
}
