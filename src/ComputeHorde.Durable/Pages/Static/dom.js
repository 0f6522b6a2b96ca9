// Builds the page. Whatever comes from outside becomes a text node, never markup.

const plain = new Set(["class", "id", "type", "href", "for", "name", "value", "title", "role", "scope", "datetime", "download", "rel", "target", "placeholder",
  "tabindex", "max", "min", "autocomplete", "lang", "dir", "open", "hidden", "disabled", "selected"]);

/** An element with attributes, listeners (a function under the event's name) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (plain.has(name) || name.startsWith("aria-") || name.startsWith("data-")) {
      element.setAttribute(name, value === true ? "" : value);
    } else {
      throw new Error(`An element takes no '${name}' here.`);
    }
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** A text from outside, whose direction cannot disturb what stands around it. */
export const foreign = text => h("bdi", {}, String(text ?? ""));

export const chip = status => h("span", { class: `chip is-${/^[a-z_]+$/.test(status) ? status : "other"}` }, words(status));

export const words = name => String(name ?? "").replaceAll("_", " ");

/** Names and values, without those that are empty. */
export const facts = pairs => h("dl", { class: "facts" }, pairs
  .filter(([, value]) => value !== null && value !== undefined && value !== "")
  .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

/** A table that stays one for screen readers when a phone shows its rows as cards. */
export function table(caption, columns, rows = []) {
  const body = h("tbody", { role: "rowgroup" }, rows);
  const element = h("table", { role: "table" },
    h("caption", {}, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map(name => h("th", { scope: "col", role: "columnheader" }, name)))),
    body);
  return { element: h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption }, element), body, caption: element.caption };
}

export const row = (columns, cells, classes = []) =>
  h("tr", { role: "row" }, cells.map((cell, index) => h("td", { role: "cell", "data-label": columns[index], class: classes[index] }, h("div", {}, cell))));

/** Makes the rows those of the items, and touches only what is new or different: focus and selection stay where they are. */
export function reconcile(body, items, key, render) {
  const known = new Map([...body.children].map(child => [child.dataset.key, child]));
  let place = body.firstChild;
  for (const item of items) {
    const name = key(item), looks = JSON.stringify(item);
    let element = known.get(name);
    known.delete(name);
    if (!element || element.dataset.looks !== looks) {
      const fresh = render(item);
      fresh.dataset.key = name;
      fresh.dataset.looks = looks;
      const focused = element?.contains(document.activeElement);
      if (element === place) {
        place = place?.nextSibling ?? null;
      }
      element?.remove();
      element = fresh;
      body.insertBefore(element, place);
      if (focused) {
        element.querySelector("a, button")?.focus();
      }
    } else if (element === place) {
      place = place.nextSibling;
    } else {
      body.insertBefore(element, place);
    }
  }
  known.forEach(child => child.remove());
}

/** Renders into a place only when the data looks different from what it shows. */
export function renderIfNew(place, data, render) {
  const looks = JSON.stringify(data) ?? "";
  if (place.dataset.looks !== looks) {
    place.dataset.looks = looks;
    place.replaceChildren(...[render(data)].flat(Infinity).filter(Boolean));
    place.hidden = place.childNodes.length === 0;
  }
}
