// Creates elements from data. Text is always inserted as text and never parsed as HTML.

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Creates a link to an address from the feed, or returns the text alone if it is not a web address. */
export function outward(address, text) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return h("span", {}, String(address ?? ""));
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return h("span", {}, String(address));
  return h("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank" }, text ?? url.href);
}

/** Sets the text of an element if it has changed. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Replaces the content of an element with the result of `build`, unless the data is the same as before. */
export function show(element, data, build) {
  const key = JSON.stringify(data);
  if (element.dataset.key === key) return false;
  element.dataset.key = key;
  element.replaceChildren(...[build(data)].flat().filter(Boolean));
  return true;
}

/** Creates a table in a box that scrolls horizontally in a narrow window. */
export function table(caption, columns, rows, attributes) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption, ...attributes },
    h("table", {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map(column =>
        h("th", { scope: "col", class: column.class }, column.title)))),
      h("tbody", {}, rows.map(row => h("tr", { class: row.class },
        columns.map((column, i) => h(i === 0 ? "th" : "td",
          { scope: i === 0 ? "row" : null, class: column.class }, column.cell(row))))))));
}
