// Selects the view and polls the server.

import { say } from "./dom.js";
import { get } from "./api.js";
import { overview } from "./overview.js";
import { runs } from "./runs.js";
import { alertsView } from "./alerts.js";
import { job, jobs } from "./jobs.js";
import { streamName } from "./words.js";

const BUSY = 2000;
const CALM = 5000;
const SLOW = 15000;

const main = document.getElementById("main");
const verdict = document.getElementById("verdict");
const updated = document.getElementById("updated");
const alertCount = document.getElementById("alert-count");
let view = null;
let timer = 0;
let slowAt = 0;
let lastRun = null;

function open() {
  const [path, query] = location.hash.replace(/^#/, "").split("?");
  const one = path.match(/^\/jobs\/(.+)$/);
  const first = view === null;
  if (one) view = job(decodeURIComponent(one[1]));
  else if (path === "/jobs") view = jobs(new URLSearchParams(query));
  else if (path === "/runs") view = runs();
  else if (path === "/alerts") view = alertsView();
  else view = overview();
  document.title = `${view.title} · Jobfeed`;
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.getAttribute("href") === `#${one ? "/jobs" : path || "/"}`;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.replaceChildren(...view.nodes);
  if (!first) main.focus();
  slowAt = 0;
  view.start?.().catch(fail);
  look();
}

async function look() {
  clearTimeout(timer);
  const shown = view;
  let wait = CALM;
  try {
    const status = await get("status", { limit: 1 });
    if (shown !== view) return;
    tell(status);
    view.fast?.(status, look);
    wait = status.streams.some(stream => stream.at_work) ? BUSY : CALM;
    const run = JSON.stringify([status.runs[0]?.id, status.runs[0]?.status]);
    if (view.slow && (Date.now() - slowAt > SLOW || run !== lastRun)) {
      slowAt = Date.now();
      lastRun = run;
      await view.slow();
    }
    say(updated, `Updated at ${new Date().toLocaleTimeString()}.`);
  } catch (error) {
    fail(error);
  }
  if (shown === view && !document.hidden) timer = setTimeout(look, wait);
}

/** Summarizes the status in one sentence. The text is replaced only if it has changed. */
function tell(status) {
  const late = status.streams.filter(stream => stream.state === "late" || stream.state === "never");
  const paused = status.streams.filter(stream => stream.paused_at);
  const working = status.streams.filter(stream => stream.open_run && stream.at_work);
  const names = list => list.map(stream => streamName(stream.stream)).join(", ");
  const alerts = status.alerts.length;
  const parts = [];
  if (alerts) parts.push(`${alerts} ${alerts === 1 ? "alert needs" : "alerts need"} you.`);
  parts.push(late.length ? `${names(late)}: not fresh.` : fresh(status));
  if (paused.length) parts.push(`${names(paused)}: paused.`);
  if (working.length) parts.push(`${names(working)}: ${working[0].open_run.mode} running.`);
  verdict.className = alerts || late.some(stream => stream.state === "late") ? "bad" : late.length || paused.length ? "wait" : "good";
  say(verdict, parts.join(" "));
  const count = alerts + (status.quarantined > 0 ? 1 : 0);
  alertCount.hidden = count === 0;
  say(alertCount, String(count));
}

const fresh = status => status.streams.every(stream => stream.state === "off") ? "Nothing is scheduled." : "All streams are fresh.";

function fail(error) {
  verdict.className = "bad";
  say(verdict, error.status ? error.message : "The server does not respond. Check that jobfeed run is active.");
}

document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  main.focus();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
addEventListener("hashchange", open);
open();
