// Asks before something is done that costs money or cannot be taken back.
import { ApiFault } from "./api.js";

const dialog = document.getElementById("ask-dialog");
const title = document.getElementById("ask-title");
const text = document.getElementById("ask-text");
const fault = document.getElementById("ask-fault");
const yes = document.getElementById("ask-yes");
const no = document.getElementById("ask-no");
let current = 0;

/**
 * Shows a question; does what it is about when the answer is yes, and stays open while that fails.
 * @returns What `action` gave; null when the answer was no.
 */
export function ask({ question, explanation, button, action }) {
  title.textContent = question;
  text.replaceChildren(...[explanation].flat(Infinity).filter(Boolean));
  fault.textContent = "";
  yes.textContent = button;
  yes.disabled = no.disabled = false;
  return new Promise(resolve => {
    let result = null;
    const number = ++current;
    const end = new AbortController();
    const on = (element, event, listener) => element.addEventListener(event, listener, { signal: end.signal });
    on(no, "click", () => dialog.close());
    on(yes, "click", async () => {
      yes.disabled = no.disabled = true;
      fault.textContent = "";
      try {
        result = await action(progress => { fault.textContent = progress; }) ?? true;
        dialog.close();
      } catch (error) {
        if (!(error instanceof ApiFault)) {
          throw error;
        }
        fault.textContent = error.message;
      } finally {
        yes.disabled = no.disabled = false;
      }
    });
    on(dialog, "cancel", event => yes.disabled && event.preventDefault());
    on(dialog, "close", () => {
      // The event comes late: of the question before, which this one must not take for its own end.
      if (dialog.open && number === current) {
        return;
      }
      end.abort();
      resolve(result);
    });
    dialog.showModal();
    no.focus();
  });
}
