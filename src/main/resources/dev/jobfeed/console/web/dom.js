// Creates elements from data. Text is always inserted as text and never parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter(there));
  return element;
}

const there = child => child !== null && child !== undefined && child !== false;

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) if (there(value)) element.setAttribute(name, value);
  element.append(...children.filter(there));
  return element;
}

const PATHS = {
  ok: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5.2 8.2l2 2 3.7-4.2",
  bad: "M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  warn: "M8 2 14.6 13.8H1.4zM8 6.4v3.4M8 11.8v.1",
  run: "M8 1.5A6.5 6.5 0 1 0 14.5 8M8 4.5V8l2.4 1.6",
  off: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5.3 8h5.4",
  pause: "M5.5 3v10M10.5 3v10",
  lock: "M3.5 7h9v7h-9zM5.5 7V4.8a2.5 2.5 0 0 1 5 0V7",
  user: "M8 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6M2.5 14.5c0-6 11-6 11 0",
  menu: "M2 4h12M2 8h12M2 12h12",
  theme: "M13.5 9.7A6 6 0 0 1 6.3 2.5a6 6 0 1 0 7.2 7.2",
  home: "M2 7.2 8 2l6 5.2V14H2zM6.3 14v-4h3.4v4",
  runs: "M2 3.5h5M9 3.5h5M2 8h8M12 8h2M2 12.5h3M7 12.5h7",
  jobs: "M2 5h12v8.5H2zM5.7 5V2.7h4.6V5M2 8.8h12",
  bell: "M3.5 11.5h9L11 9.4V6.6a3 3 0 0 0-6 0v2.8zM6.8 13.8h2.4",
  box: "M2 3h12v3.2H2zM3 6.2V13h10V6.2M6.3 8.8h3.4",
  cog: "M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 2.7v3.6M6 9.7v3.6",
  more: "M3 8h.1M8 8h.1M13 8h.1",
  ext: "M6 3H3v10h10v-3M9 3h4v4M13 3 7.5 8.5",
  copy: "M5.5 5.5h8v8h-8zM2.5 10.5v-8h8",
};

export function icon(name, more = "") {
  return svg("svg", { viewBox: "0 0 16 16", class: `i ${more}`, "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}

/** Creates a link to an address from the feed, or returns the text alone if it is not a web address. */
export function outward(address, text, style) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return h("span", {}, String(address ?? ""));
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return h("span", {}, String(address));
  return h("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank", class: style }, text ?? url.href,
    style ? icon("ext") : null);
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
  element.replaceChildren(...[build(data)].flat(9).filter(there));
  return true;
}

export const state = (tone, word) => h("span", { class: `st ${tone}` }, icon(tone, tone === "run" ? "spin" : ""), word);

export const tag = (tone, word, sign) => h("span", { class: `tag ${tone}` }, sign ? icon(sign) : null, word);

export const button = (word, style, click, sign) =>
  h("button", { type: "button", class: `btn ${style ?? ""}`, onclick: click }, sign ? icon(sign) : null, word);

export const link = (word, to, style) => h("a", { class: `btn ${style ?? ""}`, href: to }, word);

export const head = (title, sub, actions, crumb) => h("div", { class: "head" },
  h("div", { class: "grow" }, crumb ? h("p", { class: "crumb" }, crumb) : null, h("h1", {}, title),
    sub ? h("p", { class: "sub" }, sub) : null), actions ? h("div", { class: "row" }, actions) : null);

export const card = (title, end, ...body) => h("section", { class: "card", "aria-label": title },
  h("header", {}, h("h2", {}, title), end ? h("div", { class: "end" }, end) : null), h("div", { class: "body" }, body));

export const empty = (sign, title, text, ...actions) => h("div", { class: "empty" }, icon(sign), h("h2", {}, title),
  h("p", {}, text), actions.length ? h("div", { class: "row" }, actions) : null);

export const facts = list => h("dl", { class: "facts" },
  list.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

export const pairs = list => h("dl", { class: "pairs" },
  list.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

export const figure = (name, value, detail, to, tone) => h(to ? "a" : "div", { href: to },
  h("span", { class: "k" }, name), h("span", { class: "v" }, value), h("span", { class: `d ${tone ?? ""}` }, detail));

/** Creates horizontal bars, each { name, share (0 to 1), text, tip, tone }. */
export const ranking = list => h("div", { class: "bars" }, list.map(item => [
  h("span", {}, item.name),
  h("span", { class: "bar", "data-tip": item.tip }, h("i", { class: item.tone, style: { width: `${item.share * 100}%` } })),
  h("span", { class: "num" }, item.text)]));

/**
 * Creates a table that becomes a list of cards on a phone.
 *
 * Columns are { title, cell: row => content, class, sort }. The class t makes the title of the card; lg and w leave a
 * column out of narrow windows. `options.note` returns a second line of a row; `options.sort` and `options.resort`
 * make the headers buttons.
 */
export function table(caption, columns, rows, { note, sort, order, resort } = {}) {
  const isTitle = column => /\bt\b/.test(column.class ?? "");
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", { class: "cards" },
    h("caption", { class: "vh" }, caption),
    h("thead", {}, h("tr", {}, columns.map(column => h("th", {
      scope: "col", class: column.class,
      "aria-sort": resort && column.sort === sort ? order === "asc" ? "ascending" : "descending" : null,
    }, resort && column.sort
      ? h("button", { type: "button", class: "sort", onclick: () => resort(column.sort, column.sort === sort && order === "desc" ? "asc" : "desc") },
        column.title, h("span", { "aria-hidden": "true" }, column.sort === sort ? order === "asc" ? " ↑" : " ↓" : ""))
      : column.title)))),
    h("tbody", {}, rows.map(row => [
      h("tr", {}, columns.map(column => h(isTitle(column) ? "th" : "td", {
        class: column.class, scope: isTitle(column) ? "row" : null, "data-l": isTitle(column) ? null : column.title,
      }, column.cell(row)))),
      note?.(row) ? h("tr", { class: "note" }, h("td", { colspan: columns.length }, h("div", {}, note(row)))) : null,
    ]))));
}

/** Formats JSON, or text that may be JSON, with numbered lines. */
export function json(value, label) {
  let text = value;
  try {
    text = JSON.stringify(typeof value === "string" ? JSON.parse(value) : value, null, 2);
  } catch {
    // shown as it is
  }
  return h("div", { class: "json", tabindex: "0", role: "region", "aria-label": label }, String(text).split("\n").map(line => {
    const key = line.match(/^(\s*)("(?:[^"\\]|\\.)*")(: .*)$/);
    return h("div", {}, key ? [key[1], h("span", { class: "key" }, key[2]), key[3]] : line || " ");
  }));
}

/** Copies a text, and says so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser does not allow copying. Select the text instead.", "warn");
  }
}

/** Shows a message for some seconds. An error stays until it is closed. */
export function toast(text, tone = "ok") {
  const note = h("div", { class: "toast" }, icon(tone, tone), h("span", {}, text),
    h("button", { type: "button", class: "btn quiet", "aria-label": "Close message", onclick: () => note.remove() }, "×"));
  document.getElementById("toasts").append(note);
  if (tone === "ok") setTimeout(() => note.remove(), 8000);
}

const tip = document.getElementById("tip");

export function showTip(on) {
  tip.textContent = on.getAttribute("data-tip");
  tip.hidden = false;
  const box = on.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  let x = box.left + box.width / 2 - size.width / 2;
  let y = box.top - size.height - 8;
  if (y < 4) y = box.bottom + 8;
  if (on.classList.contains("hit")) {
    x = box.right + 8 + size.width > innerWidth - 6 ? box.left - size.width - 8 : box.right + 8;
    y = box.top;
  }
  tip.style.left = `${Math.max(6, Math.min(innerWidth - size.width - 6, x))}px`;
  tip.style.top = `${Math.max(4, y)}px`;
}

export const hideTip = () => { tip.hidden = true; };

/** One tab stop; the arrow keys move among the links inside. */
export function arrows(box) {
  box.addEventListener("keydown", event => {
    const links = [...box.querySelectorAll("a")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = step && links[links.indexOf(document.activeElement) + step];
    if (!to) return;
    event.preventDefault();
    document.activeElement.setAttribute("tabindex", -1);
    to.setAttribute("tabindex", 0);
    to.focus();
  });
}

for (const kind of ["pointerover", "focusin"]) {
  addEventListener(kind, event => {
    const on = event.target.closest?.("[data-tip]");
    if (on && (kind === "pointerover" || on.matches(":focus-visible"))) showTip(on);
    else if (kind === "pointerover") hideTip();
  });
}
addEventListener("focusout", hideTip);
addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  hideTip();
  for (const menu of document.querySelectorAll(".menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
addEventListener("click", event => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
