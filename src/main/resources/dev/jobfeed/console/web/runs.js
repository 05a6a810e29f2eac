// The runs: a table that filters, sorts and pages, and a page for each run.

import { button, card, copy, empty, figure, h, head, icon, link, pairs, ranking, show, table, tag } from "./dom.js";
import { get } from "./api.js";
import { numbers, points, ranged, signs } from "./charts.js";
import { progressOf } from "./overview.js";
import { outcome, summary, took } from "./status.js";
import { ago, credits, duration, many, moment, MODES, number, streamName } from "./words.js";

const SIZE = 25;
const FILTERS = { stream: [["jobs", "Jobs"], ["career_sites", "Career sites"]],
  mode: Object.entries(MODES), status: [["succeeded", "Succeeded"], ["open", "Open"], ["failed", "Closed, failed"]] };
const LABELS = { stream: "Stream", mode: "Mode", status: "Status" };

/** Lists runs. Filters, order and page are in the address. */
export function runs(query) {
  const asked = { sort: query.get("sort") ?? "id", order: query.get("order") ?? "desc", offset: Number(query.get("offset") ?? 0) };
  const chart = h("div");
  const list = h("div");
  const form = h("form", { class: "filters", "aria-label": "Filter runs", onsubmit: event => event.preventDefault() },
    Object.entries(FILTERS).map(([name, options]) => {
      const select = h("select", { name, onchange: () => go({ offset: 0 }) },
        h("option", { value: "" }, "All"), options.map(([value, word]) => h("option", { value }, word)));
      select.value = query.get(name) ?? "";
      return h("label", {}, LABELS[name], select);
    }));

  function address(change) {
    const parameters = new URLSearchParams();
    for (const name of Object.keys(FILTERS)) if (form.elements[name].value) parameters.set(name, form.elements[name].value);
    const next = { ...asked, ...change };
    if (next.sort !== "id" || next.order !== "desc") {
      parameters.set("sort", next.sort);
      parameters.set("order", next.order);
    }
    if (next.offset > 0) parameters.set("offset", next.offset);
    const text = parameters.toString();
    return `#/runs${text ? `?${text}` : ""}`;
  }

  const go = change => { location.hash = address(change); };

  async function slow(status) {
    const filters = Object.fromEntries(Object.keys(FILTERS).map(name => [name, query.get(name)]));
    const stream = filters.stream || "jobs";
    const [answer, last] = await Promise.all([get("runs", { ...filters, ...asked, limit: SIZE }), get("runs", { stream, limit: 100 })]);
    show(chart, last.runs, all => all.length > 1 ? durations(all, stream, status) : null);
    show(list, [answer, status.streams.map(each => each.at_work)], () => h("section", { class: "card" }, answer.runs.length
      ? [runTable(answer.runs, status, asked, (sort, order) => go({ sort, order, offset: 0 })), pager(answer)]
      : answer.total > 0 ? empty("runs", "No run on this page", `There are ${many(answer.total, "run")}.`, link("First page", address({ offset: 0 })))
        : nothing(filters)));
  }

  const pager = answer => h("div", { class: "pager" },
    h("span", { class: "grow" }, `${number(asked.offset + 1)}–${number(asked.offset + answer.runs.length)} of ${number(answer.total)}`),
    asked.offset > 0 ? link("‹ Previous", address({ offset: Math.max(0, asked.offset - SIZE) })) : null,
    asked.offset + answer.runs.length < answer.total ? link("Next ›", address({ offset: asked.offset + SIZE })) : null);

  function nothing(filters) {
    const set = Object.entries(filters).filter(([, value]) => value);
    if (!set.length) {
      return empty("runs", "No runs yet", "A run reads the feed once: a backfill reads everything, an incremental run what is new, a resync everything again. The first one is a backfill.",
        link("Overview", "#/", "primary"));
    }
    return empty("runs", "No run matches", "Remove a filter:", set.map(([name]) =>
      button(`${LABELS[name]}: ${form.elements[name].selectedOptions[0].textContent} ×`, "", () => {
        form.elements[name].value = "";
        go({ offset: 0 });
      })));
  }

  return { title: "Runs", nodes: [head("Runs"), chart, form, list], slow };
}

function durations(all, stream, status) {
  const title = `Duration of the last runs of ${streamName(stream)}`;
  const draw = length => {
    const list = all.slice(0, length).reverse();
    return [points(title, list.map(run => ({
      id: run.id, seconds: took(run, status.at), tone: outcome(run, status)[0], tip: summary(run, status), to: `#/runs/${run.id}` }))),
    numbers(title, [["Run", run => String(run.id)], ["Started", run => moment(run.run_started_at, true)],
      ["Duration", run => run.finished_at ? duration(took(run)) : "open"], ["Status", run => outcome(run, status)[1]]], list)];
  };
  return ranged(title, { "30 runs": () => draw(30), "10 runs": () => draw(10), "100 runs": () => draw(100) },
    signs([["ok", "Succeeded"], ["warn", "With warnings"], ["bad", "Failed"], ["run", "Running"], ["off", "Interrupted"]]));
}

function runTable(list, status, asked, resort) {
  return table("Runs", [
    { title: "Run", class: "t h nowrap", sort: "id", cell: run => h("a", { href: `#/runs/${run.id}` }, run.id) },
    { title: "Status", class: "nl r", cell: run => badge(run, status) },
    { title: "Stream", class: "lg", cell: run => h("span", { class: "nowrap" }, streamName(run.stream)) },
    { title: "Mode", class: "nl", cell: run => MODES[run.mode] },
    { title: "Started", class: "nl r", cell: run => h("time", { class: "nowrap", datetime: run.run_started_at, title: run.run_started_at }, moment(run.run_started_at)) },
    { title: "Duration", class: "num", sort: "duration", cell: run => run.finished_at ? duration(took(run)) : "open" },
    { title: "Received", class: "num", sort: "received", cell: run => number(run.received) },
    { title: "New", class: "num lg", sort: "inserted", cell: run => number(run.inserted) },
    { title: "Updated", class: "num w", sort: "updated", cell: run => number(run.updated) },
    { title: "Expired", class: "num lg", sort: "expired", cell: run => number(run.expired) },
    { title: "Quarantined", class: "num w", sort: "quarantined", cell: run => run.quarantined ? h("a", { href: "#/quarantine", class: "warn" }, number(run.quarantined)) : "0" },
    { title: "Credits", class: "num", sort: "credits", cell: run => credits(run.credits_spent) },
  ], list, { ...asked, resort, note: run => run.last_error ? h("span", { class: "one-line", title: run.last_error }, run.last_error) : null });
}

const badge = (run, status) => {
  const [tone, word] = outcome(run, status);
  return tag(tone, word, tone);
};

/** Shows one run. */
export function run(id) {
  const title = h("div");
  const place = h("div", { class: "stack" });
  let shown = null;

  async function slow(status) {
    let answer;
    try {
      answer = await get(`runs/${encodeURIComponent(id)}`);
    } catch (error) {
      if (error.status !== 404 && error.status !== 400) throw error;
      show(title, "none", () => head(`Run ${id}`, null, null, h("a", { href: "#/runs" }, "Runs")));
      show(place, "none", () => h("section", { class: "card" }, empty("runs", `There is no run ${id}`,
        "It may have been removed after the retention period (jobfeed.runs.keep-for), or belong to another tenant.", link("All runs", "#/runs", "primary"))));
      return;
    }
    shown = answer;
    draw(status);
  }

  function draw(status) {
    if (!shown) return;
    const { run: row, pages, attempts, alerts, log } = shown;
    const stream = status.streams.find(each => each.stream === row.stream);
    const isOpen = stream?.open_run?.id === row.id;
    const isWorking = isOpen && stream.at_work;
    const newest = Math.max(status.runs[0]?.id ?? 0, ...status.streams.map(each => each.open_run?.id ?? 0));
    show(title, [row, isWorking, newest > row.id], () => head(h("span", { class: "row" }, `Run ${row.id}`, badge(row, status)),
      `${MODES[row.mode]} · ${streamName(row.stream)} · started ${moment(row.run_started_at, true)} · ${row.finished_at
        ? `took ${duration(took(row))}` : `open for ${duration(took(row, status.at))}`}`,
      [row.id > 1 ? link("‹ Older", `#/runs/${row.id - 1}`) : null, row.id < newest ? link("Newer ›", `#/runs/${row.id + 1}`) : null],
      [h("a", { href: "#/runs" }, "Runs"), ` / ${row.id}`]));
    show(place, [shown, isOpen ? [stream.open_run, stream.at_work, stream.next_run_at] : null], () => [
      row.last_error ? failure(row, stream, isOpen, status) : null,
      isOpen ? h("section", { class: "card", "aria-label": "Progress" }, h("div", { class: "body progress" }, progressOf(stream.open_run, stream, false))) : null,
      h("section", { class: "card kpis", "aria-label": "Rows by result" },
        figure("Received", number(row.received), row.estimated_total === null ? many(row.pages, "page") : `of about ${number(row.estimated_total)}, ${many(row.pages, "page")}`),
        figure("New", number(row.inserted), "inserted"),
        figure("Updated", number(row.updated), `${number(row.unchanged)} unchanged`),
        figure("Expired", number(row.expired), row.mode === "resync" ? "by sweep and reconcile" : "by the expiry sweep"),
        figure("Quarantined", number(row.quarantined), row.quarantined ? "open the quarantine" : "none", row.quarantined ? "#/quarantine" : null, row.quarantined ? "warn" : ""),
        figure("Credits", credits(row.credits_spent), row.received && row.credits_spent ? `${credits(row.credits_spent / row.received)} per row` : "nothing charged")),
      h("div", { class: "grid" },
        h("div", { class: "c8 stack" }, timeline(row, pages, status, isWorking), attemptTable(row, attempts, isWorking),
          alerts.length ? h("section", { class: "card" }, h("header", {}, h("h2", {}, "Alerts raised during the run")), table("Alerts raised during the run", [
            { title: "Raised", class: "t nowrap", cell: alert => moment(alert.raised_at, true) },
            { title: "Message", class: "t words msg", cell: alert => [alert.message, alert.remedy ? h("p", { class: "muted" }, alert.remedy) : null] },
            { title: "State", cell: alert => alert.cleared_at ? `cleared ${moment(alert.cleared_at)}` : "open" },
          ], alerts)) : null,
          logLines(row, log)),
        h("div", { class: "c4 stack" }, requests(row, attempts), details(row, pages, status, isOpen)))]);
  }

  return { title: `Run ${id}`, nodes: [title, place], slow, fast: draw };
}

function failure(row, stream, isOpen, status) {
  const alert = status.alerts.find(each => each.stream === row.stream && (row.last_error.includes(each.message) || each.message.includes(row.last_error)))
    ?? (isOpen ? status.alerts.find(each => each.stream === row.stream) : null);
  return h("section", { class: "card err", "aria-label": "Error" }, h("div", { class: "body" },
    h("div", {}, h("p", { class: "lab" }, isOpen && stream.at_work ? "What happened in the previous attempt" : "What happened"),
      h("pre", {}, row.last_error),
      h("p", { class: "small muted gap" }, row.status === "open"
        ? `${many(row.attempts, "attempt")} so far. The run stays open at its checkpoint: the next attempt resumes it, and nothing committed is charged twice.`
        : "The run is closed. Stored rows are kept. Credits are not refunded.")),
    h("div", {}, h("p", { class: "lab" }, "What to do"),
      h("p", {}, alert?.remedy || (row.status === "open" ? "Follow the message. The next attempt resumes the run." : "Nothing. The next run covers its window.")),
      isOpen && stream.next_run_at && !stream.at_work ? h("p", { class: "small muted" }, `Next attempt at ${moment(stream.next_run_at)}.`) : null,
      alert ? h("p", { class: "gap" }, link("Open alerts", "#/alerts")) : null)));
}

const PHASES = [["feed", "Feed"], ["reconcile", "Reconcile"], ["commit", "Commit"]];

/** Shows the phases, and the requests of the pages on a time line. */
function timeline(row, pages, status, isWorking) {
  const at = row.phase === "done" ? 3 : PHASES.findIndex(([phase]) => phase === row.phase);
  const steps = PHASES.filter(([phase]) => phase !== "reconcile" || row.mode === "resync").map(([phase, word]) => {
    const i = PHASES.findIndex(([each]) => each === phase);
    const tone = i < at ? "ok" : i > at || row.status === "failed" && i > at ? "muted" : row.status === "succeeded" ? "ok" : isWorking ? "run" : row.last_error ? "bad" : "off";
    const text = i > at ? "not reached" : phase === "feed" ? `${number(row.received)} rows, ${many(row.pages, "page")}` : i < at ? "done" : isWorking ? "in progress" : "stopped here";
    return h("li", { class: tone }, h("b", {}, icon(tone === "muted" ? "off" : tone, tone), word), h("span", {}, text));
  });
  const end = row.finished_at ?? (isWorking ? status.at : pages.at(-1)?.requested_at ?? row.run_started_at);
  return card("Phases and pages", many(row.attempts, "attempt"), h("ol", { class: "steps" }, steps),
    pages.length ? track(row, pages, end) : h("p", { class: "muted small gap" }, row.stream === "jobs"
      ? "No page times are stored: the run delivered no page, or it is older than the time that the expiry sweep reaches back."
      : "Page times are stored for jobs only."));
}

function track(row, pages, end) {
  const start = Math.min(new Date(row.run_started_at), new Date(pages[0].requested_at));
  const times = pages.map(page => (new Date(page.requested_at) - start) / 1000);
  const total = Math.max(0.1, (new Date(end) - start) / 1000, times.at(-1));
  const steps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  const usual = steps[Math.floor(steps.length / 2)] ?? total;
  const limit = Math.max(20, usual * 8);
  const parts = times[0] > total / 200 ? [{ kind: "sweep", from: 0, to: times[0], word: row.mode === "incremental" ? "Expiry sweep" : "Start" }] : [];
  let from = 0;
  for (let i = 1; i <= pages.length; i++) {
    const gap = i < pages.length && times[i] - times[i - 1] > limit;
    if (!gap && i < pages.length) continue;
    const until = gap ? Math.min(times[i], times[i - 1] + usual) : total;
    const rows = pages.slice(from, i).reduce((sum, page) => sum + page.rows, 0);
    parts.push({ kind: "feed", from: times[from], to: until, word: i - from === 1 ? `Page ${i}` : `Pages ${from + 1}–${i}`, rows });
    if (gap) parts.push({ kind: "wait", from: until, to: times[i], word: `${duration(times[i] - until)} without a page` });
    from = i;
  }
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find(each => total / each <= 6) ?? 604800;
  const ticks = Array.from({ length: Math.floor(total * 0.94 / step) + 1 }, (none, i) => step * i);
  const share = seconds => `${Math.max(0, Math.min(100, seconds / total * 100))}%`;
  return [h("div", { class: "tl" }, h("span", { class: "name" }, h("span", { class: "muted" }, "Since the start")),
    h("div", { class: "track axis", "aria-hidden": "true" }, ticks.map(tick => h("span", { style: { left: share(tick) } }, tick < 1 ? `${Math.round(tick * 10) / 10} s` : duration(tick)))),
    h("span", { class: "name" }, h("b", {}, "Feed")),
    h("div", { class: "track", style: { "--tick": share(step) } }, parts.map(part => {
      const text = `${part.word}\n${duration(part.from)} to ${duration(part.to)} (${duration(part.to - part.from)})${part.rows === undefined ? "" : `\n${number(part.rows)} active jobs`}`;
      return h("button", { type: "button", class: `seg1 ${part.kind}`, "data-tip": text, "aria-label": text.replaceAll("\n", ", "),
        style: { left: share(part.from), width: share(part.to - part.from) } },
      (part.to - part.from) / total > 0.12 ? h("span", {}, part.word) : "");
    }))),
  h("p", { class: "legend" }, h("span", {}, h("i", { class: "feed" }), "Pages, from request to request"),
    parts[0].kind === "sweep" ? h("span", {}, h("i", { class: "sweep" }), "Before the first page") : null,
    parts.some(part => part.kind === "wait") ? h("span", {}, h("i", { class: "wait" }), "Waiting, or no attempt in progress") : null)];
}

const logLines = (row, log) => {
  const command = `grep -w "run ${row.id}" jobfeed.log`;
  return card("Log lines", button("Copy", "quiet", () => copy(command), "copy"),
    log.length ? h("pre", { class: "log", tabindex: "0", "aria-label": "Log lines of this process" },
      log.map(line => h("div", { class: line.level === "ERROR" ? "bad" : line.level === "WARN" ? "warn" : null },
        `${moment(line.at, true)} ${line.level.padEnd(5)} ${line.message}`))) : null,
    h("p", { class: "small muted" }, log.length ? "These lines are in the memory of this process. To find all lines of the run in its log:"
      : "This process has no line of the run in memory. Each line about the run names it; in the log of its process:"), h("pre", { class: "command", tabindex: "0" }, command),
    h("p", { class: "small muted" }, "With jobfeed.log.format=json, filter the field jobfeedRun."));
};

const response = status => status === "IO_ERROR" ? "No response" : `HTTP ${status}`;

/** Lists the attempts, the latest first. */
function attemptTable(row, attempts, isWorking) {
  const result = attempt => attempt.error ? h("span", { class: "one-line", title: attempt.error }, attempt.error)
    : attempt.ended_at ? attempt.number === row.attempts && row.status === "succeeded" ? "run succeeded" : "stopped"
      : isWorking && attempt.number === row.attempts ? "in progress" : "process ended without saving the result";
  return h("section", { class: "card" }, h("header", {}, h("h2", {}, "Attempts")), table("Attempts", [
    { title: "Attempt", class: "t h", cell: attempt => number(attempt.number) },
    { title: "Started", class: "nowrap", cell: attempt => moment(attempt.started_at, true) },
    { title: "Ended", class: "nowrap", cell: attempt => attempt.ended_at ? moment(attempt.ended_at, true) : "–" },
    { title: "Result", class: "t words msg", cell: result },
    { title: "Requests", class: "nl", cell: attempt => Object.entries(attempt.responses ?? {})
      .map(([status, count]) => `${number(count)} × ${response(status)}`).join(", ") || "–" },
    { title: "Waited", class: "num", cell: attempt => attempt.waited_ms ? duration(attempt.waited_ms / 1000) : "–" },
  ], attempts));
}

function requests(row, attempts) {
  const statuses = new Map();
  for (const attempt of attempts) {
    for (const [status, count] of Object.entries(attempt.responses ?? {})) statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  const waited = attempts.reduce((sum, attempt) => sum + (attempt.waited_ms ?? 0), 0) / 1000;
  const known = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const rows = [...statuses].sort().map(([status, count]) => ({ name: response(status), text: number(count),
    share: count / Math.max(1, row.requests, known), tone: status.startsWith("2") ? null : "warn" }));
  return card("Requests", `${number(row.requests)} in total`, rows.length ? ranking(rows) : null,
    known < row.requests ? h("p", { class: "small muted gap" }, `${many(row.requests - known, "request")} of attempts whose result is not saved.`) : null,
    h("p", { class: "small muted gap" }, row.retries ? `${number(row.retries)} of them retries.` : "No retries.",
      waited ? ` Waited ${duration(waited)} for retries and the rate limit.` : ""));
}

function details(row, pages, status, isOpen) {
  const last = pages.at(-1)?.requested_at;
  return card("Details", null, pairs([
    ["Window from", row.window_from ? moment(row.window_from, true) : "the beginning"],
    ["Finished", row.finished_at ? moment(row.finished_at, true) : "open"],
    ["Attempts", number(row.attempts)],
    ["Reactivated", number(row.reactivated)],
    ["Duplicates", number(row.duplicates)],
    ["Filters", h("code", { title: row.filters_fingerprint }, row.filters_fingerprint.split(":").at(-1).slice(0, 12))],
    ["Cursor", row.next_cursor ? h("code", { title: row.next_cursor }, row.next_cursor.length > 16 ? `${row.next_cursor.slice(0, 8)}…${row.next_cursor.slice(-6)}` : row.next_cursor) : "none"],
    ["Cursor age", isOpen && row.next_cursor && last ? ago(last, status.at) : null],
    ["Cursor restarts", number(row.cursor_resets)]]));
}
