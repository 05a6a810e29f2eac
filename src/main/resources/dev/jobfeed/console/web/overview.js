// The overview: freshness, open run, alerts and credits.

import { h, say, show } from "./dom.js";
import { get } from "./api.js";
import { buttons } from "./actions.js";
import { chart } from "./charts.js";
import { alertList } from "./alerts.js";
import { runCharts } from "./runs.js";
import { compact, duration, moment, number, percent, seconds, streamName } from "./words.js";

const STATES = { fresh: ["✓", "Fresh"], late: ["!", "Late"], never: ["…", "No run has succeeded yet"], off: ["–", "Off"] };
const DAY = 86400000;
const COLORS = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"];

export function overview() {
  const alerts = h("section", { "aria-label": "Open alerts" });
  const streams = h("section", { class: "streams", "aria-label": "Streams" });
  const figures = h("dl", { class: "figures" });
  const charts = h("section", { class: "charts", "aria-label": "Runs and credits" });
  const sources = h("section", { class: "charts", "aria-label": "Jobs by source" });
  const cards = new Map();

  async function slow() {
    const [runs, credits, counts] = await Promise.all([get("runs", { limit: 50 }), get("credits"), get("counts")]);
    show(charts, [runs, credits], () => [...runCharts(runs.runs), creditChart(credits)]);
    show(sources, counts, bySource);
  }

  return {
    title: "Now",
    nodes: [h("h1", { class: "hidden" }, "Now"), alerts, streams, figures, charts, sources],
    slow,
    fast(status, again) {
      show(alerts, status.alerts, list => list.length ? alertList(list.map(a => ({ ...a, raised_at: a.since }))) : null);
      for (const stream of status.streams) {
        if (!cards.has(stream.stream)) {
          const made = card(stream, again);
          cards.set(stream.stream, made);
          streams.append(made.node);
        }
        cards.get(stream.stream).update(stream, status);
      }
      show(figures, [status.active, status.expired, status.credits_balance, status.quarantined, status.pending_expiry],
        () => [
          figure("Active jobs", number(status.active)),
          figure("Expired jobs", number(status.expired)),
          status.credits_balance === null ? null
            : figure("Credits", number(status.credits_balance), `as of ${moment(status.credits_balance_at)}`),
          figure("Quarantined", number(status.quarantined), status.quarantined ? "see Alerts" : null),
          status.pending_expiry ? figure("Pending expiries", number(status.pending_expiry), "await approval") : null,
        ]);
    },
  };
}

function figure(name, value, note) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value, note ? h("small", {}, note) : null));
}

/** Creates the card of a stream, once, so that the focus is kept while the numbers change. */
function card(first, again) {
  const rows = first.stream === "jobs" ? "jobs" : "sites";
  const sign = h("span", { class: "sign", "aria-hidden": "true" });
  const state = h("strong");
  const age = h("span");
  const detail = h("p", { class: "detail" });
  const bar = h("progress", { max: "100", "aria-label": `Share of the feed of ${streamName(first.stream)}` });
  const runText = h("p", { class: "run-text" });
  const error = h("p", { class: "last-error" });
  const run = h("div", { class: "open-run" }, runText, bar, error);
  const actions = h("div", { class: "buttons" });
  const node = h("article", { class: "card", "aria-label": streamName(first.stream), "data-stream": first.stream },
    h("h2", {}, streamName(first.stream)),
    h("p", { class: "state" }, sign, state, age), detail, run, actions);
  let actionKey = null;
  let seen = null;

  function update(stream, status) {
    const paused = Boolean(stream.paused_at);
    node.dataset.state = paused && stream.state !== "late" ? "paused" : stream.state;
    const [mark, word] = STATES[stream.state];
    say(sign, paused ? "Ⅱ" : mark);
    say(state, paused ? `${word}, schedule paused` : word);
    say(age, stream.age_seconds === null ? "" : ` ${duration(stream.age_seconds)} old, target ${duration(stream.target_seconds)}`);
    say(detail, details(stream, paused, status.at));
    const open = stream.open_run;
    run.hidden = !open;
    if (open) {
      const rate = open.rows_per_second ?? measured(open, status.at);
      const left = open.seconds_left ?? (rate > 0 && open.estimated_total !== null
        ? Math.max(0, open.estimated_total - open.received) / rate : null);
      const words = [
        `Run ${open.id}, ${open.mode}: ${stream.at_work ? open.phase : "open, no attempt in progress"}`,
        `page ${number(open.pages)}`,
        `${number(open.received)}${open.estimated_total ? ` of ${number(open.estimated_total)}` : ""} ${rows}`,
        stream.at_work ? rate > 0 ? `${number(rate)} ${rows}/s` : "waiting" : null,
        open.share === null ? null : percent(open.share),
        stream.at_work && left !== null ? `${duration(left)} left` : null,
        open.credits_spent > 0 ? `${number(open.credits_spent)} credits` : null,
      ];
      say(runText, words.filter(Boolean).join(" · "));
      bar.hidden = open.share === null;
      if (open.share !== null) bar.value = open.share * 100;
      error.hidden = !open.last_error;
      say(error, open.last_error ?? "");
    }
    const key = JSON.stringify([stream.paused_at, stream.open_run?.id, stream.at_work, status.pending_expiry > 0,
      status.quarantined > 0, stream.schedule]);
    if (key !== actionKey) {
      actionKey = key;
      buttons(stream.stream, actions, again);
    }
  }

  /** Computes the rows per second between two polls, for a run of another process. */
  function measured(open, at) {
    const now = { id: open.id, received: open.received, at: Date.parse(at) };
    const before = seen && seen.id === open.id && seen.received <= open.received ? seen : null;
    if (!before || now.received > before.received) seen = now;
    return before && now.at > before.at ? (now.received - before.received) / (now.at - before.at) * 1000 : null;
  }

  return { node, update };
}

function details(stream, paused, now) {
  const as = stream.fresh_as_of ? `Complete up to ${moment(stream.fresh_as_of)}. ` : "";
  if (paused) return `${as}Paused since ${moment(stream.paused_at)}: no attempt starts until it is resumed.`;
  if (stream.next_run_at) return `${as}Next attempt in ${duration(seconds(now, stream.next_run_at))}.`;
  return `${as}No schedule is set.`;
}

/** Creates the chart of the last 30 days. A day without a run has no credits. */
function creditChart(credits) {
  const spent = new Map(credits.days.map(day => [day.day, day.credits]));
  const today = Math.floor(Date.now() / DAY) * DAY;
  const days = Array.from({ length: 30 }, (none, i) => new Date(today - (29 - i) * DAY).toISOString().slice(0, 10));
  const total = credits.days.reduce((sum, day) => sum + day.credits, 0);
  return chart("Credits per day", `${number(total)} in the last 30 days`,
    days.map((day, i) => i), [{ label: "credits", color: "--c2", values: days.map(day => spent.get(day) ?? 0), bars: true }],
    { name: i => days[i] ? days[i].slice(5) : "", what: "Day" });
}

function bySource(counts) {
  const ranked = [...counts.now].sort((a, b) => b.active - a.active);
  const most = Math.max(1, ...ranked.map(c => c.active + c.expired));
  const list = h("figure", {}, h("figcaption", {}, h("strong", {}, "Jobs by source, now"),
    h("span", {}, `${ranked.length} sources`)),
    h("div", { class: "scroll sources", tabindex: "0", role: "region", "aria-label": "Jobs by source, now" },
      h("table", {}, h("caption", { class: "hidden" }, "Jobs by source, now"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Source"), h("th", { scope: "col", class: "number" }, "Active"),
          h("th", { scope: "col", class: "number" }, "Expired"), h("td", { class: "wide" }))),
        h("tbody", {}, ranked.map(c => {
          const active = h("span", { class: "bar" });
          const expired = h("span", { class: "bar gone" });
          active.style.width = `${c.active / most * 100}%`;
          expired.style.width = `${c.expired / most * 100}%`;
          return h("tr", {}, h("th", { scope: "row" }, c.source || "unknown"),
            h("td", { class: "number" }, number(c.active)), h("td", { class: "number" }, number(c.expired)),
            h("td", { class: "wide", "aria-hidden": "true" }, h("span", { class: "bars" }, active, expired)));
        })))));
  const times = [...new Set(counts.history.map(c => c.at))];
  if (times.length < 2) {
    return [list, h("p", { class: "note" }, "The charts over time appear after the second hourly count.")];
  }
  return [list, overTime(counts, times, ranked, "active"), overTime(counts, times, ranked, "expired")];
}

function overTime(counts, times, ranked, what) {
  const at = new Map(times.map(time => [time, new Map()]));
  for (const c of counts.history) at.get(c.at).set(c.source, c[what]);
  const top = ranked.slice(0, 5).map(c => c.source);
  const series = top.map((source, i) => ({ label: source || "unknown", color: COLORS[i],
    values: times.map(time => at.get(time).get(source) ?? 0) }));
  if (ranked.length > top.length) {
    series.push({ label: "all others", color: COLORS[5], values: times.map(time =>
      [...at.get(time)].filter(([source]) => !top.includes(source)).reduce((sum, [, count]) => sum + count, 0)) });
  }
  const sum = i => series.reduce((all, s) => all + s.values[i], 0);
  return chart(what === "active" ? "Active jobs by source" : "Expired jobs by source",
    `${compact(sum(0))} → ${compact(sum(times.length - 1))} since ${moment(times[0])}`,
    times.map(time => Date.parse(time) / 1000), series,
    { time: true, name: x => new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", hourCycle: "h23" }).format(x * 1000) });
}
