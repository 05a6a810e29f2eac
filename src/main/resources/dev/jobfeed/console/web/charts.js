// Charts with uPlot, each with its numbers in a table for accessibility.

import { h } from "./dom.js";
import { compact } from "./words.js";

const drawn = new Set();
const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Creates a figure with a chart.
 *
 * @param title what it shows
 * @param summary the main information of the chart, in a sentence
 * @param xs the positions of the points: seconds for a time axis, else any increasing numbers
 * @param series [{ label, color (a CSS variable), values, bars }]
 * @param options { time, name: x => text, value: y => text, what: the meaning of the xs, top: the height at which higher bars are cut off }
 */
export function chart(title, summary, xs, series, { time = false, name, value = compact, what = time ? "When" : "Run", top = null } = {}) {
  const place = h("div", { class: "plot", role: "img", "aria-label": `${title}. ${summary}` });
  const numbers = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}, numbers` },
    h("table", {}, h("caption", {}, title),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, what),
        series.map(s => h("th", { scope: "col", class: "number" }, s.label)))),
      h("tbody", {}, xs.map((x, i) => h("tr", {}, h("th", { scope: "row" }, name(x)),
        series.map(s => h("td", { class: "number" }, value(s.values[i]))))))));
  const legend = series.length < 2 ? null : h("ul", { class: "legend", "aria-hidden": "true" },
    series.map(s => {
      const swatch = h("span", { class: "swatch" });
      swatch.style.background = `var(${s.color})`;
      return h("li", {}, swatch, s.label);
    }));
  const figure = h("figure", {}, h("figcaption", {}, h("strong", {}, title), h("span", {}, summary)), legend, place,
    h("details", {}, h("summary", {}, "Numbers"), numbers));
  const entry = { place, plot: null, width: 0, draw: () => draw(entry, xs, series, time, name, value, top) };
  drawn.add(entry);
  new ResizeObserver(() => {
    if (place.isConnected && place.clientWidth !== entry.width) entry.draw();
  }).observe(place);
  return figure;
}

function draw(entry, xs, series, time, name, value, top) {
  const { place } = entry;
  if (!place.clientWidth) return;
  entry.width = place.clientWidth;
  entry.plot?.destroy();
  const axis = { stroke: style("--muted"), grid: { stroke: style("--line"), width: 1 }, ticks: { show: false },
    font: "11px system-ui, sans-serif" };
  entry.plot = new uPlot({
    width: place.clientWidth,
    height: 132,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { x: { time, range: (u, min, max) => pad(min, max, xs.length) }, y: { range: (u, min, max) => [0, top ?? (max > 0 ? max * 1.08 : 1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 70,
        values: (u, splits) => splits.map(x => time ? name(x) : Number.isInteger(x) && xs.includes(x) ? name(x) : "") },
      { ...axis, size: 46, space: 32, values: (u, splits) => splits.map(y => value(y)) },
    ],
    series: [{}, ...series.map(s => ({
      label: s.label,
      stroke: style(s.color),
      width: s.bars ? 0 : 1.5,
      fill: s.bars ? style(s.color) : undefined,
      paths: s.bars ? uPlot.paths.bars({ size: [0.72, 22] }) : undefined,
      points: { show: !s.bars && xs.length < 3 },
    }))],
  }, [xs, ...series.map(s => s.values)], place);
}

/** Adds half a step on both sides, so that the outer bars are not cut off. */
function pad(min, max, count) {
  const step = count > 1 ? (max - min) / (count - 1) : 1;
  return [min - step * 0.6, max + step * 0.6];
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const entry of drawn) {
    if (entry.place.isConnected) entry.draw();
    else drawn.delete(entry);
  }
});
