// The last runs.

import { h, show, table } from "./dom.js";
import { get } from "./api.js";
import { chart } from "./charts.js";
import { duration, moment, number, seconds } from "./words.js";

const took = run => run.finished_at ? seconds(run.run_started_at, run.finished_at) : null;

/** Creates the charts of rows and durations of the last runs. */
export function runCharts(newestFirst) {
  const runs = [...newestFirst].reverse();
  const xs = runs.map((run, i) => i);
  const name = i => runs[i] ? `#${runs[i].id}` : "";
  const changed = run => run.inserted + run.updated + run.reactivated;
  const last = runs.at(-1);
  const rows = cut(runs, run => run.received, number);
  const times = cut(runs, run => took(run) ?? 0, duration);
  return [
    chart("Rows per run", (last ? `Last run: ${number(last.received)} received, ${number(changed(last))} changed` : "No run yet") + rows.words,
      xs, [
        { label: "received", color: "--c6", values: runs.map(run => run.received), bars: true },
        { label: "new or changed", color: "--c1", values: runs.map(changed), bars: true },
      ], { name, top: rows.top }),
    chart("Duration per run", (last ? `Last run: ${took(last) === null ? "still open" : duration(took(last))}` : "No run yet") + times.words,
      xs, [{ label: "duration", color: "--c3", values: runs.map(run => took(run) ?? 0), bars: true }],
      { name, value: duration, top: times.top }),
  ];
}

/** Limits the scale to the incremental runs. The bar of a backfill or resync is cut off, and its value is in the summary. */
function cut(runs, value, words) {
  const daily = Math.max(0, ...runs.filter(run => run.mode === "incremental").map(value));
  const high = runs.filter(run => daily > 0 && value(run) > daily * 4);
  if (high.length === 0) return { top: null, words: "" };
  return { top: daily * 1.5, words: `. Off scale: ${high.map(run => `#${run.id} (${words(value(run))})`).join(", ")}` };
}

function creditsARun(newestFirst) {
  const runs = [...newestFirst].reverse();
  const total = runs.reduce((sum, run) => sum + run.credits_spent, 0);
  return chart("Credits per run", `${number(total)} in these runs`, runs.map((run, i) => i),
    [{ label: "credits", color: "--c2", values: runs.map(run => run.credits_spent), bars: true }],
    { name: i => runs[i] ? `#${runs[i].id}` : "" });
}

const COLUMNS = [
  { title: "Run", cell: run => `#${run.id}` },
  { title: "Status", cell: run => h("span", { class: `badge ${run.last_error ? "failed" : run.status}` },
    run.status === "open" && run.last_error ? "open, failed" : run.status) },
  { title: "Mode", cell: run => run.mode },
  { title: "Started", cell: run => h("time", { datetime: run.run_started_at }, moment(run.run_started_at)) },
  { title: "Took", class: "number", cell: run => duration(took(run)) },
  { title: "Pages", class: "number", cell: run => number(run.pages) },
  { title: "Received", class: "number", cell: run => number(run.received) },
  { title: "Inserted", class: "number", cell: run => number(run.inserted) },
  { title: "Updated", class: "number", cell: run => number(run.updated) },
  { title: "Unchanged", class: "number", cell: run => number(run.unchanged) },
  { title: "Expired", class: "number", cell: run => number(run.expired) },
  { title: "Quarantined", class: "number", cell: run => number(run.quarantined) },
  { title: "Retries", class: "number", cell: run => number(run.retries) },
  { title: "Credits", class: "number", cell: run => number(run.credits_spent) },
  { title: "Last error", class: "words", cell: run => run.last_error ?? "" },
];

export function runs() {
  const charts = h("section", { class: "charts", "aria-label": "Charts" });
  const list = h("section", { "aria-label": "Runs" });
  const streams = h("select", { id: "runs-stream" },
    [["jobs", "Jobs"], ["career_sites", "Career sites"]].map(([value, text]) => h("option", { value }, text)));
  async function slow() {
    const answer = await get("runs", { stream: streams.value, limit: 50 });
    show(charts, answer.runs, data => [...runCharts(data), creditsARun(data)]);
    show(list, answer.runs, data => data.length ? table("The last 50 runs", COLUMNS, data)
      : h("p", { class: "note" }, "No run yet."));
  }
  streams.addEventListener("change", slow);
  return {
    title: "Runs",
    nodes: [h("div", { class: "head" }, h("h1", {}, "Runs"),
      h("p", {}, h("label", { for: "runs-stream" }, "Stream"), streams)), charts, list],
    slow,
  };
}
