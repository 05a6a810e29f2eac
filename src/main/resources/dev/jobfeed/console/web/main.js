// Selects the view, polls the server, and keeps the frame: header, navigation, and what is true when the server is away.

import { h, icon, say, show, button } from "./dom.js";
import { get, session } from "./api.js";
import { askToken } from "./actions.js";
import { overview } from "./overview.js";
import { run, runs } from "./runs.js";
import { alertsView } from "./alerts.js";
import { quarantine, quarantinedRow } from "./quarantine.js";
import { job, jobs } from "./jobs.js";
import { review } from "./review.js";
import { ENVIRONMENTS, settings, tenantName } from "./settings.js";
import { toneOf, verdict } from "./status.js";
import { clock } from "./words.js";

const BUSY = 2000;
const CALM = 5000;
const SLOW = 15000;
const ITEMS = [["", "Overview", "home"], ["runs", "Runs", "runs"], ["alerts", "Alerts", "bell"], ["quarantine", "Quarantine", "box"],
  ["jobs", "Jobs", "jobs"], ["settings", "Settings", "cog"]];

const find = id => document.getElementById(id);
const main = find("main");
const side = find("side");
const banner = find("banner");
let view = null;
let timer = 0;
let slowAt = 0;
let lastRun = null;
let info = null;
let status = null;
let loadedAt = null;
let failedAt = null;
let turn = 0;

function route() {
  const [path, query] = location.hash.replace(/^#/, "").split("?");
  const [, name = "", id] = path.split("/");
  const parameters = new URLSearchParams(query);
  if (id) {
    const one = { runs: run, quarantine: quarantinedRow, jobs: job }[name];
    if (one) return [name, one(decodeURIComponent(id))];
  }
  const all = { runs, alerts: alertsView, quarantine, jobs, settings, review };
  return [name, (all[name] ?? overview)(parameters)];
}

function open() {
  const isFirst = view === null;
  const [name, next] = route();
  view = next;
  document.title = `${view.title} · Jobfeed`;
  for (const link of side.querySelectorAll("a")) {
    if (link.dataset.view === (name === "review" ? "alerts" : name)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  closeMenu();
  main.replaceChildren(...view.nodes);
  main.setAttribute("aria-busy", "true");
  if (!isFirst) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  slowAt = 0;
  look();
}

async function look() {
  clearTimeout(timer);
  const mine = ++turn;
  let wait = CALM;
  try {
    if (!info) {
      info = await get("info");
      showInfo();
    }
    status = await get("status", { limit: 1 });
    if (mine !== turn) return;
    const starts = slowAt === 0;
    showStatus();
    view.fast?.(status, info);
    wait = status.streams.some(stream => stream.at_work) ? BUSY : CALM;
    const last = JSON.stringify([status.runs[0]?.id, status.runs[0]?.status, status.streams.map(stream => stream.at_work)]);
    if (Date.now() - slowAt > SLOW || last !== lastRun) {
      slowAt = Date.now();
      lastRun = last;
      if (starts) await view.start?.();
      await view.slow?.(status, info);
    }
    if (mine !== turn) return;
    main.setAttribute("aria-busy", "false");
    loadedAt = new Date();
    failedAt = null;
    showState();
  } catch (error) {
    if (mine !== turn) return;
    failedAt ??= new Date();
    slowAt = 0;
    showState(error);
  }
  if (!document.hidden) timer = setTimeout(look, wait);
}

/** Says whether the page is current, and if not, what is true and what to do. */
function showState(error) {
  document.body.classList.toggle("stale", Boolean(error));
  find("live").classList.toggle("bad", Boolean(error));
  if (!error) {
    say(find("live"), `Updated ${clock(loadedAt)}`);
    show(banner, null, () => null);
    return;
  }
  say(find("live"), loadedAt ? `Not current since ${clock(loadedAt)}` : "Not loaded");
  const known = loadedAt ? `The figures below are from ${clock(loadedAt)} and may be outdated. ` : "";
  const [title, text] = error.status === 0
    ? ["The server is unreachable", "Check that “jobfeed run” is active and that this address is right. Runs of other processes continue."]
    : error.status === 503 ? ["The database is unavailable", `${error.message} Open runs keep their position, and work continues automatically when the database is back.`]
      : error.status === 404 ? ["Not found", error.message]
        : ["The server reports an error", error.message];
  show(banner, [title, text, known, clock(failedAt)], () => h("section", { class: "verdict bad", role: "alert" }, icon("bad"),
    h("div", { class: "grow" }, h("h2", {}, `${title}${error.status === 404 ? "" : `, since ${clock(failedAt)}`}`),
      h("p", {}, `${known}${text} This page tries again every ${CALM / 1000} s.`)),
    h("div", { class: "row" }, button("Try again now", "primary", look))));
}

function showInfo() {
  say(find("version"), info.version);
  const environment = find("environment");
  environment.hidden = false;
  environment.className = `tag ${{ sandbox: "sand", test: "warn", live: "off", unknown: "bad" }[info.environment]}`;
  say(environment, ENVIRONMENTS[info.environment]);
  document.documentElement.classList.toggle("sandbox", info.environment === "sandbox");
  const select = find("tenant");
  select.hidden = info.tenants.length < 2;
  select.replaceChildren(...info.tenants.map(name => h("option", { value: name }, tenantName(name))));
  select.value = info.tenant;
}

function showStatus() {
  const found = verdict(status);
  const bad = status.alerts.some(alert => toneOf(alert) === "bad");
  document.title = `${found.tone === "bad" ? "(!) " : ""}${view.title} · Jobfeed`;
  for (const [key, count, tone] of [["alerts", status.alerts.length, bad ? "bad" : "warn"], ["quarantine", status.quarantined, ""]]) {
    show(side.querySelector(`[data-count=${key}]`), [count, tone], () => count ? h("span", { class: `n ${tone}` }, count > 999 ? "999+" : count) : null);
  }
}

function showSession() {
  const isIn = session.token !== null;
  find("session").replaceChildren(...isIn
    ? [h("span", { class: "who" }, icon("user"), h("span", { class: "full" }, "Operator")), button("Log out", "quiet", () => session.end())]
    : [button("Log in", "quiet", () => askToken(), "lock")]);
}

function closeMenu() {
  side.classList.remove("open");
  find("menu").setAttribute("aria-expanded", "false");
}

side.append(h("ul", {}, ITEMS.map(([key, word, sign]) => h("li", {}, h("a", { href: `#/${key}`, "data-view": key },
  icon(sign), word, h("span", { "data-count": key || "overview" }))))));
find("menu").append(icon("menu"));
find("menu").addEventListener("click", event => {
  event.currentTarget.setAttribute("aria-expanded", String(side.classList.toggle("open")));
});
find("theme").append(icon("theme"));
find("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const now = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
});
find("tenant").addEventListener("change", event => {
  location.href = event.target.value ? `/?tenant=${encodeURIComponent(event.target.value)}#/` : "/#/";
});
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  main.focus();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
addEventListener("acted", () => {
  slowAt = 0;
  look();
});
addEventListener("session", () => {
  showSession();
  if (status) view.fast?.(status, info);
});
addEventListener("hashchange", open);
showSession();
open();
