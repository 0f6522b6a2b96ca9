// Keeps a view up to date: asks again and again, not while nobody looks, and more rarely while nobody answers.
import { ApiFault } from "./api.js";

const state = document.getElementById("state");
const longestPause = 30_000;

function show(text, isLost) {
  if (state.textContent !== text) {
    state.textContent = text;
  }
  state.classList.toggle("lost", isLost);
}

const pause = (ms, signal) => new Promise(resolve => {
  const timer = setTimeout(done, ms);
  signal.addEventListener("abort", done, { once: true });
  function done() {
    clearTimeout(timer);
    signal.removeEventListener("abort", done);
    resolve();
  }
});

const visible = signal => document.hidden
  ? new Promise(resolve => {
    const look = () => (!document.hidden || signal.aborted) && resolve();
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", resolve, { once: true });
  })
  : Promise.resolve();

/**
 * Calls `refresh` until the view is left or it returns false.
 * @param refresh Asks and renders; false when nothing will change any more.
 * @param interval Milliseconds between two calls.
 */
export async function live(refresh, interval, signal, onFault) {
  let faults = 0;
  while (!signal.aborted) {
    let goesOn = true, wait = interval;
    try {
      goesOn = await refresh() !== false;
      faults = 0;
      show(goesOn ? "Live" : "", false);
    } catch (fault) {
      if (signal.aborted) {
        return;
      }
      if (!(fault instanceof ApiFault)) {
        throw fault;
      }
      if (fault.status >= 400 && fault.status < 500 && fault.status !== 429 && fault.status !== 401) {
        show("", false);
        onFault(fault);
        return;
      }
      wait = fault.retryAfter ? fault.retryAfter * 1000 : Math.min(interval * 2 ** ++faults, longestPause);
      show(`${fault.message} Trying again.`, true);
    }
    if (!goesOn) {
      return;
    }
    await pause(wait, signal);
    await visible(signal);
  }
}
