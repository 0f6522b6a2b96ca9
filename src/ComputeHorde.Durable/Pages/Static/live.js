// Keeps a view up to date: asks again and again, not while nobody looks, and more rarely while nobody answers.
import { ApiFault, events } from "./api.js";

const state = document.getElementById("state");
const longestPause = 30_000, streamAgain = 30_000;

function show(text, isLost) {
  if (state.textContent !== text) {
    state.textContent = text;
  }
  state.classList.toggle("lost", isLost);
}

export const pause = (ms, signal) => new Promise(resolve => {
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
 * @param meanwhile Waits for the next call; by itself it waits for the interval.
 */
export async function live(refresh, interval, signal, onFault, meanwhile = pause) {
  let faults = 0;
  while (!signal.aborted) {
    let goesOn = true, wait = interval, next = meanwhile;
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
      next = pause;
      show(`${fault.message} Trying again.`, true);
    }
    if (!goesOn) {
      return;
    }
    await next(wait, signal);
    await visible(signal);
  }
}

/**
 * Waits for the next call by following an event stream, as long as there is one and somebody looks; where there is none, for the interval.
 * @param path The stream.
 * @param onEvent Gets type and data of each event.
 */
export function following(path, onEvent) {
  let notBefore = 0;
  return async (interval, signal) => {
    if (performance.now() < notBefore || document.hidden) {
      await pause(interval, signal);
      return;
    }
    const unseen = new AbortController();
    document.addEventListener("visibilitychange", () => document.hidden && unseen.abort(), { signal: unseen.signal });
    const begun = performance.now();
    try {
      await events(path, AbortSignal.any([signal, unseen.signal]), onEvent);

      // One that ends at once is no faster than asking, and must not be asked for more often.
      await pause(Math.max(0, begun + interval - performance.now()), signal);
    } catch (fault) {
      if (!signal.aborted && !unseen.signal.aborted) {
        // No events here, now: asked for they are, as ever.
        notBefore = performance.now() + streamAgain;
        await pause(interval, signal);
      }
    } finally {
      unseen.abort();
    }
  };
}
