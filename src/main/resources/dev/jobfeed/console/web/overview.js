// The overview: is the data up to date, what happened last, and what does it cost?

import { arrows, button, card, empty, figure, h, icon, link, ranking, say, show, state } from "./dom.js";
import { get } from "./api.js";
import { ask, buttons } from "./actions.js";
import { bars, legend, numbers, ranged } from "./charts.js";
import { alertItem } from "./alerts.js";
import { isOn, lastSuccess, outcome, stateOf, summary, toneOf, verdict } from "./status.js";
import { credits, day, duration, many, moment, MODES, number, percent, rough, schedule, seconds, streamName } from "./words.js";

const SIGNS = { ok: "", warn: "!", bad: "×", run: "▸", off: "–" };
const DAY = 86400000;

export function overview() {
  const top = h("div");
  const first = h("div");
  const figures = h("section", { class: "card kpis", "aria-label": "Key figures" });
  const streams = h("section", { class: "card", "aria-label": "Streams" });
  const quiet = h("div");
  const alerts = h("div");
  const audit = h("div");
  const charts = h("div", { class: "grid fill" });
  const rows = new Map();
  const data = { runs: {}, credits: { days: [] } };

  async function slow(status) {
    const on = status.streams.filter(isOn).map(stream => stream.stream);
    const [usage, counts, ...lists] = await Promise.all([get("credits"), get("counts"),
      ...on.map(stream => get("runs", { stream, limit: stream === "jobs" ? 100 : 30 }))]);
    data.credits = usage;
    on.forEach((stream, i) => { data.runs[stream] = lists[i].runs; });
    fast(status);
    const jobs = data.runs.jobs ?? [];
    show(charts, [jobs, usage, counts.now, status.streams.map(stream => stream.at_work)], () => jobs.length === 0 ? null : [
      h("div", { class: "c8" }, rowsChart(jobs, usage.days, status)),
      h("div", { class: "c4" }, sources(counts.now)),
      h("div", { class: "c6" }, addedAndExpired(usage.days)),
      h("div", { class: "c6" }, creditChart(usage))]);
  }

  function fast(status) {
    const found = verdict(status);
    show(top, found, () => h("section", { class: `verdict ${found.tone}`, id: "verdict", role: "status", "aria-label": "Overall state" },
      icon(found.tone, found.tone === "run" ? "spin" : ""), h("div", { class: "grow" }, h("h2", {}, found.title), h("p", {}, found.text)),
      found.to ? h("div", { class: "row" }, link(found.to[0], found.to[1], "primary")) : null));
    const jobs = status.streams.find(stream => stream.stream === "jobs");
    const isNew = jobs.state === "never" && jobs.open_run === null && status.active + status.expired === 0;
    show(first, [isNew, jobs.next_run_at], () => isNew ? firstStart(jobs) : null);
    showFigures(status, jobs);
    const on = status.streams.filter(isOn);
    for (const stream of on) {
      if (!rows.has(stream.stream)) {
        const made = streamRow(stream.stream);
        rows.set(stream.stream, made);
        streams.append(made.node);
      }
      rows.get(stream.stream).update(stream, status, data.runs[stream.stream] ?? [], data.credits.days, found.to === undefined && !isNew);
    }
    const off = status.streams.filter(stream => !isOn(stream));
    for (const stream of off) {
      rows.get(stream.stream)?.node.remove();
      rows.delete(stream.stream);
    }
    show(quiet, off.map(stream => stream.stream), names => names.length ? h("article", { class: "stream quiet" },
      h("h3", { class: "nm" }, names.map(streamName).join(", ")),
      h("p", { class: "muted small txt" }, "Off: no schedule is set. Nothing is read, and nothing is charged."),
      h("div", { class: "end" }, h("a", { href: "#/settings" }, "Settings"))) : null);
    if (streams.lastChild !== quiet) streams.append(quiet);
    const open = [...status.alerts].sort((a, b) => (toneOf(a) === "bad" ? 0 : 1) - (toneOf(b) === "bad" ? 0 : 1));
    show(alerts, open, list => list.length ? h("section", { class: "card", "aria-label": "Open alerts" },
      h("header", {}, h("h2", {}, "Open alerts"), h("span", { class: "n" }, list.length), h("a", { class: "end", href: "#/alerts" }, "All alerts")),
      list.map(alert => alertItem({ ...alert, raised_at: alert.since }))) : null);
    show(audit, status.audit, last => last ? auditCard(last) : null);
  }

  const share = bound => (bound * 100).toFixed(1);

  const auditCard = last => card("Last audit", `${moment(last.finished_at)}, ${many(last.rows_fixed, "job")} fixed`,
    h("p", {}, last.lower_bound === null ? "No active job could be judged, because all have changed since the last run."
      : [h("b", {}, `${share(last.lower_bound)} to ${share(last.upper_bound)} %`),
        ` of the active jobs are as in the API (95 % confidence): ${number(last.active_right)} of ${number(last.active_sampled)} sampled`]),
    h("p", { class: "muted small" }, `Different ${number(last.rows_different)} · expired there ${number(last.rows_closed_there)} · unknown there ${
      number(last.rows_unknown_there)} · active there ${number(last.rows_open_there)} · changed since the last run ${number(last.rows_newer)}`));

  function showFigures(status, jobs) {
    const today = sum(data.credits.days.filter(each => each.day === dayKey(Date.now())));
    const month = sum(data.credits.days);
    const days = new Set(data.credits.days.map(each => each.day)).size;
    const perDay = days ? month.credits / days : 0;
    const balance = status.credits_balance;
    show(figures, [jobs.age_seconds === null ? null : rough(jobs.age_seconds), jobs.state, status.active, status.expired, today, balance, perDay,
      status.quarantined, status.changes_waiting, status.pending_expiry], () => [
      figure("Data age", rough(jobs.age_seconds), jobs.age_seconds === null ? "known after the first run"
        : jobs.state === "late" ? `${rough(Math.max(0, jobs.age_seconds - jobs.target_seconds))} over its target` : `target ${rough(jobs.target_seconds)}`,
      "#/runs", jobs.state === "late" ? "bad" : ""),
      figure("Active jobs", number(status.active), `${number(status.expired)} expired`, "#/jobs"),
      figure("Rows today", number(today.received), `${number(today.inserted)} new, ${number(today.updated)} updated`, "#/runs"),
      figure("Credits", credits(balance), balance === null ? "not metered"
        : `${credits(today.credits)} used today${perDay > 0 && days > 1 ? `, lasts about ${rough(balance / perDay * 86400)}` : ""}`, "#/settings"),
      figure("Quarantined", number(status.quarantined), status.quarantined ? "rows to review" : "no rows", "#/quarantine", status.quarantined ? "warn" : ""),
      figure("Change events", number(status.changes_waiting), "waiting to be sent", "#/settings")]);
  }

  return {
    title: "Overview",
    nodes: [h("h1", { class: "vh" }, "Overview"), top, first, figures, streams, alerts, audit, charts],
    fast, slow,
  };
}

const dayKey = at => new Date(at).toISOString().slice(0, 10);

const sum = days => days.reduce((all, each) => {
  for (const name of Object.keys(all)) all[name] += each[name];
  return all;
}, { runs: 0, credits: 0, received: 0, inserted: 0, updated: 0, unchanged: 0, expired: 0 });

const firstStart = jobs => h("section", { class: "card" }, empty("jobs", "No data yet",
  `The first run is a backfill: it reads every job of the feed once. ${jobs.next_run_at ? `It starts at ${moment(jobs.next_run_at)}.` : "No schedule is set, so it starts only by hand."} Sync now shows what it costs before it begins.`,
  button("Start the backfill…", "primary", () => ask("jobs", "sync")), link("Settings", "#/settings")));

/** Creates the row of a stream, once, so that the focus is kept while the numbers change. */
function streamRow(name) {
  const word = h("span");
  const when = h("p", { class: "when" });
  const age = h("div");
  const strip = h("div", { class: "strips" });
  const today = h("div");
  const actions = h("div", { class: "row end" });
  const progress = h("div", { class: "progress" });
  const node = h("article", { class: "stream", "aria-label": streamName(name), "data-stream": name },
    h("div", { class: "nm" }, h("h3", {}, streamName(name)), word, when), age, strip, today, actions, progress);
  let actionKey = null;

  function update(stream, status, runs, days, isPrimary) {
    const [tone, text] = stateOf(stream);
    node.dataset.state = stream.state;
    show(word, [tone, text], () => state(tone, text));
    say(when, stream.paused_at ? `Paused since ${moment(stream.paused_at)}` : stream.next_run_at
      ? `${schedule(stream.schedule)}, next at ${moment(stream.next_run_at)} (in ${rough(Math.max(0, seconds(status.at, stream.next_run_at)))})`
      : schedule(stream.schedule));
    const share = stream.age_seconds === null ? null : Math.min(1, stream.age_seconds / stream.target_seconds);
    show(age, [stream.age_seconds === null ? null : rough(stream.age_seconds), stream.fresh_as_of, stream.target_seconds, stream.state], () => [
      h("p", { class: "lab" }, "Data age"),
      share === null ? h("p", { class: "muted" }, "Known after the first run") : [
        h("p", {}, h("b", {}, rough(stream.age_seconds)), h("span", { class: "muted" }, ` of ${rough(stream.target_seconds)} · from ${moment(stream.fresh_as_of)}`)),
        h("div", { class: `meter ${stream.state === "late" ? "bad" : share > 0.8 ? "warn" : ""}` }, h("i", { style: { width: `${Math.max(2, share * 100)}%` } }))]]);
    const last = runs.slice(0, 30);
    show(strip, [last, stream.at_work], () => runStrip(last, status));
    const used = sum(days.filter(each => each.stream === name && each.day === dayKey(Date.now())));
    show(today, [used, runs[0]?.id, lastSuccess(runs, status.at)], () => [h("p", { class: "lab" }, "Today (UTC)"),
      h("p", {}, h("b", {}, number(used.received)), " rows · ", h("b", {}, credits(used.credits)), " credits"),
      h("p", { class: "lab" }, `Last success: ${lastSuccess(runs, status.at)}`)]);
    const open = stream.open_run;
    show(progress, open, () => open ? progressOf(open, stream) : null);
    progress.hidden = !open;
    const key = JSON.stringify([stream.paused_at, open?.id, stream.at_work, status.pending_expiry, status.quarantined > 0, stream.schedule, isPrimary]);
    if (key !== actionKey) {
      actionKey = key;
      buttons(name, actions, stream.at_work ? open?.mode ?? "" : null, isPrimary && name === "jobs");
    }
  }

  return { node, update };
}

function runStrip(runs, status) {
  const tones = runs.map(run => outcome(run, status)[0]);
  const count = tone => tones.filter(each => each === tone).length;
  const words = [[count("ok"), "succeeded"], [count("warn"), "with warnings"], [count("bad"), "failed"], [count("run"), "running"], [count("off"), "interrupted"]]
    .filter(([n]) => n).map(([n, text]) => `${n} ${text}`).join(", ");
  const box = h("div", { class: "strip", role: "group", "aria-label": `Last ${many(runs.length, "run")}, oldest first` },
    runs.map((run, i) => ({ run, i })).reverse().map(({ run, i }) => h("a", {
      href: `#/runs/${run.id}`, class: tones[i], tabindex: i === 0 ? 0 : -1, "data-tip": summary(run, status),
      "aria-label": `Run ${run.id}, ${outcome(run, status)[1]}, ${moment(run.run_started_at)}`,
    }, SIGNS[tones[i]] ? h("b", { class: tones[i], "aria-hidden": "true" }, SIGNS[tones[i]]) : null, h("i", {}))));
  arrows(box);
  return [h("div", { class: "row lab" }, runs.length > 1 ? `Last ${runs.length} runs` : runs.length ? "One run" : "No run yet", h("span", { class: "push" }, words)), box];
}

/** Shows an open run: its progress, or that no attempt is in progress. */
export function progressOf(open, stream, withError = true) {
  const rows = stream.stream === "jobs" ? "jobs" : "rows";
  const words = [stream.at_work ? null : "no attempt in progress", `phase ${open.phase}`, many(open.pages, "page"),
    stream.at_work ? open.rows_per_second > 0 ? `${number(open.rows_per_second)} ${rows} a second` : null : null,
    stream.at_work && open.seconds_left !== null ? `about ${duration(open.seconds_left)} left` : null,
    open.credits_spent > 0 ? `${credits(open.credits_spent)} credits` : null].filter(Boolean).join(" · ");
  return [h("div", { class: "row small" }, h("a", { href: `#/runs/${open.id}` }, `Run ${open.id}`),
    h("span", { class: "run-text" }, `${MODES[open.mode]}: ${number(open.received)}${open.estimated_total === null ? "" : ` of ${number(open.estimated_total)}`} ${rows}`),
    h("span", { class: "muted" }, words), h("b", { class: "push" }, percent(open.share))),
  open.share === null ? null : h("div", { class: `meter big ${stream.at_work ? "run" : "warn"}`, role: "progressbar", "aria-valuenow": Math.floor(open.share * 100),
    "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": `Share of the feed of ${streamName(stream.stream)}` },
  h("i", { style: { width: `${open.share * 100}%` } })),
  withError && open.last_error ? h("p", { class: "small warn one-line" }, `Previous attempt: ${open.last_error}`) : null];
}

const PARTS = [["New", "var(--d1)"], ["Updated", "var(--d2)"], ["Unchanged", "var(--d3)"]];

const perRange = draw => ({ "30 d": () => draw(30), "7 d": () => draw(7) });

function rowsChart(runs, days, status) {
  const ranges = {
    Runs: () => {
      const list = runs.slice(0, 60).reverse();
      const signs = list.map(run => outcome(run, status)[0]);
      return [bars("Rows received per run", list.map((run, i) => ({
        label: String(run.id), to: `#/runs/${run.id}`,
        tip: `${summary(run, status)}\nNew ${number(run.inserted)} · updated ${number(run.updated + run.reactivated)} · unchanged ${number(run.unchanged)}`,
        parts: [[run.inserted, PARTS[0][1]], [run.updated + run.reactivated, PARTS[1][1]], [run.unchanged, PARTS[2][1]]],
        mark: SIGNS[signs[i]] ? [SIGNS[signs[i]], `var(--${signs[i]})`] : null,
      }))), numbers("Rows received per run", [["Run", run => String(run.id)], ["Started", run => moment(run.run_started_at, true)],
        ["Received", run => number(run.received)], ["New", run => number(run.inserted)], ["Updated", run => number(run.updated + run.reactivated)],
        ["Unchanged", run => number(run.unchanged)]], list)];
    },
    "7 d": () => perDay(7),
    "30 d": () => perDay(30),
  };
  const perDay = length => {
    const list = lastDays(days.filter(each => each.stream === "jobs"), length);
    return [bars("Rows received per day", list.map(each => ({ label: day(each.day),
      tip: `${day(each.day)}\nNew ${number(each.inserted)} · updated ${number(each.updated)} · unchanged ${number(each.unchanged)}`,
      parts: [[each.inserted, PARTS[0][1]], [each.updated, PARTS[1][1]], [each.unchanged, PARTS[2][1]]] }))),
    numbers("Rows received per day", [["Day", each => each.day], ["Received", each => number(each.received)], ["New", each => number(each.inserted)],
      ["Updated", each => number(each.updated)], ["Unchanged", each => number(each.unchanged)]], list)];
  };
  return ranged("Rows received", ranges, legend(...PARTS));
}

const lastDays = (days, length) => Array.from({ length }, (none, i) => {
  const key = dayKey(Date.now() - (length - 1 - i) * DAY);
  return { day: key, ...sum(days.filter(each => each.day === key)) };
});

function addedAndExpired(days) {
  return ranged("Added and expired per day", perRange(length => {
    const list = lastDays(days.filter(each => each.stream === "jobs"), length);
    return [bars("Added and expired per day", list.map(each => ({ label: day(each.day),
      tip: `${day(each.day)}\n${number(each.inserted)} added · ${number(each.expired)} expired`,
      parts: [[each.inserted, "var(--d1)"], [-each.expired, "var(--d2)"]] })), { height: 160 }),
    numbers("Added and expired per day", [["Day", each => each.day], ["Added", each => number(each.inserted)], ["Expired", each => number(each.expired)]], list)];
  }), legend(["Added", "var(--d1)"], ["Expired", "var(--d2)"]));
}

function creditChart(usage) {
  return ranged("Credits per day", perRange(length => {
    const list = lastDays(usage.days, length);
    const total = sum(list).credits;
    const used = list.filter(each => each.runs > 0).length;
    if (total === 0) return [h("p", { class: "muted small" }, `No credits were charged in the last ${length} days.`)];
    return [h("p", { class: "muted small" }, `${credits(total)} in ${length} days, average ${credits(total / used)} (dashed)`),
      bars("Credits per day", list.map(each => ({ label: day(each.day), tip: `${day(each.day)}\n${credits(each.credits)} credits · ${many(each.runs, "run")}`,
        parts: [[each.credits, "var(--d1)"]] })), { height: 160, line: { value: total / used } }),
      numbers("Credits per day", [["Day", each => each.day], ["Credits", each => credits(each.credits)], ["Runs", each => number(each.runs)]], list)];
  }));
}

function sources(now) {
  const ranked = [...now].sort((a, b) => b.active - a.active);
  const top = ranked.slice(0, ranked.length > 9 ? 8 : 9);
  const rest = ranked.slice(top.length);
  const all = Math.max(1, ranked.reduce((total, each) => total + each.active, 0));
  const items = top.map(each => ({ name: each.source || "no source", active: each.active, expired: each.expired }));
  if (rest.length) items.push({ name: many(rest.length, "other"), active: rest.reduce((total, each) => total + each.active, 0), expired: rest.reduce((total, each) => total + each.expired, 0) });
  const max = Math.max(1, ...items.map(each => each.active));
  return card("Active jobs by source", h("a", { href: "#/jobs" }, "All jobs"),
    ranking(items.map(each => ({ name: each.name, share: each.active / max, text: number(each.active),
      tip: `${each.name}\n${number(each.active)} active, ${(each.active / all * 100).toFixed(1)} %\n${number(each.expired)} expired` }))),
    numbers("Jobs by source", [["Source", each => each.source || "no source"], ["Active", each => number(each.active)], ["Expired", each => number(each.expired)]], ranked));
}

