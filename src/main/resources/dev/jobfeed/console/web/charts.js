// Charts in SVG: bars from zero and points on a logarithmic axis. Each column has a tooltip, and a table has the numbers.

import { arrows, card, h, hideTip, showTip, svg } from "./dom.js";
import { compact } from "./words.js";

const LEFT = 44;

const nice = max => {
  const power = 10 ** Math.floor(Math.log10(max || 1));
  return Math.max(1, [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5].map(step => step * power).find(step => step >= max / 4));
};

export const legend = (...items) => h("p", { class: "legend" },
  items.map(([word, color]) => h("span", {}, h("i", { style: { background: color } }), word)));

/** Draws when the width is known, and again when it changes. */
function drawn(draw) {
  const box = h("div", { class: "chart" });
  let before = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width && width !== before) box.replaceChildren(draw(before = width));
  }).observe(box);
  return box;
}

/**
 * Creates bars.
 *
 * @param columns [{ label, tip, parts: [[value, color]], mark: [sign, color], to }]; a negative value goes below zero
 * @param options { height, format, line: { value, label } }
 */
export function bars(name, columns, { height = 170, format = compact, line } = {}) {
  const total = (column, sign) => column.parts.reduce((sum, [value]) => sum + Math.max(0, sign * value), 0);
  const ups = columns.map(column => total(column, 1)).filter(value => value > 0).sort((a, b) => b - a);
  // a few columns that would flatten the others are cut off, and say so
  const few = ups.length < 8 ? 1 : Math.max(2, Math.floor(ups.length / 8));
  const usual = ups[few] ?? 0;
  const isCut = usual > 0 && ups[0] > usual * 4 && !(line?.value > usual * 1.3);
  const cap = isCut ? usual * 1.3 : Infinity;
  return drawn(width => {
    const up = Math.max(1, line?.value ?? 0, Math.min(cap, ups[0] ?? 0));
    const down = Math.max(0, ...columns.map(column => total(column, -1)));
    const step = nice(Math.max(up, down));
    const top = cap === Infinity ? Math.ceil(up / step) * step : cap;
    const low = Math.ceil(down / step) * step;
    const head = cap !== Infinity ? 24 : columns.some(column => column.mark) ? 14 : 8;
    const inner = height - 20 - head;
    const y = value => head + inner * (top - value) / (top + low);
    const step1 = (width - LEFT) / Math.max(1, columns.length);
    const wide = Math.max(1, Math.min(28, step1 * 0.76));
    const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", tabindex: "0",
      "aria-label": `${name}. The arrow keys read each column.` });
    for (let value = -low; value <= top + 1e-9; value += step) {
      chart.append(svg("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value), class: Math.abs(value) < 1e-9 ? "z" : "g" }),
        svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, format(Math.abs(value))));
    }
    const skip = Math.max(1, Math.ceil(columns.length / Math.max(1, Math.floor((width - LEFT) / 64))));
    let labelled = -Infinity;
    columns.forEach((column, i) => {
      const x = LEFT + i * step1 + (step1 - wide) / 2;
      const sum = total(column, 1);
      const scale = sum > cap ? cap / sum : 1;
      let above = 0;
      let below = 0;
      for (const [value, color] of column.parts) {
        if (!value) continue;
        const tall = Math.max(0.75, Math.abs(y(value * scale) - y(0)));
        const at = value > 0 ? y(0) - above - tall : y(0) + below;
        const bar = svg("rect", { x, y: at, width: wide, height: tall });
        bar.style.fill = color;
        chart.append(bar);
        if (value > 0) above += tall;
        else below += tall;
      }
      let mark = y(0) - above - 3;
      if (scale < 1) {
        const cut = svg("path", { d: `M${x - 3} ${head + 10}l${wide + 6} -5v4l${-wide - 6} 5z`, class: "cut" });
        const isNear = x - labelled < 48;
        if (!isNear) labelled = x;
        chart.append(cut, svg("text", { x: Math.min(width - 20, x + wide / 2), y: head - 4, "text-anchor": "middle", class: "off-scale" },
          isNear ? "" : `${format(sum)} ↑`));
        mark = head + 24;
      }
      if (column.mark) {
        const sign = svg("text", { x: x + wide / 2, y: mark, "text-anchor": "middle", class: "mark" }, column.mark[0]);
        sign.style.fill = column.mark[1];
        chart.append(sign);
      }
      if (i % skip === 0 && LEFT + i * step1 < width - 30) {
        chart.append(svg("text", { x: LEFT + i * step1 + step1 / 2, y: height - 3, "text-anchor": i === 0 && step1 < 30 ? "start" : "middle" }, column.label));
      }
      const hit = svg("rect", { x: LEFT + i * step1, y: head - 4, width: step1, height: inner + 4, class: column.to ? "hit to" : "hit", "data-tip": column.tip });
      if (column.to) hit.addEventListener("click", () => { location.hash = column.to; });
      chart.append(hit);
    });
    if (line) {
      chart.append(svg("line", { x1: LEFT, x2: width, y1: y(line.value), y2: y(line.value), class: "average" }));
    }
    keys(chart, columns);
    return chart;
  });
}

/** Lets the arrow keys show the tooltip of each column, and Enter open it. */
function keys(chart, columns) {
  const hits = chart.querySelectorAll(".hit");
  let at = -1;
  chart.addEventListener("keydown", event => {
    if (event.key === "Enter" && columns[at]?.to) location.hash = columns[at].to;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !hits.length) return;
    event.preventDefault();
    hits[at]?.classList.remove("on");
    at = at < 0 ? step > 0 ? 0 : hits.length - 1 : Math.max(0, Math.min(hits.length - 1, at + step));
    hits[at].classList.add("on");
    showTip(hits[at]);
  });
  chart.addEventListener("blur", () => {
    hits[at]?.classList.remove("on");
    hideTip();
  });
}

const SIGNS = { ok: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", warn: "M0-5 5.5 4.5h-11z", bad: "M-4-4 4 4M4-4-4 4", run: "M-4-4h8v8h-8z", off: "M-4 0h8" };

const sign = (tone, x, y) => svg("path", { d: SIGNS[tone], transform: `translate(${x} ${y})`, class: `sign ${tone}` });

export const signs = items => h("p", { class: "legend" }, items.map(([tone, word]) =>
  h("span", {}, svg("svg", { viewBox: "-7 -7 14 14", width: 14, height: 14, "aria-hidden": "true" }, sign(tone, 0, 0)), word)));

/** Creates points on a logarithmic axis of seconds, each { id, seconds, tone, tip, to }: values from seconds to hours in one chart. */
export function points(name, items) {
  const low = Math.max(0.1, Math.min(1, ...items.map(item => item.seconds || 0.1)));
  const high = Math.max(60, ...items.map(item => item.seconds));
  const height = 130;
  return drawn(width => {
    const step = (width - LEFT) / Math.max(items.length, 12);
    const y = value => 8 + (height - 30) * (1 - Math.log(Math.max(low, value) / (low * 0.8)) / Math.log(high * 1.25 / (low * 0.8)));
    const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "group", "aria-label": `${name}, logarithmic` });
    for (const tick of [0.1, 1, 10, 60, 600, 3600, 21600, 86400]) {
      if (tick < low || tick > high * 1.2) continue;
      const word = tick < 60 ? `${tick} s` : tick < 3600 ? `${tick / 60} min` : `${tick / 3600} h`;
      chart.append(svg("line", { x1: LEFT, x2: width, y1: y(tick), y2: y(tick), class: "g" }),
        svg("text", { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, word));
    }
    const skip = Math.ceil(items.length / Math.max(1, Math.floor((width - LEFT) / 52)));
    items.forEach((item, i) => {
      const x = LEFT + (i + 0.5) * step;
      chart.append(svg("a", { href: item.to, "aria-label": item.tip.replaceAll("\n", ", "), "data-tip": item.tip, tabindex: i === items.length - 1 ? 0 : -1 },
        svg("rect", { x: x - step / 2, y: 2, width: step, height: height - 22, class: "hit" }), sign(item.tone, x, y(item.seconds))));
      if ((items.length - 1 - i) % skip === 0) chart.append(svg("text", { x, y: height - 3, "text-anchor": "middle" }, String(item.id)));
    });
    arrows(chart);
    return chart;
  });
}

const chosen = {};

/** Shows a chart with a choice of ranges; the choice lasts as long as the page. */
export function ranged(title, ranges, ...before) {
  const place = h("div");
  const names = Object.keys(ranges);
  const draw = name => place.replaceChildren(...ranges[name]());
  const group = h("div", { class: "seg", role: "group", "aria-label": `Range of ${title}` }, names.map(name =>
    h("button", { type: "button", "aria-pressed": String(name === (chosen[title] ?? names.at(0))), onclick: event => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === event.target));
      chosen[title] = name;
      draw(name);
    } }, name)));
  draw(chosen[title] ?? names[0]);
  return card(title, group, ...before, place);
}

/** Creates the numbers behind a chart, in a table that opens on demand: columns [title, row => text]. */
export function numbers(name, columns, rows) {
  const box = h("details", { class: "numbers" }, h("summary", {}, "Table"));
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) {
      box.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${name}, numbers` },
        h("table", {}, h("caption", { class: "vh" }, name),
          h("thead", {}, h("tr", {}, columns.map(([title], i) => h("th", { scope: "col", class: i ? "num" : null }, title)))),
          h("tbody", {}, rows.map(row => h("tr", {}, columns.map(([, text], i) =>
            h(i ? "td" : "th", { scope: i ? null : "row", class: i ? "num" : null }, text(row)))))))));
    }
  });
  return box;
}
