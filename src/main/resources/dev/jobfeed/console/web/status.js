// What the status means: the verdict, and the outcome of a run.

import { ago, duration, many, moment, MODES, number, percent, rough, seconds, streamName } from "./words.js";

export const toneOf = alert => alert.severity === "warning" ? "warn" : "bad";

export const isOn = stream => stream.state !== "off" || stream.open_run !== null || stream.at_work;

/** Returns tone and words of a stream's state. */
export function stateOf(stream) {
  if (stream.at_work && stream.open_run && stream.state !== "late") {
    return ["run", stream.open_run.mode === "incremental" ? "Running" : `${MODES[stream.open_run.mode]} running`];
  }
  if (stream.state === "late") return ["bad", stream.paused_at ? "Late, paused" : "Late"];
  if (stream.paused_at) return ["warn", "Paused"];
  if (stream.open_run?.last_error) return ["bad", "Last attempt failed"];
  if (stream.state === "never") return ["off", "No data yet"];
  return stream.state === "off" ? ["off", "Off"] : ["ok", "Up to date"];
}

const list = streams => streams.map(stream => streamName(stream.stream)).join(" and ");

/** Summarizes the status: { tone, title, text, to: [word, address] }. The worst condition decides. */
export function verdict(status) {
  const on = status.streams.filter(isOn);
  const urgent = status.alerts.filter(alert => toneOf(alert) === "bad" && alert.condition !== "reconcile-held");
  const mild = status.alerts.filter(alert => toneOf(alert) === "warn");
  const late = on.filter(stream => stream.state === "late");
  const paused = on.filter(stream => stream.paused_at);
  const never = on.filter(stream => stream.state === "never");
  const big = on.find(stream => stream.at_work && stream.open_run && stream.open_run.mode !== "incremental");
  const lateText = late.map(stream =>
    `${streamName(stream.stream)}: data is ${rough(stream.age_seconds)} old, the target is ${rough(stream.target_seconds)}.${stream.at_work ? " A run is in progress." : ""}`).join(" ");
  if (urgent.length) {
    return { tone: "bad", title: `Action required: ${urgent[0].message}`,
      text: [urgent[0].remedy, status.alerts.length > 1 ? `${many(status.alerts.length - 1, "more alert is", "more alerts are")} open.` : "", lateText]
        .filter(Boolean).join(" "), to: ["Open alerts", "#/alerts"] };
  }
  if (status.pending_expiry > 0) {
    return { tone: "warn", title: `Review required: the expiry of ${many(status.pending_expiry, "job")} is held back`,
      text: "The last resync did not deliver them, and they are unusually many. They stay active until you decide.",
      to: [`Review ${many(status.pending_expiry, "job")}`, "#/review"] };
  }
  if (late.length) return { tone: "bad", title: `${list(late)}: data is older than its target`, text: lateText, to: ["Open runs", "#/runs"] };
  if (mild.length) {
    return { tone: "warn", title: mild[0].message,
      text: [mild[0].remedy, mild.length > 1 ? `${many(mild.length - 1, "more alert is", "more alerts are")} open.` : ""].filter(Boolean).join(" "),
      to: ["Open alerts", "#/alerts"] };
  }
  if (paused.length) {
    return { tone: "warn", title: `${list(paused)}: the schedule is paused`,
      text: "No attempt starts until it is resumed. Data gets older meanwhile." };
  }
  if (big) {
    const run = big.open_run;
    return { tone: "run", title: `${MODES[run.mode]} is running${run.share === null ? "" : `: ${percent(run.share)} of the feed is stored`}`,
      text: `${number(run.received)}${run.estimated_total === null ? "" : ` of ${number(run.estimated_total)}`} rows received`
        + `${run.seconds_left === null ? "" : `, about ${duration(run.seconds_left)} left`}. What is stored can already be used.`,
      to: [`Open run ${run.id}`, `#/runs/${run.id}`] };
  }
  const failed = on.find(stream => !stream.at_work && stream.open_run?.last_error);
  if (failed) {
    return { tone: "warn", title: `${streamName(failed.stream)}: the last attempt failed`,
      text: `Run ${failed.open_run.id} keeps its position, and the next attempt resumes it.`, to: [`Open run ${failed.open_run.id}`, `#/runs/${failed.open_run.id}`] };
  }
  if (never.length) return { tone: "off", title: `${list(never)}: no run has succeeded yet`, text: next(never, status) };
  if (!on.length) {
    return { tone: "off", title: "Nothing is scheduled", text: "Set jobfeed.jobs.schedule to keep the jobs up to date.", to: ["Settings", "#/settings"] };
  }
  return { tone: "ok", title: "All scheduled streams are up to date", text: [next(on, status), status.quarantined
    ? `${many(status.quarantined, "row is", "rows are")} in quarantine.` : ""].filter(Boolean).join(" ") };
}

function next(streams, status) {
  const times = streams.map(stream => stream.next_run_at).filter(Boolean).sort((a, b) => new Date(a) - new Date(b));
  return times.length ? `The next run starts at ${moment(times[0])}, in ${rough(Math.max(0, seconds(status.at, times[0])))}.` : "";
}

/** Returns tone and words of a run's outcome. */
export function outcome(run, status) {
  const stream = status?.streams.find(each => each.stream === run.stream);
  if (run.status === "succeeded") {
    if (run.quarantined > 0) return ["warn", "With warnings"];
    return ["ok", "Succeeded"];
  }
  if (run.status === "failed") return ["bad", "Closed, failed"];
  if (stream?.at_work && stream.open_run?.id === run.id) return ["run", "Running"];
  return run.last_error ? ["bad", "Failed, resumable"] : ["off", "Interrupted"];
}

export const took = (run, now = new Date()) => seconds(run.run_started_at, run.finished_at ?? now);

/** The facts of a run in four lines, for a tooltip. */
export function summary(run, status) {
  return [`Run ${run.id} · ${outcome(run, status)[1]}`, `${MODES[run.mode]}, ${moment(run.run_started_at, true)}`,
    `${run.finished_at ? duration(took(run)) : "open"} · ${many(run.received, "row")} · ${many(run.credits_spent, "credit")}`,
    run.quarantined ? `${number(run.quarantined)} quarantined` : null, run.last_error ? run.last_error.slice(0, 120) : null]
    .filter(Boolean).join("\n");
}

export const lastSuccess = (runs, now) => {
  const run = runs.find(each => each.status === "succeeded");
  return run ? `${moment(run.finished_at)}, ${ago(run.finished_at, now)}` : "none yet";
};
